import type {ReactElement} from 'react'
import {renderFaultHead, renderFaultRow, renderProofLine} from '../fault-rows.ts'
import type {Frame} from '../frame.ts'
import type {Layout} from '../layout.ts'
import type {RowContext} from '../target-row.ts'
import {Rows} from './rows.tsx'

interface FaultBandsProps {
  readonly frame: Frame
  readonly layout: Layout
  readonly context: RowContext
}

/** The time axis and one band per fault; of too many the ones that end last are shown. */
export function FaultBands({frame, layout, context}: FaultBandsProps): ReactElement | null {
  if (layout.faults === 0) return null
  const {view, look, now} = frame
  const current = view.faults.filter((fault) => fault.status !== 'removed' || fault.until > now)
  const rest = view.faults.filter((fault) => !current.includes(fault))
  const chosen = new Set([...current, ...rest.toReversed()].slice(0, layout.faults))
  const lines = view.faults
    .filter((fault) => chosen.has(fault))
    .flatMap((fault) => {
      const row = renderFaultRow(fault, context)
      return layout.hasProofs ? [row, renderProofLine(fault, context)] : [row]
    })
  return <Rows lines={layout.hasAxis ? [renderFaultHead(context), ...lines] : lines} look={look} />
}

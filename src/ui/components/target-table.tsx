import type {ReactElement} from 'react'
import type {Frame} from '../frame.ts'
import type {Layout} from '../layout.ts'
import {selectedPlace} from '../screen-state.ts'
import {sortTargets} from '../sort-targets.ts'
import {type Line, span} from '../spans.ts'
import {type RowContext, renderTargetHead, renderTargetRow} from '../target-row.ts'
import {Rows} from './rows.tsx'

interface TargetTableProps {
  readonly frame: Frame
  readonly layout: Layout
  readonly context: RowContext
}

/** The targets in the chosen order; scrolls so that the selected one is in the middle. */
export function TargetTable({frame, layout, context}: TargetTableProps): ReactElement {
  const {view, screen, look} = frame
  const sorted = sortTargets(view.targets, screen.sort)
  const names = sorted.map((target) => target.name)
  const selected = selectedPlace(screen, names)
  const top = Math.max(0, Math.min(selected - Math.floor(layout.targets / 2), sorted.length - layout.targets))
  const shown = sorted.slice(top, top + layout.targets)
  const range: Line =
    shown.length < sorted.length
      ? [span(`${top + 1}${look.glyphs.dash}${top + shown.length} of ${sorted.length}`, 'dim')]
      : []
  const head = layout.hasTableHead ? [renderTargetHead(context, 'TARGET', range)] : []
  const rows = shown.map((target, index) => renderTargetRow(target, top + index === selected, context))
  return <Rows lines={[...head, ...rows]} look={look} />
}

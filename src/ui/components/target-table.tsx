import type {ReactElement} from 'react'
import {chooseTargets} from '../choose-targets.ts'
import type {Frame} from '../frame.ts'
import type {Layout} from '../layout.ts'
import {selectedPlace} from '../screen-state.ts'
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
  const sorted = chooseTargets(view.targets, screen)
  const names = sorted.map((target) => target.name)
  const selected = selectedPlace(screen, names)
  const top = Math.max(0, Math.min(selected - Math.floor(layout.targets / 2), sorted.length - layout.targets))
  const shown = sorted.slice(top, top + layout.targets)
  const range: Line = [
    ...(screen.filter === '' ? [] : [span(`/${screen.filter}  `, 'accent')]),
    ...(shown.length < view.targets.length
      ? [span(`${renderRange(top, shown.length, look.glyphs.dash)} of ${sorted.length}`, 'dim')]
      : []),
  ]
  const head = layout.hasTableHead ? [renderTargetHead(context, 'TARGET', range)] : []
  const rows = shown.map((target, index) => renderTargetRow(target, top + index === selected, context))
  const none: readonly Line[] =
    sorted.length === 0 && screen.filter !== '' ? [[span('   no target matches; Esc shows all', 'dim')]] : []
  return <Rows lines={[...head, ...rows, ...none]} look={look} />
}

function renderRange(top: number, count: number, dash: string): string {
  return count === 0 ? '0' : `${top + 1}${dash}${top + count}`
}

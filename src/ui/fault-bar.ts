/** A fault on the time axis: planned, in force, still to come, over; with a mark at now. */
import type {Millis} from '../core/units.ts'
import type {FaultView} from './fault-view.ts'
import type {Glyphs} from './glyphs.ts'
import {type Line, type Span, joinCells, span} from './spans.ts'
import {type TimeAxis, columnOf, planTicks} from './time-axis.ts'

export function renderFaultBar(fault: FaultView, axis: TimeAxis, now: Millis, glyphs: Glyphs): Line {
  const first = columnOf(axis, fault.from)
  const last = Math.max(first, columnOf(axis, fault.until - 1))
  const nowColumn = columnOf(axis, now)
  const cells = Array.from({length: axis.columns}, (_, column): Span => {
    if (column >= first && column <= last) return drawFault(fault, column <= nowColumn, glyphs)
    return column === nowColumn ? span(glyphs.now, 'dim') : span(' ')
  })
  return joinCells(cells)
}

function drawFault(fault: FaultView, isPast: boolean, glyphs: Glyphs): Span {
  switch (fault.status) {
    case 'planned':
      return span(glyphs.planned, 'dim')
    case 'in-force':
      return isPast ? span(glyphs.inForce, 'fault') : span(glyphs.toCome, 'fault')
    case 'removed':
      return span(glyphs.past, fault.restored === false ? 'bad' : 'dim')
    case 'failed':
      return span(glyphs.failed, 'bad')
  }
}

/** The labels of the axis with the mark of now between them; a label in the way of the mark is left out. */
export function renderAxis(axis: TimeAxis, now: Millis, glyphs: Glyphs): Line {
  if (axis.columns <= 0) return []
  const cells: Span[] = Array.from({length: axis.columns}, () => span(' ', 'dim'))
  const nowColumn = columnOf(axis, now)
  for (const {column, label} of planTicks(axis)) {
    if (nowColumn >= column && nowColumn < column + label.length) continue
    for (const [offset, letter] of [...label].entries()) cells[column + offset] = span(letter, 'dim')
  }
  cells[nowColumn] = span(glyphs.nowHead, 'accent')
  return joinCells(cells)
}

/** The time axis that sparklines and fault bands share: which column shows which part of the run. */
import {type Millis, formatDuration} from '../core/units.ts'

export interface TimeAxis {
  readonly from: Millis
  readonly to: Millis
  readonly columns: number
}

const NICE_SECONDS = [
  1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400,
]

/** An axis from `from` to a round length at or after `end`, so that it moves rarely. */
export function planTimeAxis(from: Millis, end: Millis, columns: number): TimeAxis {
  const least = Math.max(end - from, 10_000)
  const step = stepFor(least, 6)
  return {from, to: from + Math.ceil(least / step) * step, columns}
}

export function columnWidth(axis: TimeAxis): Millis {
  return (axis.to - axis.from) / Math.max(1, axis.columns)
}

/** The column in which `at` lies, clamped to the axis. */
export function columnOf(axis: TimeAxis, at: Millis): number {
  const column = Math.floor((at - axis.from) / columnWidth(axis))
  return Math.min(Math.max(0, axis.columns - 1), Math.max(0, column))
}

export interface Tick {
  readonly column: number
  readonly label: string
}

/** Labelled round times whose labels don't touch each other. */
export function planTicks(axis: TimeAxis): readonly Tick[] {
  if (axis.columns < 4) return []
  const most = Math.max(1, Math.floor(axis.columns / 7))
  const step = stepFor(axis.to - axis.from, most)
  const ticks: Tick[] = []
  let free = 0
  for (let at = Math.ceil(axis.from / step) * step; at <= axis.to; at += step) {
    const label = formatDuration(at)
    const column = Math.min(columnOf(axis, at), axis.columns - label.length)
    if (column < free) continue
    ticks.push({column, label})
    free = column + label.length + 1
  }
  return ticks
}

/** The smallest round step that divides `span` into at most `most` parts. */
function stepFor(span: Millis, most: number): Millis {
  const fitting = NICE_SECONDS.find((seconds) => span / (seconds * 1000) <= most)
  return (fitting ?? Math.ceil(span / 86_400_000 / most) * 86_400) * 1000
}

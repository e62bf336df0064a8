/** Round-trip times and failures of a target over the time axis. */
import type {Millis} from '../core/units.ts'
import type {Glyphs} from './glyphs.ts'
import {type Bucket, type History, joinBuckets} from './history.ts'
import {type Line, type Span, joinCells, span} from './spans.ts'
import {type TimeAxis, columnOf, columnWidth} from './time-axis.ts'

/** Below this, differences of round trips are noise of the clock. */
const FLOOR: Millis = 0.01

export interface SparklineOptions {
  /** How long a sample stands for the time after it: the probes' interval. */
  readonly hold: Millis
  readonly now: Millis
  readonly glyphs: Glyphs
}

/**
 * One character per column: a bar for the longest round trip in it, a cross when a sample failed (also when others
 * succeeded: a failure must never be averaged away), a dot when samples were skipped, a blank when there was none.
 * Bars are logarithmic between the fastest and the slowest column, and over at least a factor of eight, so that a
 * calm line looks calm. Where columns are finer than the interval, a sample fills those up to the next one.
 */
export function renderSparkline(history: History, axis: TimeAxis, options: SparklineOptions): Line {
  const width = columnWidth(axis)
  const joined = Array.from({length: axis.columns}, (_, column) =>
    joinBuckets(history, axis.from + column * width, axis.from + (column + 1) * width),
  )
  const level = levelScale(joined, options.glyphs.levels.length)
  const reach = Math.ceil((options.hold + history.width) / width)
  const filled = fillGaps(joined, reach, columnOf(axis, options.now))
  return joinCells(filled.map((bucket) => drawBucket(bucket, level, options.glyphs)))
}

function drawBucket(bucket: Bucket | null, level: (rtt: Millis) => number, glyphs: Glyphs): Span {
  if (!bucket) return span(' ')
  if (bucket.failed > 0) return span(glyphs.failed, bucket.ok > 0 ? 'warning' : 'bad')
  if (bucket.ok === 0) return span(glyphs.skipped, 'dim')
  return span(glyphs.levels[level(bucket.max)] ?? ' ', bucket.skipped > 0 ? 'dim' : 'good')
}

function fillGaps(
  joined: readonly (Bucket | null)[],
  reach: number,
  nowColumn: number,
): readonly (Bucket | null)[] {
  let last = -1
  return joined.map((bucket, column) => {
    if (bucket) last = column
    const isHeld = last >= 0 && column - last < reach && column < nowColumn
    return bucket ?? (isHeld ? (joined[last] ?? null) : null)
  })
}

function levelScale(joined: readonly (Bucket | null)[], levels: number): (rtt: Millis) => number {
  let low = Number.POSITIVE_INFINITY
  let high = 0
  for (const bucket of joined) {
    if (!bucket || bucket.ok === 0) continue
    low = Math.min(low, Math.max(FLOOR, bucket.max))
    high = Math.max(high, bucket.max)
  }
  const span = Math.max(Math.log(8), Math.log(high / low))
  return (rtt) => {
    const share = Math.log(Math.max(FLOOR, rtt) / low) / span
    return Math.min(levels - 1, Math.max(0, Math.floor(share * levels)))
  }
}

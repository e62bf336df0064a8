/** Samples put into columns, so that a long run gives a small picture without hiding its extremes. */
import {percentile} from '../../core/statistics.ts'
import type {Millis} from '../../core/units.ts'
import type {ReportSample, ReportSpan} from '../drill-report.ts'

/** What the samples of one column say. */
export interface Bin extends ReportSpan {
  /** Of the samples that were answered; null for none. */
  readonly rtt: {readonly min: Millis; readonly median: Millis; readonly max: Millis} | null
  readonly sent: number
  readonly failed: number
}

/** Finer than this nobody sees on a page. */
export const MOST_COLUMNS = 600

/**
 * Divides 0 to `end` into at most `columns` equal parts and sums up what was sent in each; parts without a sample are
 * left out. With few samples each has a part of its own, so nothing is smoothed.
 */
export function binSamples(
  samples: readonly ReportSample[],
  end: Millis,
  columns = MOST_COLUMNS,
): readonly Bin[] {
  const width = Math.max(end, 1) / columns
  const groups = new Map<number, ReportSample[]>()
  for (const sample of samples) {
    const column = Math.min(columns - 1, Math.max(0, Math.floor(sample.at / width)))
    const group = groups.get(column)
    if (group) group.push(sample)
    else groups.set(column, [sample])
  }
  return [...groups]
    .toSorted(([a], [b]) => a - b)
    .map(([column, group]) => sumUp(group, {from: column * width, to: (column + 1) * width}))
}

function sumUp(group: readonly ReportSample[], span: ReportSpan): Bin {
  const ascending = group.flatMap(({rtt}) => (rtt === null ? [] : [rtt])).toSorted((a, b) => a - b)
  const [min] = ascending
  const rtt =
    min === undefined ? null : {min, median: percentile(ascending, 50), max: percentile(ascending, 100)}
  return {...span, rtt, sent: group.length, failed: group.length - ascending.length}
}

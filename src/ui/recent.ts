/** The samples of the last half minute of one target, and their statistics. */
import {type RttStatistics, lossRatio, rttStatistics} from '../core/statistics.ts'
import type {Millis, Ratio} from '../core/units.ts'

export interface RecentSample {
  readonly at: Millis
  /** Null when the sample failed. */
  readonly rtt: Millis | null
}

export interface RecentStatistics {
  readonly rtt: RttStatistics | null
  readonly sent: number
  readonly failed: number
  readonly loss: Ratio
}

/** How far back the rolling figures look. */
export const RECENT_WINDOW: Millis = 30_000
const MOST_SAMPLES = 300

/** Adds a sample and drops those that have left the window. */
export function foldRecent(recent: readonly RecentSample[], sample: RecentSample): readonly RecentSample[] {
  const oldest = sample.at - RECENT_WINDOW
  let drop = Math.max(0, recent.length + 1 - MOST_SAMPLES)
  while (drop < recent.length && (recent[drop]?.at ?? 0) < oldest) drop++
  return [...(drop === 0 ? recent : recent.slice(drop)), sample]
}

const cache = new WeakMap<readonly RecentSample[], RecentStatistics>()

/** Statistics over the window; computed once per ring, since a ring never changes. */
export function recentStatistics(recent: readonly RecentSample[]): RecentStatistics {
  const known = cache.get(recent)
  if (known) return known
  const rtts = recent.flatMap((sample) => (sample.rtt === null ? [] : [sample.rtt]))
  const statistics = {
    rtt: rttStatistics(rtts),
    sent: recent.length,
    failed: recent.length - rtts.length,
    loss: lossRatio(recent.length, rtts.length),
  }
  cache.set(recent, statistics)
  return statistics
}

/** Statistics over round-trip times, with every definition stated. */
import type {Millis, Ratio} from './units.ts'

export interface RttStatistics {
  readonly min: Millis
  readonly avg: Millis
  readonly p50: Millis
  readonly p90: Millis
  readonly p95: Millis
  readonly p99: Millis
  readonly max: Millis
  /** Sample standard deviation (divided by n−1); 0 for a single value. */
  readonly stddev: Millis
  /** Interarrival jitter of RFC 3550 §6.4.1 (gain 1/16) over the values in the order of arrival. */
  readonly jitter: Millis
}

/** Nearest-rank percentile of ascending values; `p` between 0 and 100. */
export function percentile(ascending: readonly number[], p: number): number {
  if (ascending.length === 0) return Number.NaN
  const rank = Math.max(1, Math.ceil((p / 100) * ascending.length))
  return ascending[Math.min(rank, ascending.length) - 1] ?? Number.NaN
}

/** Statistics of `values` in order of arrival; null for none. */
export function rttStatistics(values: readonly Millis[]): RttStatistics | null {
  if (values.length === 0) return null
  const ascending = values.toSorted((a, b) => a - b)
  const avg = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - avg) ** 2, 0)
  return {
    min: percentile(ascending, 0),
    avg,
    p50: percentile(ascending, 50),
    p90: percentile(ascending, 90),
    p95: percentile(ascending, 95),
    p99: percentile(ascending, 99),
    max: percentile(ascending, 100),
    stddev: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0,
    jitter: interarrivalJitter(values),
  }
}

/** RFC 3550 §6.4.1: J += (|D| − J) / 16, where D is the difference of successive transit times. */
export function interarrivalJitter(values: readonly Millis[]): Millis {
  let jitter = 0
  for (let index = 1; index < values.length; index++) {
    const difference = Math.abs((values[index] ?? 0) - (values[index - 1] ?? 0))
    jitter += (difference - jitter) / 16
  }
  return jitter
}

/** The share of lost among sent; 0 when nothing was sent. */
export function lossRatio(sent: number, received: number): Ratio {
  return sent === 0 ? 0 : Math.max(0, sent - received) / sent
}

/**
 * Wilson score interval of a proportion at 99 %: in which range the true share lies when `hits` of `n` were seen.
 * Used to judge whether measured loss agrees with the asked one.
 */
export function proportionInterval(
  hits: number,
  n: number,
  z = 2.576,
): {readonly low: Ratio; readonly high: Ratio} {
  if (n === 0) return {low: 0, high: 1}
  const share = hits / n
  const scale = 1 + z ** 2 / n
  const middle = share + z ** 2 / (2 * n)
  const spread = z * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2))
  return {low: Math.max(0, (middle - spread) / scale), high: Math.min(1, (middle + spread) / scale)}
}

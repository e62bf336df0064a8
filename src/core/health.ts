/** How a watched connection is checked beyond interval, timeout, `fall` and `rise`. Plain data: it travels to agents. */
import type {Millis, Ratio} from './units.ts'

export interface HealthOptions {
  /** The gap between checks while a change of state is being confirmed; never longer than the interval has effect. */
  readonly fastInterval?: Millis
  /** Each check is put off by a random part of this share of its gap, so that many watchers don't fall into step. */
  readonly jitter?: Ratio
  readonly slowDown?: SlowDown
  readonly quality?: QualitySpec
  readonly phi?: PhiSpec
  readonly inactive?: InactiveSpec
  /** So long at least it stays in a state, whatever checks say; a rejection and the end of the watch don't wait. */
  readonly hold?: Readonly<Partial<Record<HeldState, Millis>>>
}

/** States that may be held. `connected` is not one: that would hide a loss. */
export const HELD_STATES = ['suspect', 'degraded', 'reconnecting'] as const
export type HeldState = (typeof HELD_STATES)[number]

/** Checks become rarer while the target is down; the first success refunds it all. */
export interface SlowDown {
  /** With more failures in a row than this since it was lost, */
  readonly after: number
  /** each further one makes the gap so many times longer, worked out from the interval, */
  readonly factor: number
  /** up to this. */
  readonly max: Millis
}

/** Limits of how well a connection works that is up, over a window of samples. Absent limits are not judged. */
export interface QualitySpec {
  /** From these on it is `degraded`. */
  readonly maxRtt?: Millis
  readonly maxLoss?: Ratio
  /** Only at or below these it is well again; between both nothing changes. */
  readonly wellRtt?: Millis
  readonly wellLoss?: Ratio
  /** From these on a warning precedes. */
  readonly warnRtt?: Millis
  readonly warnLoss?: Ratio
  /** A round trip that grows so that it reaches `maxRtt` within this time is warned of. */
  readonly trend?: Millis
  /** So many samples are looked at; fewer say nothing yet. */
  readonly window?: number
}

/** The accrual detector: suspicion grows with a silence that is unlike those before. */
export interface PhiSpec {
  /** −log10 of the probability that an answer still comes. */
  readonly threshold: number
  /** Added to the mean gap between answers: a pause that is always allowed. */
  readonly pause: Millis
  /** Gaps are never thought to be steadier than this. */
  readonly minDeviation: Millis
  /** So many gaps are remembered. */
  readonly samples: number
}

/** Lost when nothing was heard for longer than `after`, looked at with each check. */
export interface InactiveSpec {
  readonly after: Millis
  /** `any`: this or `fall` failures is enough; `all`: both are needed. */
  readonly combine: 'any' | 'all'
}

export interface Checks {
  readonly interval: Millis
  readonly timeout: Millis
  readonly fall: number
  readonly health?: HealthOptions | undefined
}

/** From a silent fault to the state in which the target is lost. */
export interface DetectionTime {
  readonly worst: Millis
  /** Over faults at random instants. */
  readonly mean: Millis
}

/**
 * How long a loss that nothing reports stays unnoticed. Checks begin on time whether those before have ended or not, so
 * `fall` of them are `fall − 1` gaps apart, and the timeout of the last one is what remains. A fast gap counts from the
 * first check that stays unanswered.
 */
export function detectionTime(checks: Checks): DetectionTime {
  const {interval, timeout, fall, health = {}} = checks
  const {fastInterval = interval, jitter = 0, phi, inactive, hold} = health
  const step = Math.min(fastInterval, interval)
  const rest = Math.max((fall - 1) * step, held(hold?.suspect, step)) + timeout
  const counted: DetectionTime = {
    worst: interval * (1 + jitter) + rest,
    // A fault is more likely to hit a long gap than a short one.
    mean: (interval / 2) * (1 + jitter ** 2 / 6) + rest,
  }
  const silent = inactive ? inactiveTime(inactive, interval, jitter) : null
  const both = silent ? combine(counted, silent, inactive?.combine === 'all' ? Math.max : Math.min) : counted
  return phi ? combine(both, phiTime(phi, interval, jitter), Math.min) : both
}

/** A suspicion begins with the first failure and is judged again with each further one. */
function held(hold: Millis | undefined, step: Millis): Millis {
  return hold === undefined ? 0 : Math.ceil(hold / step) * step
}

/** It is looked at with each check: the first one at which nothing was heard for longer than `after`. */
function inactiveTime({after}: InactiveSpec, interval: Millis, jitter: Ratio): DetectionTime {
  const worst = (Math.floor(after / interval) + 1) * interval * (1 + jitter)
  return {worst, mean: worst - interval / 2}
}

/** When answers came as regularly as they were asked for: gaps differ by the difference of two uniform jitters. */
function phiTime(spec: PhiSpec, interval: Millis, jitter: Ratio): DetectionTime {
  const worst = silenceAllowed(spec, {mean: interval, deviation: (jitter * interval) / Math.sqrt(6)})
  return {worst, mean: worst - interval / 2}
}

function combine(
  one: DetectionTime,
  other: DetectionTime,
  how: (a: number, b: number) => number,
): DetectionTime {
  return {worst: how(one.worst, other.worst), mean: how(one.mean, other.mean)}
}

/** The silence after which phi reaches its threshold, for gaps that are spread normally. */
export function silenceAllowed(
  {threshold, pause, minDeviation}: PhiSpec,
  {mean, deviation}: {readonly mean: Millis; readonly deviation: Millis},
): Millis {
  return mean + pause + deviationsFor(threshold) * Math.max(deviation, minDeviation)
}

/**
 * How many standard deviations above the mean a normal variable exceeds with probability 10^−phi. Newton steps on the
 * logarithm of the tail, which is nearly a parabola; the tail by its continued fraction (Abramowitz and Stegun 26.2.14).
 */
function deviationsFor(phi: number): number {
  const wanted = -phi * Math.LN10
  let z = Math.sqrt(Math.max(0.5, -2 * wanted))
  for (let step = 0; step < 30; step++) {
    const {log, slope} = logTail(z)
    const next = Math.max(0, z - (log - wanted) / slope)
    if (Math.abs(next - z) < 1e-9) return next
    z = next
  }
  return z
}

function logTail(z: number): {readonly log: number; readonly slope: number} {
  let fraction = z
  for (let k = 120; k >= 1; k--) fraction = z + k / (fraction === 0 ? Number.MIN_VALUE : fraction)
  const logDensity = -0.5 * z * z - 0.5 * Math.log(2 * Math.PI)
  return {log: logDensity - Math.log(fraction), slope: -fraction}
}

/** The gap after `failures` failures in a row since the target was lost. */
export function slowedGap(interval: Millis, failures: number, slowDown: SlowDown | undefined): Millis {
  if (!slowDown || failures <= slowDown.after) return interval
  const {after, factor, max} = slowDown
  return Math.max(interval, Math.min(max, interval * factor ** (failures - after)))
}

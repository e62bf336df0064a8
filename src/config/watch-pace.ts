/** The pace of a watched target from all that say something about it. */
import type {HealthOptions} from '../core/health.ts'
import {type Millis, formatDuration} from '../core/units.ts'
import {type HealthDocument, healthOptions} from './health-schema.ts'

/** A target, or the defaults of its document. */
export interface GivenPace {
  readonly interval?: Millis | undefined
  readonly timeout?: Millis | undefined
  readonly fall?: number | undefined
  readonly rise?: number | undefined
  readonly health?: HealthDocument | undefined
}

export interface WatchPace {
  readonly interval: Millis
  readonly timeout: Millis
  readonly fall: number
  readonly rise: number
  readonly health: HealthOptions
}

/** What a policy says, resolved. */
export type PolicyPace = HealthOptions & Omit<WatchPace, 'health'>

const KEYS = ['interval', 'timeout', 'fall', 'rise'] as const

/**
 * The first of `given` that says something wins, its `health` before its plain keys; then the policy, then `otherwise`.
 * What belongs together (`quality`, `slow_down` …) is taken whole.
 */
export function watchPace(
  given: readonly (GivenPace | undefined)[],
  policy: PolicyPace | null,
  otherwise: Omit<WatchPace, 'health'>,
): WatchPace {
  const layers = given.flatMap((one) => (one ? [one.health ?? {}, one] : []))
  const pick = (key: (typeof KEYS)[number]): number =>
    layers.find((layer) => layer[key] !== undefined)?.[key] ?? policy?.[key] ?? otherwise[key]
  const [interval, timeout, fall, rise] = KEYS.map(pick) as [Millis, Millis, number, number]
  const {interval: _i, timeout: _t, fall: _f, rise: _r, ...fromPolicy} = policy ?? otherwise
  const options = given.toReversed().map((one) => healthOptions(one?.health ?? {}))
  return {interval, timeout, fall, rise, health: Object.assign({}, fromPolicy, ...options) as HealthOptions}
}

/** Why this pace would lose a target that answers; null when it wouldn't. */
export function paceProblem({interval, health}: WatchPace): string | null {
  const {inactive, jitter = 0} = health
  const longest = interval * (1 + jitter)
  if (inactive && inactive.after <= longest) {
    const gap = formatDuration(Math.round(longest))
    return `inactive is ${formatDuration(inactive.after)}, and checks are up to ${gap} apart: each pause between two would be a loss`
  }
  return null
}

/** A retry policy in its resolved form: plain JSON data, since it travels to agents and into journals. */
import type {HealthOptions} from '../core/health.ts'
import type {Millis} from '../core/units.ts'
import type {PolicyGuards} from './guards/settings.ts'
import type {RemedySettings} from './remedies/settings.ts'

/** The rungs in the order they are climbed; `initial` is the one attempt that nothing failed before. */
export type PhaseName = 'initial' | 'immediate' | 'gradual' | 'persistent'

/** Attempts that share a rule for the wait before each of them. */
export interface RetryPhase {
  readonly name: Exclude<PhaseName, 'initial'>
  /** How many attempts; null for no end. */
  readonly attempts: number | null
  /** The wait before the first attempt of the phase. */
  readonly interval: Millis
  /** Each further wait is this many times longer; 1 or more. */
  readonly multiplier: number
  /** No wait grows beyond this; null where waits don't grow. */
  readonly maxInterval: Millis | null
}

export const JITTER_MODES = [
  'none',
  'full',
  'equal',
  'decorrelated',
  'proportional',
  'width',
  'additive',
] as const
/**
 * How a wait of d is spread: `none` d; `full` 0…d; `equal` d/2…d; `decorrelated` first wait…three times the previous;
 * `proportional` d·(1±factor); `width` d·(1±factor/2); `additive` d…d·(1+factor).
 */
export type JitterMode = (typeof JITTER_MODES)[number]

export interface Jitter {
  readonly mode: JitterMode
  /** Between 0 and 1; only read by `proportional`, `width` and `additive`. */
  readonly factor: number
}

/** When a success gives the ladder back. A time of null means the longer of 30s and the last wait. */
export type Reset =
  | {readonly mode: 'on_success'}
  | {readonly mode: 'after_stable'; readonly after: Millis | null}
  | {readonly mode: 'never'}

export const STRATEGIES = ['ladder', 'fallback', 'backoff', 'once', 'repeat', 'pause', 'never'] as const
/**
 * What a kind of failure does to the ladder: `ladder` climbs it; `fallback` climbs it too, and the attempt should use
 * its alternative (next address or resolver); `backoff` climbs it without the immediate phase; `once` allows one more
 * attempt; `repeat` stays on the rung, since the failure says nothing about the target; `pause` stays and waits 30s;
 * `never` stops at once.
 */
export type Strategy = (typeof STRATEGIES)[number]

/** How a watched connection is checked, where the target and its document say nothing. */
export interface HealthSettings extends HealthOptions {
  readonly interval: Millis
  readonly timeout: Millis
  /** So many failures in a row until the connection counts as down. */
  readonly fall: number
  /** So many successes in a row until it counts as up again. */
  readonly rise: number
}

export interface Policy {
  readonly name: string
  /** One attempt may take this long. */
  readonly attemptTimeout: Millis
  /** All attempts and waits together may take this long; null for no bound. */
  readonly deadline: Millis | null
  /** With less time than this before the deadline no attempt is started. */
  readonly minAttemptTime: Millis
  /** Counts every attempt, the first too; 0 for no limit beyond that of the phases. */
  readonly maxAttempts: number
  readonly phases: readonly RetryPhase[]
  readonly jitter: Jitter
  /** `hard`: jitter never takes a wait beyond `maxInterval`; `soft`: it may. */
  readonly cap: 'hard' | 'soft'
  /** Waits count from the end or from the start of the failed attempt. */
  readonly delayFrom: 'end' | 'start'
  readonly reset: Reset
  /** By category, or by category and detail such as `network.dns`; the failure's own class decides for the rest. */
  readonly strategies: Readonly<Record<string, Strategy>>
  /** Failure codes, categories or `category.detail` that are retried although they usually aren't. */
  readonly retryOn: readonly string[]
  /** Failure codes, categories or `category.detail` that stop at once; stronger than `retryOn`. */
  readonly neverOn: readonly string[]
  readonly health: HealthSettings | null
  /** Breaker, budgets and rate; absent for none of them. */
  readonly guards?: PolicyGuards
  /** What is done besides retrying; absent for nothing. */
  readonly remedies?: RemedySettings
  /** A server that asks to wait (Retry-After) is obeyed up to this; absent means `LONGEST_RETRY_AFTER`. */
  readonly maxRetryAfter?: Millis
}

/** Longer than this no server may make us wait, unless the policy says so: 5 minutes. */
export const LONGEST_RETRY_AFTER: Millis = 300_000

/** No wait is longer, whatever a multiplier makes of it: 365 days. */
export const LONGEST_WAIT: Millis = 365 * 86_400_000

/** What the guards between an attempt and the network say: breaker, retry budgets, rate of a host. */
import type {DenialCode} from './outcome.ts'
import type {Millis} from './units.ts'

/** Of the circuit breaker of a target: `isolated` lets nothing through until a person changes that. */
export const BREAKER_PHASES = ['closed', 'open', 'half-open', 'isolated'] as const
export type BreakerPhase = (typeof BREAKER_PHASES)[number]

/** The breaker of a target as results and status documents show it. */
export interface BreakerStatus {
  readonly phase: BreakerPhase
  /** When a trial is let through, from the start of the run; null unless open. */
  readonly until: Millis | null
  readonly because: string
}

export type GuardEvent =
  /** A due attempt was not let through; it doesn't count as one. */
  | {
      readonly type: 'attempt-denied'
      readonly target: string
      readonly attempt: number
      readonly phase: string
      readonly code: DenialCode
      /** When it asks again, on the run's clock; null when it doesn't. */
      readonly until: Millis | null
      readonly because: string
    }
  | {
      readonly type: 'breaker-changed'
      readonly target: string
      readonly from: BreakerPhase
      readonly to: BreakerPhase
      /** When a trial is let through, on the run's clock; null unless open. */
      readonly until: Millis | null
      readonly because: string
    }

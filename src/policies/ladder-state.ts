/** What a ladder knows, and how its next attempt gets its place in time. */
import {type Millis, formatDuration} from '../core/units.ts'
import type {Rung} from './climb.ts'
import type {PhaseName, Policy, Strategy} from './policy.ts'
import type {StrategyChoice} from './strategy.ts'

/** Why no attempt follows: the rungs are used up, the failure is not to be retried, or the time is. */
export type StopReason = 'exhausted' | 'failed' | 'deadline'

export type LadderDecision =
  | {
      readonly type: 'attempt'
      /** Counts every attempt since the ladder was last given back, the first one too. */
      readonly attempt: number
      readonly phase: PhaseName
      /** Counts within the phase, from 1. */
      readonly rung: number
      /** When to start it, on the caller's clock; drawn once, so that countdown, log and timer agree. */
      readonly due: Millis
      /** How long it may take when it starts at `due`; `attemptTimeout` tells it for a later start. */
      readonly timeout: Millis
      /** The wait that was drawn; 0 for a first attempt. */
      readonly wait: Millis
      /** `fallback` asks the attempt to use its alternative; null before the first failure. */
      readonly strategy: Strategy | null
      readonly because: string
    }
  | {readonly type: 'connected'; readonly because: string}
  | {readonly type: 'stop'; readonly reason: StopReason; readonly because: string}

export interface LadderState {
  readonly policy: Policy
  readonly next: LadderDecision
  /** Attempts that ended since the ladder was last given back. */
  readonly attempts: number
  /** Failures in a row. */
  readonly failures: number
  /** The rung of the attempt that is due or ended last. */
  readonly at: Rung
  /** Start of this operation: the deadline counts from here. */
  readonly startedAt: Millis
  readonly connectedAt: Millis | null
  /** When the last attempt ended. */
  readonly endedAt: Millis | null
  readonly lastWait: Millis
  /** How often in a row the rung was kept. */
  readonly kept: number
  /** Codes whose one retry is used up. */
  readonly spent: readonly string[]
  /** When the ladder was woken, of the last minute. */
  readonly wakes: readonly Millis[]
}

/** How long an attempt that starts at `now` may take: its own timeout, or what is left of the deadline. */
export function attemptTimeout(state: LadderState, now: Millis): Millis {
  const left = deadlineAt(state) - now
  return Math.max(0, Math.min(state.policy.attemptTimeout, left))
}

/** Puts the attempt of `step` into the state, trimmed to the deadline; or the stop, when no time is left for it. */
export function schedule(
  state: LadderState,
  step: Rung & {readonly wait: Millis; readonly due: Millis; readonly kept?: boolean},
  now: Millis,
  choice: StrategyChoice & {readonly spent: string | null},
): LadderState {
  const latest = deadlineAt(state) - state.policy.minAttemptTime
  // At `latest` the last attempt was due already: another one would follow it without a wait.
  if (now >= latest) {
    const deadline = formatDuration(state.policy.deadline ?? 0)
    const because = `the deadline of ${deadline} leaves no time for another attempt: ${choice.trail}`
    return {...state, next: {type: 'stop', reason: 'deadline', because}}
  }
  const due = Math.min(step.due, latest)
  const {phase, rung} = step
  return {
    ...state,
    at: {phase, rung},
    lastWait: step.wait,
    kept: step.kept ? state.kept + 1 : 0,
    spent: choice.spent === null ? state.spent : [...state.spent, choice.spent],
    next: {
      type: 'attempt',
      attempt: state.attempts + 1,
      phase,
      rung,
      due,
      timeout: attemptTimeout(state, due),
      wait: due - now,
      strategy: choice.strategy,
      because: due < step.due ? `${choice.trail}, brought forward to meet the deadline` : choice.trail,
    },
  }
}

function deadlineAt(state: LadderState): Millis {
  return state.startedAt + (state.policy.deadline ?? Number.POSITIVE_INFINITY)
}

/**
 * The retry ladder, one step at a time and without time or randomness of its own. Whoever watches a connection keeps
 * the state, tells what happened, and reads in `state.next` when the next attempt is due, in which phase it is, how
 * long it may take, or that it is over. The state is plain JSON data.
 *
 *     startLadder ─→ attempt ─→ afterFailure ─→ attempt … ─→ stop (exhausted | failed | deadline)
 *                       └─→ afterSuccess ─→ connected ─→ afterFailure (the connection was lost) ─→ attempt …
 */
import type {Failure} from '../core/failure.ts'
import type {Random} from '../core/ports.ts'
import {type Millis, formatDuration} from '../core/units.ts'
import {FIRST_RUNG, type Rung, nextRung, phaseOf} from './climb.ts'
import type {PhaseName, Policy, RetryPhase, Strategy} from './policy.ts'
import {type StrategyChoice, chooseStrategy} from './strategy.ts'
import {drawWait, waitRange} from './wait.ts'

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

/** A rung is kept at most so often in a row; then the failure climbs like any other, so that every ladder ends. */
const KEEP_LIMIT = 20
const PAUSE: RetryPhase = {
  name: 'persistent',
  attempts: null,
  interval: 30_000,
  multiplier: 1,
  maxInterval: null,
}
const STABLE_FLOOR: Millis = 30_000
const WAKE_GAP: Millis = 1000
const WAKES_PER_MINUTE = 6

/** A ladder whose first attempt is due now. */
export function startLadder(policy: Policy, now: Millis): LadderState {
  const timeout = Math.min(policy.attemptTimeout, policy.deadline ?? Number.POSITIVE_INFINITY)
  const first = {...FIRST_RUNG, attempt: 1, due: now, timeout, wait: 0, strategy: null}
  return {
    policy,
    next: {type: 'attempt', ...first, because: 'first attempt'},
    attempts: 0,
    failures: 0,
    at: FIRST_RUNG,
    startedAt: now,
    connectedAt: null,
    endedAt: null,
    lastWait: 0,
    kept: 0,
    spent: [],
    wakes: [],
  }
}

/**
 * An attempt failed at `now`, or an established connection was found dead: then this finding counts as the first
 * attempt of a new operation. `startedAt` is when the attempt began; it matters for `delay_from: start` only. A
 * ladder that has stopped stays stopped.
 */
export function afterFailure(
  state: LadderState,
  attempt: {readonly failure: Failure; readonly startedAt?: Millis},
  now: Millis,
  random: Pick<Random, 'next'>,
): LadderState {
  if (state.next.type === 'stop') return state
  const begun = attempt.startedAt ?? (state.next.type === 'attempt' ? state.next.due : now)
  const open = state.connectedAt === null ? state : reopen(state, state.connectedAt, now)
  const failed = {...open, attempts: open.attempts + 1, failures: open.failures + 1, endedAt: now}
  const choice = chooseStrategy(state.policy, attempt.failure)
  const end = reasonToStop(failed, attempt.failure, choice)
  if (end) return {...failed, next: {type: 'stop', ...end}}
  const step = stepFor(failed, choice)
  if (!step) {
    const because = `no rung is left after ${count(failed.attempts)}: ${choice.trail}`
    return {...failed, next: {type: 'stop', reason: 'exhausted', because}}
  }
  const wait = drawStep(failed, step, random)
  const origin = state.policy.delayFrom === 'start' ? begun : now
  return schedule(failed, {...step, wait, due: Math.max(now, origin + wait)}, now, {
    ...choice,
    spent: choice.strategy === 'once' ? attempt.failure.code : null,
  })
}

/** An attempt succeeded, or a check of the established connection did: then nothing changes. */
export function afterSuccess(state: LadderState, now: Millis): LadderState {
  if (state.connectedAt !== null) return state
  const up: LadderState = {
    ...state,
    next: {type: 'connected', because: `attempt ${state.attempts + 1} succeeded`},
    attempts: state.attempts + 1,
    failures: 0,
    connectedAt: now,
    endedAt: now,
    kept: 0,
    spent: [],
  }
  return state.policy.reset.mode === 'on_success' ? giveBack(up) : up
}

/**
 * Something changed for the better (link up, new route, a person asks): the due attempt is brought forward, at least
 * 1 s after the last one ended and at most six times a minute; the rung stays. An exhausted ladder gets one more
 * attempt. One that stopped for another reason doesn't: a new link doesn't mend a certificate.
 */
export function wakeLadder(state: LadderState, now: Millis, because: string): LadderState {
  const {next} = state
  const wakes = state.wakes.filter((at) => at > now - 60_000)
  const due = Math.max(now, (state.endedAt ?? -WAKE_GAP) + WAKE_GAP)
  if (wakes.length >= WAKES_PER_MINUTE) return state
  if (next.type === 'attempt' && next.due > due) {
    return {...state, wakes: [...wakes, now], next: {...next, due, because: `woken: ${because}`}}
  }
  if (next.type !== 'stop' || next.reason !== 'exhausted') return state
  const step = {...state.at, due, wait: state.lastWait}
  const woken = schedule(state, step, now, {strategy: 'ladder', trail: `woken: ${because}`, spent: null})
  return {...woken, wakes: [...wakes, now]}
}

/** How long an attempt that starts at `now` may take: its own timeout, or what is left of the deadline. */
export function attemptTimeout(state: LadderState, now: Millis): Millis {
  const left = deadlineAt(state) - now
  return Math.max(0, Math.min(state.policy.attemptTimeout, left))
}

/** Without failing for so long a connection counts as stable, and its ladder is given back. */
export function stableAfter(state: LadderState): Millis | null {
  const {reset} = state.policy
  if (reset.mode !== 'after_stable') return reset.mode === 'on_success' ? 0 : null
  return reset.after ?? Math.max(STABLE_FLOOR, state.lastWait)
}

function reopen(state: LadderState, connectedAt: Millis, now: Millis): LadderState {
  const needed = stableAfter(state)
  const lost = {...state, connectedAt: null, startedAt: now}
  return needed !== null && now - connectedAt >= needed ? giveBack(lost) : lost
}

function giveBack(state: LadderState): LadderState {
  return {...state, attempts: 0, at: FIRST_RUNG, lastWait: 0, kept: 0, spent: []}
}

function reasonToStop(
  state: LadderState,
  failure: Failure,
  choice: StrategyChoice,
): {readonly reason: StopReason; readonly because: string} | null {
  const {policy} = state
  if (choice.strategy === 'never') return {reason: 'failed', because: `not retried: ${choice.trail}`}
  if (choice.strategy === 'once' && state.spent.includes(failure.code)) {
    return {reason: 'failed', because: `its one retry failed too: ${choice.trail}`}
  }
  if (policy.maxAttempts > 0 && state.attempts >= policy.maxAttempts) {
    return {reason: 'exhausted', because: `max_attempts ${policy.maxAttempts} is used up`}
  }
  return null
}

interface Step extends Rung {
  /** What the wait is drawn from; null when the rung has none. */
  readonly from: RetryPhase | null
  readonly kept: boolean
}

function stepFor(state: LadderState, {strategy}: StrategyChoice): Step | null {
  const {policy, at} = state
  const up = nextRung(policy, at, strategy === 'backoff')
  const keeps = (strategy === 'repeat' || strategy === 'pause') && state.kept < KEEP_LIMIT
  if (!keeps) return up && {...up, from: phaseOf(policy, up.phase), kept: false}
  // The first attempt has no wait of its own: its repetition takes the wait that would have followed.
  const own = phaseOf(policy, at.phase) ?? (up && phaseOf(policy, up.phase))
  return {...at, from: strategy === 'pause' ? PAUSE : (own ?? PAUSE), kept: true}
}

function drawStep(state: LadderState, step: Step, random: Pick<Random, 'next'>): Millis {
  if (!step.from) return 0
  const {lastWait} = state
  const previous = step.phase === state.at.phase && !step.kept ? {low: lastWait, high: lastWait} : null
  return drawWait(waitRange(state.policy, step.from, step.rung, previous), random)
}

function schedule(
  state: LadderState,
  step: Rung & {readonly wait: Millis; readonly due: Millis; readonly kept?: boolean},
  now: Millis,
  choice: StrategyChoice & {readonly spent: string | null},
): LadderState {
  const latest = deadlineAt(state) - state.policy.minAttemptTime
  if (now > latest) {
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

function count(attempts: number): string {
  return attempts === 1 ? '1 attempt' : `${attempts} attempts`
}

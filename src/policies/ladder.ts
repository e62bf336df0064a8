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
import {type LadderState, type StopReason, schedule} from './ladder-state.ts'
import {LONGEST_RETRY_AFTER, type Policy, type RetryPhase} from './policy.ts'
import type {Remedy} from './remedies/remedy.ts'
import {type StrategyChoice, chooseStrategy} from './strategy.ts'
import {drawWait, waitRange} from './wait.ts'

export {attemptTimeout} from './ladder-state.ts'
export type {LadderDecision, LadderState, StopReason} from './ladder-state.ts'
export {wakeLadder} from './wake.ts'

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

export interface FailedAttempt {
  readonly failure: Failure
  /** When it began; matters for `delay_from: start` only. */
  readonly startedAt?: Millis
  /** So long the server asked to wait (Retry-After): no attempt comes earlier, up to the policy's limit. */
  readonly retryAfter?: Millis
  /** What was done about it. */
  readonly remedy?: Remedy | undefined
  /** Waits are so many times longer; a cap still holds. */
  readonly waitFactor?: number | undefined
}

/**
 * An attempt failed at `now`, or an established connection was found dead: then this finding counts as the first
 * attempt of a new operation. A ladder that has stopped stays stopped.
 */
export function afterFailure(
  state: LadderState,
  attempt: FailedAttempt,
  now: Millis,
  random: Pick<Random, 'next'>,
): LadderState {
  if (state.next.type === 'stop') return state
  const {failure, remedy} = attempt
  const failed = countFailure(state, remedy, now)
  const choice = withRemedy(chooseStrategy(state.policy, failure), remedy)
  const end = reasonToStop(failed, failure, choice)
  if (end) return {...failed, next: {type: 'stop', ...end}}
  const step = stepFor(failed, choice)
  if (!step) {
    const because = `no rung is left after ${count(failed.attempts)}: ${choice.trail}`
    return {...failed, next: {type: 'stop', reason: 'exhausted', because}}
  }
  const wait = remedy?.type === 'mended' ? 0 : drawStep(failed, step, random, attempt.waitFactor)
  const origin = state.policy.delayFrom === 'start' ? begunAt(state, attempt, now) : now
  const asked = askedWait(state.policy, attempt.retryAfter)
  const due = Math.max(now + asked.wait, origin + wait)
  return schedule(failed, {...step, wait, due}, now, {
    ...choice,
    trail: choice.trail + asked.text,
    spent: choice.strategy === 'once' ? failure.code : null,
  })
}

/** Whether another attempt would follow this failure, if nothing is done about it. */
export function wouldGoOn(state: LadderState, attempt: FailedAttempt, now: Millis): boolean {
  return afterFailure(state, attempt, now, {next: () => 0}).next.type === 'attempt'
}

function begunAt({next}: LadderState, {startedAt}: FailedAttempt, now: Millis): Millis {
  return startedAt ?? (next.type === 'attempt' ? next.due : now)
}

/**
 * The loss of an established connection is a failure, but no attempt: that one was counted when it succeeded. Nor is what
 * never left this machine.
 */
function countFailure(state: LadderState, remedy: Remedy | undefined, now: Millis): LadderState {
  const open = state.connectedAt === null ? state : reopen(state, state.connectedAt, now)
  const counts = state.connectedAt === null && remedy?.type !== 'held'
  const attempts = open.attempts + (counts ? 1 : 0)
  return {...open, attempts, failures: open.failures + 1, endedAt: now}
}

function withRemedy(choice: StrategyChoice, remedy: Remedy | undefined): StrategyChoice {
  switch (remedy?.type) {
    case undefined:
      return choice
    case 'mended':
      return {...choice, trail: `${choice.trail}, ${remedy.because}`}
    case 'hopeless':
      return {strategy: 'never', trail: `${choice.trail}, but ${remedy.because}`}
    case 'held':
      // What must not be retried at all isn't, wherever it failed.
      return choice.strategy === 'never'
        ? choice
        : {strategy: 'pause', trail: `${choice.trail}, ${remedy.because}`}
  }
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

/** Without failing for so long a connection counts as stable, and its ladder is given back. */
function stableAfter(state: LadderState): Millis | null {
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

function drawStep(state: LadderState, step: Step, random: Pick<Random, 'next'>, factor = 1): Millis {
  if (!step.from) return 0
  const {lastWait} = state
  const from = factor === 1 ? step.from : {...step.from, interval: step.from.interval * factor}
  const previous = step.phase === state.at.phase && !step.kept ? {low: lastWait, high: lastWait} : null
  return drawWait(waitRange(state.policy, from, step.rung, previous), random)
}

/** A server that asks for a day gets the limit, and the trail says so. */
function askedWait(
  {maxRetryAfter = LONGEST_RETRY_AFTER}: Policy,
  asked: Millis | undefined,
): {readonly wait: Millis; readonly text: string} {
  if (asked === undefined || asked <= 0) return {wait: 0, text: ''}
  const text = `, the server asks to wait ${formatDuration(asked)}`
  if (asked <= maxRetryAfter) return {wait: asked, text}
  return {wait: maxRetryAfter, text: `${text}, cut to ${formatDuration(maxRetryAfter)}`}
}

function count(attempts: number): string {
  return attempts === 1 ? '1 attempt' : `${attempts} attempts`
}

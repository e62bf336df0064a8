/** Runs attempts as a policy wants them, and keeps everything that happened. */
import type {Failure} from '../core/failure.ts'
import type {DenialCode} from '../core/outcome.ts'
import type {Clock, Random} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import type {Gate} from './guards/gate.ts'
import {PASSED, type Passage, passGate, passNetwork} from './guards/pass-gate.ts'
import {
  type LadderState,
  type StopReason,
  afterFailure,
  attemptTimeout,
  startLadder,
  wakeLadder,
  wouldGoOn,
} from './ladder.ts'
import type {PhaseName, Policy} from './policy.ts'
import type {PolicyEvent} from './policy-event.ts'
import {type FailedAt, type Mended, unlessAborted} from './remedies/remedy.ts'
import {type AttemptContext, type AttemptOutcome, type Tried, tryOnce} from './try-once.ts'
import type {WakeSource} from './wake-source.ts'
import {Waker} from './waker.ts'

export type {PolicyEvent} from './policy-event.ts'
export type {AttemptContext, AttemptOutcome} from './try-once.ts'

export interface AttemptRecord {
  readonly attempt: number
  readonly phase: PhaseName
  /** The wait before it. */
  readonly waited: Millis
  readonly startedAt: Millis
  readonly took: Millis
  readonly failure: Failure | null
  /** What the attempt threw, if it threw. */
  readonly error?: unknown
}

interface Ended {
  /** Every attempt that ended, in order: the whole chain of failures. */
  readonly attempts: readonly AttemptRecord[]
}
export type PolicyResult<T> = Ended &
  (
    | {readonly status: 'ok'; readonly value: T; readonly flaky: boolean}
    | {
        /** `stopped`: the failure is not to be retried. */
        readonly status: 'exhausted' | 'stopped' | 'deadline'
        readonly failure: Failure
        readonly because: string
      }
    | {
        /** A guard let nothing through: `failure` is the last attempt's, null when there was none. */
        readonly status: 'denied'
        readonly code: DenialCode
        readonly failure: Failure | null
        readonly because: string
      }
    | {readonly status: 'aborted'; readonly reason: unknown}
  )

export interface PolicyRun<T> {
  readonly policy: Policy
  readonly clock: Clock
  readonly random: Pick<Random, 'next'>
  readonly signal: AbortSignal
  /** Should end soon after its signal; if it doesn't, the run goes on without it and ignores what it still says. */
  readonly attempt: (context: AttemptContext) => Promise<AttemptOutcome<T>>
  /** The guards that every attempt has to pass; its breaker changes are its owner's to tell. */
  readonly gate?: Gate
  /** Changes of the own network, which end waits early. */
  readonly wake?: WakeSource
  /** Looks at each failure before the ladder does. Should not reject. */
  readonly mend?: (failure: Failure, at: FailedAt) => Promise<Mended>
  /** The timeout in force in place of the policy's; never longer than that. */
  readonly timeoutOf?: (most: Millis) => Millis
  readonly onEvent?: (event: PolicyEvent) => void
}

/**
 * Attempts until one succeeds, the ladder ends, or `signal` aborts. Never rejects for what an attempt does: what it
 * throws becomes a failure with the error kept. After an abort no further attempt is made and no timer is left.
 */
export async function runWithPolicy<T>(run: PolicyRun<T>): Promise<PolicyResult<T>> {
  const waker = new Waker(run.wake ?? null)
  try {
    return await climb(run, waker)
  } finally {
    waker.close()
    run.gate?.leave(run.clock.now())
  }
}

async function climb<T>(run: PolicyRun<T>, waker: Waker): Promise<PolicyResult<T>> {
  const {clock, signal} = run
  const attempts: AttemptRecord[] = []
  let ladder = startLadder(run.policy, clock.now())
  let lastFailure: Failure | null = null
  for (;;) {
    if (ladder.next.type !== 'attempt') return ended(ladder.next, attempts, lastFailure)
    const step: Step<T> = await takeStep(run, {ladder, last: lastFailure}, waker)
    if (step.type === 'aborted') return {status: 'aborted', reason: signal.reason, attempts}
    if (step.type === 'denied') return {...step.denial, status: 'denied', failure: lastFailure, attempts}
    const {record}: {readonly record: AttemptRecord} = step
    const outcome: Exclude<Tried<T>, {status: 'aborted'}> = step.outcome
    attempts.push(record)
    if (outcome.status === 'ok') {
      return {status: 'ok', value: outcome.value, flaky: attempts.length > 1, attempts}
    }
    lastFailure = outcome.failure
    const mended = await mend(run, step.ladder, record)
    if (mended === null) return {status: 'aborted', reason: signal.reason, attempts}
    const end = {...outcome, startedAt: record.startedAt, ...mended}
    ladder = afterFailure(step.ladder, end, clock.now(), run.random)
  }
}

type Due = Extract<LadderState['next'], {type: 'attempt'}>
type Step<T> =
  | Exclude<Passage, {type: 'pass'}>
  | {
      readonly type: 'ended'
      readonly record: AttemptRecord
      readonly outcome: Exclude<Tried<T>, {status: 'aborted'}>
      /** With the wakes since. */
      readonly ladder: LadderState
    }

/** Waits until the attempt is due and every guard lets it through, then makes it. */
async function takeStep<T>(
  run: PolicyRun<T>,
  before: {readonly ladder: LadderState; readonly last: Failure | null},
  waker: Waker,
): Promise<Step<T>> {
  const ladder = await waitUntilDue(run, before.ladder, waker)
  if (ladder?.next.type !== 'attempt') return {type: 'aborted'}
  const network = run.wake ? await passNetwork({...run, wake: run.wake, waker}, ladder, before.last) : PASSED
  if (network.type !== 'pass') return network
  const passage = run.gate ? await passGate(run.gate, ladder, run) : PASSED
  if (passage.type !== 'pass') return passage
  // What changed until now is no reason to try again: this attempt profits from it.
  waker.take()
  return makeAttempt(run, ladder, ladder.next)
}

/** Null when the run was aborted. A wake brings the attempt forward and is told like any new time of an attempt. */
async function waitUntilDue<T>(
  run: PolicyRun<T>,
  before: LadderState,
  waker: Waker,
): Promise<LadderState | null> {
  let ladder = before
  for (let told: Millis | null = null; ladder.next.type === 'attempt';) {
    const {attempt, phase, due, because} = ladder.next
    if (ladder.endedAt !== null && due !== told)
      run.onEvent?.({type: 'attempt-scheduled', attempt, phase, due, because})
    told = due
    const end = await waker.sleepUntil(due, run)
    if (end === 'aborted') return null
    if (end === 'due') break
    ladder = wakeLadder(ladder, run.clock.now(), waker.take() ?? '', run.random)
  }
  return ladder
}

async function makeAttempt<T>(run: PolicyRun<T>, ladder: LadderState, next: Due): Promise<Step<T>> {
  const {clock, gate, onEvent, timeoutOf} = run
  const {attempt, phase, wait: waited, strategy} = next
  const startedAt = clock.now()
  const most = attemptTimeout(ladder, startedAt)
  const timeout = timeoutOf?.(most) ?? most
  const outcome = await tryOnce(run.attempt, {attempt, phase, strategy, timeout}, run)
  gate?.tell(told(outcome), clock.now())
  if (outcome.status === 'aborted') return {type: 'aborted'}
  const failure = outcome.status === 'failed' ? outcome.failure : null
  const took = clock.now() - startedAt
  const error = 'error' in outcome ? {error: outcome.error} : {}
  onEvent?.({type: 'attempt', attempt, phase, took, failure})
  return {
    type: 'ended',
    ladder,
    outcome,
    record: {attempt, phase, waited, startedAt, took, failure, ...error},
  }
}

async function mend<T>(
  run: PolicyRun<T>,
  ladder: LadderState,
  {attempt, failure, startedAt}: AttemptRecord,
): Promise<Mended | null> {
  const {clock, signal} = run
  if (!run.mend || !failure) return {}
  const wouldRetry = wouldGoOn(ladder, {failure, startedAt}, clock.now())
  return unlessAborted(run.mend(failure, {attempt, startedAt, wouldRetry, signal}), signal)
}

const STATUS_OF: Readonly<Record<StopReason, 'exhausted' | 'stopped' | 'deadline'>> = {
  exhausted: 'exhausted',
  failed: 'stopped',
  deadline: 'deadline',
}

function ended<T>(
  next: Exclude<LadderState['next'], {type: 'attempt'}>,
  attempts: readonly AttemptRecord[],
  failure: Failure | null,
): PolicyResult<T> {
  if (next.type === 'connected' || !failure) throw new Error('a ladder stopped without a failure')
  return {status: STATUS_OF[next.reason], failure, because: next.because, attempts}
}

function told(outcome: Tried<unknown>): Failure | null | 'aborted' {
  if (outcome.status === 'aborted') return 'aborted'
  return outcome.status === 'ok' ? null : outcome.failure
}

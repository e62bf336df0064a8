/** Runs attempts as a policy wants them, and keeps everything that happened. */
import {makeFailure} from '../core/codes/index.ts'
import type {Failure} from '../core/failure.ts'
import type {DenialCode} from '../core/outcome.ts'
import type {Clock, Random} from '../core/ports.ts'
import {type Millis, formatDuration} from '../core/units.ts'
import type {Gate} from './guards/gate.ts'
import {PASSED, type Passage, passGate} from './guards/pass-gate.ts'
import {type LadderState, type StopReason, afterFailure, attemptTimeout, startLadder} from './ladder.ts'
import type {PhaseName, Policy, Strategy} from './policy.ts'
import type {PolicyEvent} from './policy-event.ts'
import {sleepUntil} from './sleep-until.ts'

export type {PolicyEvent} from './policy-event.ts'

/** The reason of the signal when an attempt's own time is up; the caller's abort has the caller's reason. */
class AttemptTimeout extends Error {
  override readonly name = 'AttemptTimeout'
  readonly timeout: Millis

  constructor(timeout: Millis) {
    super(`the attempt took longer than ${formatDuration(timeout)}`)
    this.timeout = timeout
  }
}

export interface AttemptContext {
  /** Counts the first one too. */
  readonly attempt: number
  readonly phase: PhaseName
  /** `fallback` asks for the alternative (next address or resolver); null at the first attempt. */
  readonly strategy: Strategy | null
  readonly timeout: Millis
  /** Aborted with an `AttemptTimeout` when the time is up, or with the caller's reason. */
  readonly signal: AbortSignal
}

export type AttemptOutcome<T> =
  | {readonly status: 'ok'; readonly value: T}
  | {
      readonly status: 'failed'
      readonly failure: Failure
      /** So long the server asked to wait. */
      readonly retryAfter?: Millis
    }

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
  readonly onEvent?: (event: PolicyEvent) => void
}

/** How long an attempt may take to tell what it was at when its time was up. */
const GRACE: Millis = 100

/**
 * Attempts until one succeeds, the ladder ends, or `signal` aborts. Never rejects for what an attempt does: what it
 * throws becomes a failure with the error kept. After an abort no further attempt is made and no timer is left.
 */
export async function runWithPolicy<T>(run: PolicyRun<T>): Promise<PolicyResult<T>> {
  try {
    return await climb(run)
  } finally {
    run.gate?.leave(run.clock.now())
  }
}

async function climb<T>(run: PolicyRun<T>): Promise<PolicyResult<T>> {
  const {clock, signal} = run
  const attempts: AttemptRecord[] = []
  let ladder = startLadder(run.policy, clock.now())
  let lastFailure: Failure | null = null
  for (;;) {
    const {next} = ladder
    if (next.type !== 'attempt') return ended(next, attempts, lastFailure)
    const step = await takeStep(run, ladder, next)
    if (step.type === 'aborted') return {status: 'aborted', reason: signal.reason, attempts}
    if (step.type === 'denied') return {...step.denial, status: 'denied', failure: lastFailure, attempts}
    const {record, outcome} = step
    attempts.push(record)
    if (outcome.status === 'ok') {
      return {status: 'ok', value: outcome.value, flaky: attempts.length > 1, attempts}
    }
    lastFailure = outcome.failure
    const asked = 'retryAfter' in outcome ? {retryAfter: outcome.retryAfter} : {}
    const end = {failure: outcome.failure, startedAt: record.startedAt, ...asked}
    ladder = afterFailure(ladder, end, clock.now(), run.random)
  }
}

type Due = Extract<LadderState['next'], {type: 'attempt'}>
type Step<T> =
  | Exclude<Passage, {type: 'pass'}>
  | {
      readonly type: 'ended'
      readonly record: AttemptRecord
      readonly outcome: Exclude<Tried<T>, {status: 'aborted'}>
    }

/** Waits until the attempt is due and every guard lets it through, then makes it. */
async function takeStep<T>(run: PolicyRun<T>, ladder: LadderState, next: Due): Promise<Step<T>> {
  const {clock, gate, onEvent} = run
  const {attempt, phase, due, because, wait: waited} = next
  if (attempt > 1) onEvent?.({type: 'attempt-scheduled', attempt, phase, due, because})
  if (!(await sleepUntil(due, run))) return {type: 'aborted'}
  const passage = gate ? await passGate(gate, ladder, run) : PASSED
  if (passage.type !== 'pass') return passage
  const startedAt = clock.now()
  const outcome = await tryOnce(run, ladder, next)
  gate?.tell(told(outcome), clock.now())
  if (outcome.status === 'aborted') return {type: 'aborted'}
  const failure = outcome.status === 'failed' ? outcome.failure : null
  const took = clock.now() - startedAt
  const error = 'error' in outcome ? {error: outcome.error} : {}
  onEvent?.({type: 'attempt', attempt, phase, took, failure})
  return {type: 'ended', outcome, record: {attempt, phase, waited, startedAt, took, failure, ...error}}
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

type Tried<T> =
  | AttemptOutcome<T>
  | {readonly status: 'failed'; readonly failure: Failure; readonly error: unknown}
  | {readonly status: 'aborted'}

async function tryOnce<T>(run: PolicyRun<T>, ladder: LadderState, next: Due): Promise<Tried<T>> {
  const {clock, signal} = run
  const {attempt, phase, strategy} = next
  const timeout = attemptTimeout(ladder, clock.now())
  const own = new AbortController()
  const gaveUp = Promise.withResolvers<Tried<T>>()
  const timedOut = {status: 'failed', failure: timeoutFailure(timeout)} as const
  let cancel = clock.after(timeout, () => {
    own.abort(new AttemptTimeout(timeout))
    cancel = clock.after(GRACE, () => gaveUp.resolve(timedOut))
  })
  const onAbort = (): void => {
    own.abort(signal.reason)
    gaveUp.resolve({status: 'aborted'})
  }
  signal.addEventListener('abort', onAbort, {once: true})
  try {
    const work = guarded(() => run.attempt({attempt, phase, strategy, timeout, signal: own.signal}))
    const outcome = await Promise.race([work, gaveUp.promise])
    if (signal.aborted) return {status: 'aborted'}
    // An attempt that only says it was cancelled was cancelled by its timeout.
    const cut = own.signal.aborted && outcome.status === 'failed' && isCancelled(outcome)
    return cut ? timedOut : outcome
  } finally {
    cancel()
    signal.removeEventListener('abort', onAbort)
  }
}

/** Never rejects, not even long after anyone listens. */
async function guarded<T>(work: () => Promise<AttemptOutcome<T>>): Promise<Tried<T>> {
  try {
    return await work()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const code =
      error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
    const failure = makeFailure(
      'UNKNOWN',
      `the attempt threw: ${message}`,
      code === undefined ? {} : {cause: code},
    )
    return {status: 'failed', failure, error}
  }
}

function isCancelled(outcome: Extract<Tried<unknown>, {status: 'failed'}>): boolean {
  return (
    outcome.failure.category === 'cancelled' ||
    ('error' in outcome && outcome.error instanceof AttemptTimeout)
  )
}

function timeoutFailure(timeout: Millis): Failure {
  return makeFailure('ATTEMPT_TIMEOUT', `no result within the attempt's ${formatDuration(timeout)}`)
}

/** Runs attempts as a policy wants them, and keeps everything that happened. */
import {makeFailure} from '../core/codes/index.ts'
import type {Failure} from '../core/failure.ts'
import type {Clock, Random} from '../core/ports.ts'
import {type Millis, formatDuration} from '../core/units.ts'
import {
  type LadderState,
  type StopReason,
  afterFailure,
  afterSuccess,
  attemptTimeout,
  startLadder,
} from './ladder.ts'
import type {PhaseName, Policy, Strategy} from './policy.ts'

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
  {readonly status: 'ok'; readonly value: T} | {readonly status: 'failed'; readonly failure: Failure}

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

/** The same words as the run's events, without target and time. */
export type PolicyEvent =
  | {
      readonly type: 'attempt-scheduled'
      readonly attempt: number
      readonly phase: PhaseName
      readonly due: Millis
      readonly because: string
    }
  | {
      readonly type: 'attempt'
      readonly attempt: number
      readonly phase: PhaseName
      readonly took: Millis
      readonly failure: Failure | null
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
    | {readonly status: 'aborted'; readonly reason: unknown}
  )

export interface PolicyRun<T> {
  readonly policy: Policy
  readonly clock: Clock
  readonly random: Pick<Random, 'next'>
  readonly signal: AbortSignal
  /** Should end soon after its signal; if it doesn't, the run goes on without it and ignores what it still says. */
  readonly attempt: (context: AttemptContext) => Promise<AttemptOutcome<T>>
  readonly onEvent?: (event: PolicyEvent) => void
}

/** How long an attempt may take to tell what it was at when its time was up. */
const GRACE: Millis = 100

/**
 * Attempts until one succeeds, the ladder ends, or `signal` aborts. Never rejects for what an attempt does: what it
 * throws becomes a failure with the error kept. After an abort no further attempt is made and no timer is left.
 */
export async function runWithPolicy<T>(run: PolicyRun<T>): Promise<PolicyResult<T>> {
  const {clock, signal, onEvent} = run
  const attempts: AttemptRecord[] = []
  let ladder = startLadder(run.policy, clock.now())
  let lastFailure: Failure | null = null
  for (;;) {
    const {next} = ladder
    if (next.type !== 'attempt') return ended(next, attempts, lastFailure)
    const {attempt, phase, due, because, wait} = next
    if (attempt > 1) onEvent?.({type: 'attempt-scheduled', attempt, phase, due, because})
    if (!(await sleepUntil(due, run))) return {status: 'aborted', reason: signal.reason, attempts}
    const startedAt = clock.now()
    const outcome = await tryOnce(run, ladder, next)
    if (outcome.status === 'aborted') return {status: 'aborted', reason: signal.reason, attempts}
    const failure = outcome.status === 'failed' ? outcome.failure : null
    const took = clock.now() - startedAt
    const error = outcome.status === 'failed' && 'error' in outcome ? {error: outcome.error} : {}
    attempts.push({attempt, phase, waited: wait, startedAt, took, failure, ...error})
    onEvent?.({type: 'attempt', attempt, phase, took, failure})
    if (outcome.status === 'ok') {
      ladder = afterSuccess(ladder, clock.now())
      return {status: 'ok', value: outcome.value, flaky: attempts.length > 1, attempts}
    }
    lastFailure = outcome.failure
    ladder = afterFailure(ladder, {failure: outcome.failure, startedAt}, clock.now(), run.random)
  }
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

/** False when the signal ended it. */
async function sleepUntil(
  due: Millis,
  {clock, signal}: Pick<PolicyRun<unknown>, 'clock' | 'signal'>,
): Promise<boolean> {
  if (signal.aborted) return false
  const left = due - clock.now()
  if (left <= 0) return true
  try {
    await clock.sleep(left, signal)
  } catch (error) {
    if (!signal.aborted) throw error
    return false
  }
  return !signal.aborted
}

type Tried<T> =
  | AttemptOutcome<T>
  | {readonly status: 'failed'; readonly failure: Failure; readonly error: unknown}
  | {readonly status: 'aborted'}

async function tryOnce<T>(
  run: PolicyRun<T>,
  ladder: LadderState,
  next: Extract<LadderState['next'], {type: 'attempt'}>,
): Promise<Tried<T>> {
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

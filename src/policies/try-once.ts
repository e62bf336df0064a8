/** One attempt under its own time limit, which never rejects and leaves no timer. */
import {makeFailure} from '../core/codes/index.ts'
import type {Failure} from '../core/failure.ts'
import type {Clock} from '../core/ports.ts'
import {type Millis, formatDuration} from '../core/units.ts'
import type {PhaseName, Strategy} from './policy.ts'

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

export type Tried<T> =
  | AttemptOutcome<T>
  | {readonly status: 'failed'; readonly failure: Failure; readonly error: unknown}
  | {readonly status: 'aborted'}

/** How long an attempt may take to tell what it was at when its time was up. */
const GRACE: Millis = 100

export async function tryOnce<T>(
  attempt: (context: AttemptContext) => Promise<AttemptOutcome<T>>,
  context: Omit<AttemptContext, 'signal'>,
  {clock, signal}: {readonly clock: Clock; readonly signal: AbortSignal},
): Promise<Tried<T>> {
  const {timeout} = context
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
    const work = guarded(() => attempt({...context, signal: own.signal}))
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

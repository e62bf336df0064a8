/** One attempt, and beside it a second one when the first is slow. */
import type {Outcome} from '../../core/outcome.ts'
import type {Clock} from '../../core/ports.ts'
import {type Millis, formatDuration} from '../../core/units.ts'

export type MeasureOne = (run: {
  readonly timeout: Millis
  readonly signal: AbortSignal
  /** Of the two, the one that came later: it has to use another socket. */
  readonly second: boolean
}) => Promise<Outcome>

export interface HedgedRequest {
  readonly clock: Clock
  readonly timeout: Millis
  readonly signal: AbortSignal
  /** After so long the second one may begin. */
  readonly after: Millis
  /** Asked when that time has come. */
  readonly mayBegin: () => boolean
  readonly measure: MeasureOne
}

export interface Hedged {
  readonly outcome: Outcome
  /** Null when there was no second one. */
  readonly text: string | null
  readonly secondWon: boolean
}

/**
 * The first success counts, and the other one is cancelled at once; when both fail the first one's failure does. A first
 * one that fails before the second has begun has no second: the ladder goes on.
 */
export async function measureHedged(request: HedgedRequest): Promise<Hedged> {
  const {clock, signal, after, mayBegin} = request
  const first = start(request, false)
  const timer = Promise.withResolvers<null>()
  const cancel = clock.after(after, () => timer.resolve(null))
  const early = await Promise.race([first.outcome, timer.promise])
  cancel()
  if (early !== null || signal.aborted || !mayBegin()) {
    return {outcome: early ?? (await first.outcome), text: null, secondWon: false}
  }
  const second = start(request, true)
  const winner = await Promise.race([whenOk(first), whenOk(second), bothEnded(first, second)])
  const loser = winner === second ? first : second
  loser.cancel()
  const outcome = await (winner ?? first).outcome
  return {outcome, text: tell(winner, {first, second}, after), secondWon: winner === second}
}

interface Lane {
  readonly outcome: Promise<Outcome>
  readonly cancel: () => void
  /** So far. */
  readonly took: () => Millis
}

function start({clock, timeout, signal, measure}: HedgedRequest, second: boolean): Lane {
  const own = new AbortController()
  const onAbort = (): void => own.abort(signal.reason)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, {once: true})
  const started = clock.now()
  let ended: Millis | null = null
  const outcome = measure({timeout, signal: own.signal, second}).finally(() => {
    ended = clock.now()
    signal.removeEventListener('abort', onAbort)
  })
  const cancel = (): void => own.abort(new Error('the other attempt was faster'))
  return {outcome, cancel, took: () => (ended ?? clock.now()) - started}
}

async function whenOk(lane: Lane): Promise<Lane> {
  const {status} = await lane.outcome
  return status === 'failed' ? new Promise(() => {}) : lane
}

async function bothEnded(first: Lane, second: Lane): Promise<null> {
  await Promise.all([first.outcome, second.outcome])
  // Their successes are told first.
  await Promise.resolve()
  return null
}

function tell(
  winner: Lane | null,
  {first, second}: {readonly first: Lane; readonly second: Lane},
  after: Millis,
): string {
  const begun = `a second attempt began after ${formatDuration(Math.round(after))}`
  const time = (lane: Lane): string => formatDuration(Math.round(lane.took()))
  if (winner === null) return `${begun}; both failed`
  if (winner === second)
    return `${begun} and won in ${time(second)}; the first was cancelled after ${time(first)}`
  return `${begun}, but the first won in ${time(first)}; the second was cancelled after ${time(second)}`
}

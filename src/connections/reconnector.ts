import {makeFailure} from '../core/codes/index.ts'
import type {Failure} from '../core/failure.ts'
import type {Clock, Random} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {
  afterFailure,
  afterSuccess,
  attemptTimeout,
  type LadderDecision,
  type LadderState,
  startLadder,
} from '../policies/ladder.ts'
import type {Policy} from '../policies/policy.ts'
import type {Observer} from './observer.ts'
import type {Probers} from './probers.ts'

type Attempt = Extract<LadderDecision, {type: 'attempt'}>

export interface ReconnectorOptions {
  readonly policy: Policy
  readonly clock: Clock
  readonly random: Random
  readonly probers: Pick<Probers, 'measure'>
  readonly observer: Pick<Observer, 'sawAll'>
  readonly onScheduled: (attempt: Attempt) => void
  /** Before the ladder goes on. */
  readonly onAttempt: (attempt: Attempt, took: Millis, failure: Failure | null, startedAt: Millis) => void
  readonly onStop: (stop: Extract<LadderDecision, {type: 'stop'}>) => void
}

/** Makes the attempts of the connection under test, when and as often as its policy says. */
export class Reconnector {
  readonly #options: ReconnectorOptions
  readonly #stop = new AbortController()
  #ladder: LadderState
  #cancel: () => void = () => {}
  #running: Promise<void> = Promise.resolve()

  constructor(options: ReconnectorOptions) {
    this.#options = options
    this.#ladder = startLadder(options.policy, options.clock.now())
  }

  /** Makes the first attempt. */
  start(): void {
    this.#follow()
  }

  /** The established connection was found dead; this counts as the first attempt of a new operation. */
  lost(failure: Failure, startedAt: Millis): void {
    const {clock, random} = this.#options
    this.#ladder = afterFailure(this.#ladder, {failure, startedAt}, clock.now(), random)
    this.#follow()
  }

  async stop(): Promise<void> {
    this.#cancel()
    this.#stop.abort(new Error('the watch ended'))
    await this.#running
  }

  #follow(): void {
    const {next} = this.#ladder
    const {clock, onScheduled, onStop} = this.#options
    switch (next.type) {
      case 'connected':
        return
      case 'stop':
        onStop(next)
        return
      case 'attempt':
        onScheduled(next)
        this.#cancel = clock.after(Math.max(0, next.due - clock.now()), () => {
          this.#running = this.#attempt(next)
        })
    }
  }

  async #attempt(attempt: Attempt): Promise<void> {
    const {clock, random, probers, observer, onAttempt} = this.#options
    const startedAt = clock.now()
    const timeout = attemptTimeout(this.#ladder, startedAt)
    const {signal} = this.#stop
    const outcome = await probers.measure({seq: attempt.attempt, timeout, signal})
    if (signal.aborted) return
    const now = clock.now()
    const failure = failureOf(outcome, observer.sawAll(startedAt))
    this.#ladder =
      failure === null
        ? afterSuccess(this.#ladder, now)
        : afterFailure(this.#ladder, {failure, startedAt}, now, random)
    onAttempt(attempt, now - startedAt, failure, startedAt)
    this.#follow()
  }
}

/** A failure that we were not awake to see is ours, not the target's. */
function failureOf(outcome: Awaited<ReturnType<Probers['measure']>>, awake: boolean): Failure | null {
  switch (outcome.status) {
    case 'ok':
      return null
    case 'skipped':
      return makeFailure('LOCAL_PERMISSION', outcome.because.text, {advice: outcome.because.advice})
    case 'failed':
      return awake ? outcome.failure : makeFailure('OBSERVER_STALLED', 'netdrill itself was not run in time')
  }
}

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
import type {Gate, Permit} from '../policies/guards/gate.ts'
import type {Policy} from '../policies/policy.ts'
import {asAttempt} from '../probes/attempt-outcome.ts'
import type {Observer} from './observer.ts'
import type {Probers} from './probers.ts'

type Attempt = Extract<LadderDecision, {type: 'attempt'}>

export interface ReconnectorOptions {
  readonly policy: Policy
  readonly clock: Clock
  readonly random: Random
  readonly probers: Pick<Probers, 'measure'>
  readonly observer: Pick<Observer, 'sawAll'>
  /** What every attempt has to pass; none without it. */
  readonly gate?: Gate
  readonly onScheduled: (attempt: Attempt) => void
  /** `until` is null when it isn't asked for again. */
  readonly onDenied?: (attempt: Attempt, permit: Exclude<Permit, {type: 'go'}>) => void
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
    this.#options.gate?.leave(this.#options.clock.now())
    this.#stop.abort(new Error('the watch ended'))
    await this.#running
  }

  #follow(): void {
    const {next} = this.#ladder
    const {onScheduled, onStop} = this.#options
    switch (next.type) {
      case 'connected':
        return
      case 'stop':
        onStop(next)
        return
      case 'attempt':
        onScheduled(next)
        this.#at(next.due, next)
    }
  }

  #at(due: Millis, next: Attempt): void {
    const {clock} = this.#options
    this.#cancel = clock.after(Math.max(0, due - clock.now()), () => this.#passGate(next, due))
  }

  /** What isn't let through waits where it is on the ladder, up to the deadline. */
  #passGate(next: Attempt, due: Millis): void {
    const {clock, gate, policy, onDenied, onStop} = this.#options
    const permit = gate?.ask(next.attempt, Math.max(due, clock.now())) ?? {type: 'go'}
    if (permit.type === 'go') {
      this.#running = this.#attempt(next)
      return
    }
    onDenied?.(next, permit)
    const latest =
      this.#ladder.startedAt + (policy.deadline ?? Number.POSITIVE_INFINITY) - policy.minAttemptTime
    if (permit.type === 'wait' && permit.until <= latest) this.#at(permit.until, next)
    else onStop({type: 'stop', reason: 'exhausted', because: `${permit.code}: ${permit.because}`})
  }

  async #attempt(attempt: Attempt): Promise<void> {
    const {clock, random, probers, observer, gate, onAttempt} = this.#options
    const startedAt = clock.now()
    const timeout = attemptTimeout(this.#ladder, startedAt)
    const {signal} = this.#stop
    const outcome = await probers.measure({seq: attempt.attempt, timeout, signal})
    const now = clock.now()
    if (signal.aborted) {
      gate?.tell('aborted', now)
      return
    }
    const failure = failureOf(outcome, observer.sawAll(startedAt))
    gate?.tell(failure, now)
    const asked = outcome.status === 'failed' ? asAttempt(outcome) : null
    const retryAfter = asked?.status === 'failed' ? asked.retryAfter : undefined
    this.#ladder =
      failure === null
        ? afterSuccess(this.#ladder, now)
        : afterFailure(
            this.#ladder,
            {failure, startedAt, ...(retryAfter !== undefined && {retryAfter})},
            now,
            random,
          )
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

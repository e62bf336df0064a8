import {makeFailure} from '../core/codes/index.ts'
import type {Failure} from '../core/failure.ts'
import type {Outcome} from '../core/outcome.ts'
import type {Clock, Random} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {
  afterFailure,
  afterSuccess,
  attemptTimeout,
  type LadderDecision,
  type LadderState,
  startLadder,
  wakeLadder,
  wouldGoOn,
} from '../policies/ladder.ts'
import type {Gate, Permit} from '../policies/guards/gate.ts'
import {NETWORK_LOOK, mayBeOwn} from '../policies/guards/pass-gate.ts'
import type {SharedGuards} from '../policies/guards/shared.ts'
import type {Policy} from '../policies/policy.ts'
import {unlessAborted} from '../policies/remedies/remedy.ts'
import {asAttempt} from '../probes/attempt-outcome.ts'
import type {Remedies} from '../probes/remedies/remedies.ts'
import type {Observer} from './observer.ts'
import type {Panic} from './panic.ts'
import type {Probers} from './probers.ts'

type Attempt = Extract<LadderDecision, {type: 'attempt'}>

export interface ReconnectorOptions {
  readonly policy: Policy
  readonly clock: Clock
  readonly random: Random
  readonly probers: Pick<Probers, 'measure'>
  readonly observer: Pick<Observer, 'sawAll'>
  /** The first attempt is made so long after the start. */
  readonly stagger?: Millis
  /** What every attempt has to pass; none without it. */
  readonly gate?: Gate
  /** The line in which all stand while the own network is suspected; none without it. */
  readonly panic?: Panic
  /** What is done besides retrying, and what it shares with other targets. */
  readonly care?: {readonly remedies: Remedies; readonly guards: SharedGuards}
  readonly onScheduled: (attempt: Attempt) => void
  /** `until` is null when it isn't asked for again. */
  readonly onDenied?: (attempt: Attempt, permit: Exclude<Permit, {type: 'go'}>) => void
  /** Before the ladder goes on. */
  readonly onAttempt: (attempt: Attempt, took: Millis, failure: Failure | null, startedAt: Millis) => void
  readonly onStop: (stop: Extract<LadderDecision, {type: 'stop'}>) => void
  /** A ladder that had given up gets another attempt, since the own network has changed. */
  readonly onRevived?: (because: string) => void
}

/** Makes the attempts of the connection under test, when and as often as its policy says. */
export class Reconnector {
  readonly #options: ReconnectorOptions
  readonly #stop = new AbortController()
  #ladder: LadderState
  #last: Failure | null = null
  #cancel: () => void = () => {}
  #running: Promise<void> = Promise.resolve()
  #forgetWakes: (() => void) | null = null
  /** What waits: a wake brings it forward. `held`: for the own network; `due`: for its time. */
  #waits: {readonly for: 'due' | 'held' | 'guard'; readonly next: Attempt} | null = null

  constructor(options: ReconnectorOptions) {
    this.#options = options
    const {policy, clock, stagger = 0} = options
    this.#ladder = startLadder(policy, clock.now() + stagger)
  }

  /** Makes the first attempt. */
  start(): void {
    this.#follow()
  }

  /** The established connection was found dead; this counts as the first attempt of a new operation. */
  lost(failure: Failure, startedAt: Millis): void {
    const {clock, random} = this.#options
    this.#last = failure
    // Of an expired token one retry is all there is: it must not be spent with the old one.
    const isToken = failure.category === 'authentication' && failure.detail === 'token'
    if (isToken) this.#running = this.#lose(failure, startedAt)
    else this.#go(afterFailure(this.#ladder, {failure, startedAt}, clock.now(), random))
  }

  async stop(): Promise<void> {
    this.#cancel()
    this.#waits = null
    this.#forgetWakes?.()
    this.#options.gate?.leave(this.#options.clock.now())
    this.#stop.abort(new Error('the watch ended'))
    await this.#running
  }

  #follow(): void {
    const {next} = this.#ladder
    const {onScheduled, onStop, care, clock} = this.#options
    this.#waits = null
    // Watching the network costs something: nobody does whose first attempt succeeds.
    const waits = next.type === 'stop' || (next.type === 'attempt' && next.due > clock.now())
    if (waits) this.#forgetWakes ??= care?.remedies.wake.onWake((because) => this.#wake(because)) ?? null
    switch (next.type) {
      case 'connected':
        return
      case 'stop':
        onStop(next)
        return
      case 'attempt':
        onScheduled(next)
        this.#at(next.due, next, 'due')
    }
  }

  #at(due: Millis, next: Attempt, reason: 'due' | 'held' | 'guard'): void {
    const {clock} = this.#options
    this.#waits = {for: reason, next}
    this.#cancel = clock.after(Math.max(0, due - clock.now()), () => this.#passGate(next, due))
  }

  /** Something about the own network is better than before. */
  #wake(because: string): void {
    const {clock, random, onRevived} = this.#options
    const {next: before} = this.#ladder
    if (this.#waits?.for === 'held') {
      this.#cancel()
      this.#passGate(this.#waits.next, clock.now())
      return
    }
    if (before.type === 'attempt' && this.#waits?.for !== 'due') return
    const woken = wakeLadder(this.#ladder, clock.now(), because, random)
    if (woken === this.#ladder) return
    this.#ladder = woken
    if (before.type === 'stop') onRevived?.(because)
    this.#cancel()
    this.#follow()
  }

  /** What isn't let through waits where it is on the ladder, up to the deadline. */
  #passGate(next: Attempt, due: Millis): void {
    const {panic, onDenied} = this.#options
    const queued = panic?.queue(() => this.#passGuards(next, due)) ?? null
    if (queued === null) {
      this.#passGuards(next, due)
      return
    }
    const {until, because, leave} = queued
    this.#waits = {for: 'guard', next}
    this.#cancel = leave
    onDenied?.(next, {type: 'wait', code: 'OWN_NETWORK_SUSPECTED', until, because})
  }

  #passGuards(next: Attempt, due: Millis): void {
    const {clock, gate, policy, onDenied, onStop} = this.#options
    const now = Math.max(due, clock.now())
    const held = this.#holdForNetwork(now)
    const permit = held ?? gate?.ask(next.attempt, now) ?? {type: 'go'}
    this.#waits = null
    if (permit.type === 'go') {
      this.#running = this.#attempt(next)
      return
    }
    onDenied?.(next, permit)
    const latest =
      this.#ladder.startedAt + (policy.deadline ?? Number.POSITIVE_INFINITY) - policy.minAttemptTime
    if (permit.type === 'wait' && permit.until <= latest)
      this.#at(permit.until, next, held ? 'held' : 'guard')
    else onStop({type: 'stop', reason: 'exhausted', because: `${permit.code}: ${permit.because}`})
  }

  #holdForNetwork(now: Millis): Exclude<Permit, {type: 'go'}> | null {
    const because = mayBeOwn(this.#last) ? (this.#options.care?.remedies.wake.whyDown() ?? null) : null
    return because === null
      ? null
      : {type: 'wait', code: 'OWN_NETWORK_DOWN', until: now + NETWORK_LOOK, because}
  }

  async #attempt(attempt: Attempt): Promise<void> {
    const {clock, observer, gate, onAttempt} = this.#options
    const startedAt = clock.now()
    const outcome = await this.#measure(attempt, startedAt)
    const now = clock.now()
    const {signal} = this.#stop
    if (signal.aborted) {
      gate?.tell('aborted', now)
      return
    }
    const failure = failureOf(outcome, observer.sawAll(startedAt))
    this.#last = failure
    gate?.tell(failure, now)
    onAttempt(attempt, now - startedAt, failure, startedAt)
    this.#go(
      failure === null ? afterSuccess(this.#ladder, now) : await this.#fail(failure, outcome, startedAt),
    )
  }

  async #measure({attempt}: Attempt, startedAt: Millis): Promise<Outcome> {
    const {clock, probers, care, gate} = this.#options
    const {signal} = this.#stop
    const most = attemptTimeout(this.#ladder, startedAt)
    const timeout = care?.remedies.timeout(most) ?? most
    if (!care) return probers.measure({seq: attempt, timeout, signal})
    return care.remedies.attempt({
      attempt,
      timeout,
      signal,
      mayHedge: () => gate?.second(clock.now()) ?? true,
      measure: async (run) => probers.measure({seq: attempt, timeout: run.timeout, signal: run.signal}),
    })
  }

  async #lose(failure: Failure, startedAt: Millis): Promise<void> {
    const outcome = {status: 'failed', failure, took: 0, partial: {phase: {}}} as const
    this.#go(await this.#fail(failure, outcome, startedAt))
  }

  /** Null when the watch has ended meanwhile. */
  #go(next: LadderState | null): void {
    if (next === null) return
    this.#ladder = next
    this.#follow()
  }

  async #fail(failure: Failure, outcome: Outcome, startedAt: Millis): Promise<LadderState | null> {
    const {clock, random, care} = this.#options
    const {signal} = this.#stop
    const asked = outcome.status === 'failed' ? asAttempt(outcome) : null
    const retryAfter = asked?.status === 'failed' ? asked.retryAfter : undefined
    const failed = {failure, startedAt, ...(retryAfter !== undefined && {retryAfter})}
    const partial = outcome.status === 'failed' ? outcome.partial : {phase: {}}
    const attempt = this.#ladder.attempts + 1
    const wouldRetry = wouldGoOn(this.#ladder, failed, clock.now())
    const at = {attempt, startedAt, wouldRetry, signal}
    const mended = care
      ? await unlessAborted(care.remedies.mend(failure, partial, care.guards, at), signal)
      : {}
    return mended && afterFailure(this.#ladder, {...failed, ...mended}, clock.now(), random)
  }
}

/** A failure that we were not awake to see is ours, not the target's. */
function failureOf(outcome: Outcome, awake: boolean): Failure | null {
  switch (outcome.status) {
    case 'ok':
      return null
    case 'skipped':
      return makeFailure('LOCAL_PERMISSION', outcome.because.text, {advice: outcome.because.advice})
    case 'failed':
      return awake ? outcome.failure : makeFailure('OBSERVER_STALLED', 'netdrill itself was not run in time')
  }
}

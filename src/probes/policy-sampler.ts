/** Takes each sample of a session with as many attempts as its policy allows. */
import {makeFailure} from '../core/codes/index.ts'
import type {TargetInfo} from '../core/events.ts'
import type {Failure} from '../core/failure.ts'
import type {Outcome} from '../core/outcome.ts'
import type {Clock, Random} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {type PolicyRun, runWithPolicy} from '../policies/executor.ts'
import {type BreakerChange, Gate, identityOf, peerOf} from '../policies/guards/gate.ts'
import {onRunClock, untilOnRunClock} from '../policies/guards/on-run-clock.ts'
import {SharedGuards} from '../policies/guards/shared.ts'
import type {Policy} from '../policies/policy.ts'
import {asAttempt, notTaken} from './attempt-outcome.ts'
import type {Prober} from './probe.ts'
import type {MeasureOne} from './remedies/hedged.ts'
import type {EmitUnstamped, SessionRun} from './session.ts'

type OneRun = Parameters<MeasureOne>[0]

export interface PolicySamplerOptions {
  readonly policy: Policy
  readonly info: TargetInfo
  readonly run: SessionRun
  readonly clock: Clock
  readonly random: Random
  readonly emit: EmitUnstamped
  /** With the session's own prober. */
  readonly measure: (seq: number, run: OneRun) => Promise<Outcome>
}

export class PolicySampler {
  readonly #options: PolicySamplerOptions
  readonly #guards: SharedGuards
  #spare: Promise<Prober> | null = null
  /** A prober measures one thing at a time: what was cancelled has to end before. */
  #first: Promise<unknown> = Promise.resolve()
  #second: Promise<unknown> = Promise.resolve()

  constructor(options: PolicySamplerOptions) {
    this.#options = options
    this.#guards = options.run.guards ?? new SharedGuards()
  }

  /** Null when the user ended it. */
  async measure(seq: number): Promise<Outcome | null> {
    const {policy, clock, random, run, emit, info} = this.#options
    const {signal, origin} = run
    const target = info.name
    const seen: {last: Outcome | null} = {last: null}
    const gate = this.#gate()
    const result = await runWithPolicy<Outcome>({
      policy,
      clock,
      random,
      signal,
      gate,
      ...this.#attempts(seq, gate, seen),
      onEvent: (event) => emit({...event, ...onRunClock(event, origin), target}),
    })
    if (result.status === 'aborted') return null
    if (result.status === 'ok') return result.value
    const {because, failure} = result
    emit({type: 'strategy-step', target, attempt: null, strategy: 'stop', result: 'told', text: because})
    if (failure !== null) return failedAgain(seen.last, {failure, because}, result.attempts.at(-1)?.took ?? 0)
    return result.status === 'denied' ? notTaken(result.code, because) : null
  }

  /** Closes the prober of second attempts. */
  async close(): Promise<void> {
    const spare = await this.#spare?.catch(() => null)
    await spare?.close()
  }

  #attempts(
    seq: number,
    gate: Gate,
    seen: {last: Outcome | null},
  ): Pick<PolicyRun<Outcome>, 'attempt' | 'wake' | 'timeoutOf' | 'mend'> {
    const {run, clock, info, emit} = this.#options
    const {signal, care} = run
    const measure: MeasureOne = async (one) => this.#measureOne(seq, one)
    // An attempt keeps its own deadline and is given the caller's signal only: so its failure says what was late.
    if (!care) {
      return {
        attempt: async ({timeout}) =>
          asAttempt((seen.last = await measure({timeout, signal, second: false}))),
      }
    }
    const {remedies} = care
    remedies.onStep((step, attempt) => emit({type: 'strategy-step', target: info.name, attempt, ...step}))
    const mayHedge = (): boolean => gate.second(clock.now())
    return {
      attempt: async ({attempt, timeout}) => {
        seen.last = await remedies.attempt({attempt, timeout, signal, mayHedge, measure})
        return asAttempt(seen.last)
      },
      wake: remedies.wake,
      timeoutOf: (most: Millis) => remedies.timeout(most),
      mend: async (failure, at) => {
        const partial = seen.last?.status === 'failed' ? seen.last.partial : {phase: {}}
        return remedies.mend(failure, partial, this.#guards, at)
      },
    }
  }

  async #measureOne(seq: number, one: OneRun): Promise<Outcome> {
    const before = one.second ? this.#second : this.#first
    const outcome = before.then(async () =>
      one.second ? this.#measureSpare(seq, one) : this.#options.measure(seq, one),
    )
    const ended = outcome.catch(() => undefined)
    if (one.second) this.#second = ended
    else this.#first = ended
    return outcome
  }

  async #measureSpare(seq: number, {timeout, signal}: OneRun): Promise<Outcome> {
    this.#spare ??= this.#options.run.care?.another() ?? null
    const prober = await this.#spare
    if (prober) return prober.measure({seq, timeout, signal})
    const failure = makeFailure('CANCELLED', 'there is no second prober')
    return {status: 'failed', failure, partial: {phase: {}}, took: 0}
  }

  #gate(): Gate {
    const {policy, info, run, emit} = this.#options
    const {name: target, url} = info
    const onBreaker = (change: BreakerChange): void =>
      emit({type: 'breaker-changed', target, ...change, ...untilOnRunClock(change, run.origin)})
    const identity = identityOf(target, url, null)
    return new Gate({shared: this.#guards, policy, target, identity, peer: peerOf(url), onBreaker})
  }
}

type Exhausted = {readonly failure: Failure; readonly because: string}

/** The last attempt's outcome with why no further one was made. */
function failedAgain(last: Outcome | null, {failure, because}: Exhausted, took: Millis): Outcome {
  const partial = last?.status === 'failed' ? last.partial : {phase: {}}
  return {status: 'failed', failure: {...failure, message: `${failure.message} (${because})`}, partial, took}
}

import type {EmitEvent, RunEvent} from '../core/events.ts'
import {makeFailure} from '../core/codes/index.ts'
import {type Failure, isOwnFault} from '../core/failure.ts'
import type {Outcome} from '../core/outcome.ts'
import type {Ports} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import type {WatchSpec} from '../core/watch.ts'
import type {SharedGuards} from '../policies/guards/shared.ts'
import type {Policy} from '../policies/policy.ts'
import {loadProbe} from '../probes/registry.ts'
import type {Remedies} from '../probes/remedies/remedies.ts'
import {HealthWatch} from './health-watch.ts'
import {advance, IDLE, isUp, type MachineEvent, type MachineState} from './machine.ts'
import type {Observer} from './observer.ts'
import type {Panic} from './panic.ts'
import {type LoadProbe, Probers} from './probers.ts'
import {openReconnector, openRemedies} from './open-reconnector.ts'
import type {Reconnector} from './reconnector.ts'
import {Sampler} from './sampler.ts'
import {Turnstile} from './turnstile.ts'

export interface TargetRun {
  /** Start of the run on the monotonic clock: `at` and `sentAt` of events count from here. */
  readonly origin: Millis
  readonly emit: EmitEvent
  readonly observer: Observer
  /** The first sample is taken this long after the start, so that many targets don't start in step. */
  readonly stagger?: Millis
  /** What the targets of the watch share; its own without it. */
  readonly guards?: SharedGuards
  /** Of the whole watch; none without it. */
  readonly panic?: Panic
  /** Of the whole watch; its own without it. */
  readonly turnstile?: Turnstile
  /** For tests; the registry's own otherwise. */
  readonly load?: LoadProbe
}

type WithoutStamp<E> = E extends RunEvent ? Omit<E, 'at'> : never

interface Opened {
  readonly probers: Probers
  /** Null without a policy. */
  readonly remedies: Remedies | null
}

/**
 * One watched target. Two things run side by side:
 *
 * - the **observer** samples at the interval whatever happens: `sample` events, from which downtime and loss are
 *   measured with the interval's resolution;
 * - the **connection under test** follows its policy: once `fall` samples in a row have failed it counts as lost, and
 *   from then on only its own attempts, made when the policy says, bring it back: `attempt` events and the state.
 *   After a successful attempt further samples confirm it until there are `rise` successes.
 *
 * So a drill can tell "the service was back after 2s" from "the client noticed 8s later". Without a policy the samples
 * are the connection's attempts too. A failure that retrying can't mend (`failed`) ends the sampling as well.
 */
export class TargetWatch {
  readonly #spec: WatchSpec
  readonly #ports: Ports
  readonly #run: TargetRun
  readonly #probers: Probers
  readonly #remedies: Remedies | null
  readonly #health: HealthWatch
  #machine: MachineState = IDLE
  #sampler: Sampler | null = null
  #reconnector: Reconnector | null = null
  /** Evidence sent before this is about a connection of before. */
  #freshFrom: Millis = 0
  /** What was sent before this says nothing about the state any more: something newer has been judged. */
  #judgedUpTo: Millis = 0

  private constructor(spec: WatchSpec, ports: Ports, run: TargetRun, {probers, remedies}: Opened) {
    this.#spec = spec
    this.#ports = ports
    this.#run = run
    this.#probers = probers
    this.#remedies = remedies
    this.#health = this.#openHealth()
  }

  /** Throws `UserError` when the target makes no sense. Nothing is sent yet. */
  static async open(spec: WatchSpec, ports: Ports, run: TargetRun): Promise<TargetWatch> {
    const remedies = openRemedies(spec, ports)
    const probers = await Probers.open(spec, remedies?.ports ?? ports, run.load ?? loadProbe)
    return new TargetWatch(spec, ports, run, {probers, remedies})
  }

  get name(): string {
    return this.#spec.name
  }

  start(): void {
    const {clock} = this.#ports
    const {origin, observer, stagger = 0} = this.#run
    this.#probers.onBroken((failure) => this.#onBroken(failure))
    this.#feed({type: 'start'}, 'the watch began')
    this.#startPolicy(this.#spec.policy as Policy | null)
    this.#sampler = new Sampler({
      pace: this.#health.pace,
      timeout: this.#spec.timeout,
      first: clock.now() + stagger,
      origin,
      clock,
      turnstile: this.#run.turnstile ?? new Turnstile(clock),
      probers: this.#probers,
      observer,
      onSlot: () => this.#health.look(),
      onOutcome: (outcome, sentAt) => this.#onOutcome(outcome, sentAt),
      onSample: (sample) => this.#emit({type: 'sample', target: this.#spec.name, sample}),
      onMissed: (seq, because) => this.#emit({type: 'slot-missed', target: this.#spec.name, seq, because}),
    })
  }

  /** Something has changed for the better: takes the next sample now. */
  hurry(): void {
    this.#sampler?.hurry()
  }

  /** Ends everything under way; resolves when it has. */
  async stop(): Promise<void> {
    this.#health.stop()
    await Promise.all([this.#sampler?.stop(), this.#reconnector?.stop()])
    this.#remedies?.close()
    await this.#probers.close()
    this.#feed({type: 'stop'}, 'the watch ended')
  }

  #startPolicy(policy: Policy | null): void {
    // Without the capability to probe there is nothing to retry.
    if (policy === null || this.#probers.skip !== null) return
    this.#reconnector = openReconnector({
      policy,
      spec: this.#spec,
      ports: this.#ports,
      run: this.#run,
      probers: this.#probers,
      remedies: this.#remedies,
      emit: (event) => this.#emit(event),
      feed: (event, because) => this.#feed(event, because),
      onFresh: (startedAt) => {
        this.#freshFrom = Math.max(this.#freshFrom, startedAt)
      },
      onRejected: (because) => this.#reject(because),
    })
    this.#reconnector.start()
  }

  #openHealth(): HealthWatch {
    const {name, interval, health = {}} = this.#spec
    const {clock, random} = this.#ports
    return new HealthWatch(
      {
        interval,
        health,
        clock,
        random: random.fork(`checks of ${name}`),
        observer: this.#run.observer,
        onSilent: (because, since) => this.#onSilent(because, since),
        onQuality: (type, because) => this.#feed({type}, because),
        onWarning: (active, because) => this.#emit({type: 'early-warning', target: name, active, because}),
      },
      this.#machine,
    )
  }

  #onOutcome(outcome: Outcome, sentAt: Millis): void {
    if (outcome.status === 'skipped' || sentAt < this.#freshFrom) return
    if (outcome.status === 'failed' && isOwnFault(outcome.failure)) return
    this.#health.pace.count(outcome.status === 'ok')
    if (this.#judgesSamples()) this.#judge(outcome, sentAt)
    this.#sampler?.repace()
  }

  /** A loss is known when its time is over, often after later samples were answered: for the quality it counts all the same. */
  #judge(outcome: Exclude<Outcome, {status: 'skipped'}>, sentAt: Millis): void {
    const isNews = sentAt >= this.#judgedUpTo
    const wasUp = isUp(this.#machine.state)
    this.#judgedUpTo = Math.max(this.#judgedUpTo, sentAt)
    if (isNews && outcome.status === 'ok') this.#feed({type: 'success'}, 'a sample succeeded')
    else if (isNews && outcome.status === 'failed') this.#onFailure(outcome.failure, sentAt)
    if (!wasUp && isUp(this.#machine.state)) this.#freshFrom = sentAt
    this.#health.judge(outcome.status === 'ok' ? (outcome.reading.rtt ?? outcome.took) : null, sentAt)
  }

  /** Seen between two checks: it counts as a failure, and what follows is looked at without delay. */
  #onBroken(failure: Failure): void {
    if (!isUp(this.#machine.state)) return
    this.#freshFrom = this.#ports.clock.now()
    this.#onFailure(failure, this.#freshFrom)
    this.#sampler?.hurry()
  }

  /** A detector has heard nothing for too long: no failure has to be counted. */
  #onSilent(because: string, since: Millis): void {
    if (!isUp(this.#machine.state)) return
    this.#feed({type: 'tripped'}, because)
    if (isUp(this.#machine.state)) return
    // What was asked before says nothing new.
    this.#freshFrom = this.#ports.clock.now()
    this.#reconnector?.lost(makeFailure('NET_SILENT', because), since)
    this.#sampler?.repace()
  }

  /** With a policy a lost connection comes back by its own attempts only; a success still to be confirmed is up already. */
  #judgesSamples(): boolean {
    const {state, successes} = this.#machine
    return this.#reconnector === null || isUp(state) || (state === 'reconnecting' && successes > 0)
  }

  #onFailure(failure: Failure, sentAt: Millis): void {
    const because = `${failure.code}: ${failure.message}`
    const rejected = failure.category === 'authentication'
    if (rejected && this.#reconnector === null) {
      this.#reject(because)
      return
    }
    const confirming = this.#machine.state === 'reconnecting'
    this.#feed({type: 'failure'}, because, rejected)
    const lost = confirming || this.#machine.state === 'reconnecting'
    if (lost) this.#reconnector?.lost(failure, sentAt)
  }

  /** Nothing is sent any more, so that nobody is hammered with what they refused. */
  #reject(because: string): void {
    this.#feed({type: 'rejected'}, because)
    void this.#sampler?.stop()
    const text = `${this.#spec.name} is not probed any more: ${because}`
    this.#emit({type: 'notice', level: 'error', code: null, text})
  }

  /** Refused credentials aren't tried `fall` times: the policy says at once what may follow. */
  #feed(event: MachineEvent, because: string, refused = false): void {
    const before = this.#machine.state
    const {fall, rise} = this.#spec
    const limits = refused ? {fall: 1, rise} : {fall, rise, held: this.#health.held()}
    this.#machine = advance(this.#machine, event, limits)
    this.#health.follow(this.#machine)
    const after = this.#machine.state
    if (before === after) return
    if (after === 'reconnecting') this.#probers.reset()
    this.#emit({type: 'state-changed', target: this.#spec.name, from: before, to: after, because})
  }

  #emit(event: WithoutStamp<RunEvent>): void {
    const at = this.#ports.clock.now() - this.#run.origin
    this.#run.emit({...event, at} as RunEvent)
  }
}

/** Probes one target on a schedule, open-loop: a slow sample costs slots, which are counted, and never shifts the rest. */
import type {EmitEvent, RunEvent, TargetInfo} from '../core/events.ts'
import type {Outcome} from '../core/outcome.ts'
import type {Ports} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import type {SharedGuards} from '../policies/guards/shared.ts'
import type {Policy} from '../policies/policy.ts'
import type {LoopLag} from './loop-lag.ts'
import {PolicySampler} from './policy-sampler.ts'
import type {Prober} from './probe.ts'
import type {Remedies} from './remedies/remedies.ts'

export interface SessionSpec {
  readonly info: TargetInfo
  /** Samples to take, at least one; null for no end. Missed slots are no samples. */
  readonly count: number | null
  /** No sample begins later than this; null for no end. */
  readonly duration: Millis | null
  /** Null takes every sample with one attempt. */
  readonly policy: Policy | null
}

export interface SessionRun {
  /** Start of the run on the monotonic clock. */
  readonly origin: Millis
  readonly emit: EmitEvent
  /** Ends the series; a sample under way is dropped, since it says nothing. */
  readonly signal: AbortSignal
  /** Told around every attempt: true before it, false once it only waits or has ended; false may come twice. */
  readonly onTiming?: (timing: boolean) => void
  /** What a policy does besides retrying, and how to open a prober for a second attempt. */
  readonly care?: {readonly remedies: Remedies; readonly another: () => Promise<Prober>}
  /** What the targets of the run share; its own without it. */
  readonly guards?: SharedGuards
  /** Tells how late this process runs; begins to look with the end of the first sample, after what that loads. */
  readonly lag?: LoopLag
}

/** A slot is still used when its predecessor ended this little too late: both limits hold. */
const LATEST: Millis = 50
const LATEST_SHARE = 0.1
/** This process was not scheduled in time: what a sample said about silence is no news about the target. */
const STALL: Millis = 500
/** A wall clock that went this far ahead of the monotonic one: the machine slept, or its clock was set. */
const SUSPEND: Millis = 5000

type Unstamped<E> = E extends RunEvent ? Omit<E, 'at'> : never
export type EmitUnstamped = (event: Unstamped<RunEvent>) => void

/** Runs the series to its end. Closes nothing: the prober belongs to the caller. */
export async function runSession(
  spec: SessionSpec,
  prober: Prober,
  ports: Pick<Ports, 'clock' | 'random'>,
  run: SessionRun,
): Promise<void> {
  const session = new Session(spec, prober, ports, run)
  try {
    await session.run()
  } finally {
    await session.close()
  }
}

class Session {
  readonly #spec: SessionSpec
  readonly #prober: Prober
  readonly #ports: Pick<Ports, 'clock' | 'random'>
  readonly #run: SessionRun
  #policySampler: PolicySampler | null = null
  #wallAhead: number

  constructor(spec: SessionSpec, prober: Prober, ports: Pick<Ports, 'clock' | 'random'>, run: SessionRun) {
    this.#spec = spec
    this.#prober = prober
    this.#ports = ports
    this.#run = run
    this.#wallAhead = ports.clock.wall() - ports.clock.now()
  }

  async run(): Promise<void> {
    const {info, count, duration} = this.#spec
    this.#emit({type: 'target-added', target: info})
    this.#passOnExtras()
    const start = this.#now()
    let slot = 0
    for (let taken = 1; ; taken++) {
      if (duration !== null && slot * info.interval >= duration) return
      if (!(await this.#waitUntil(start + slot * info.interval))) return
      slot = this.#skipGap(start, slot)
      if (!(await this.#take(slot)) || taken === count) return
      slot = this.#nextSlot(start, slot)
    }
  }

  /** What the session opened itself. */
  async close(): Promise<void> {
    await this.#policySampler?.close()
  }

  #passOnExtras(): void {
    const target = this.#spec.info.name
    this.#prober.onExtra?.(({seq, kind, rtt}) => {
      this.#emit({type: 'reply-extra', target, seq, kind, rtt})
    })
  }

  /** False when the series is over. */
  async #take(slot: number): Promise<boolean> {
    const sentAt = this.#now() - this.#run.origin
    const outcome = await this.#measure(slot + 1)
    if (outcome === null || this.#run.signal.aborted) return false
    const lag = this.#run.lag?.take() ?? 0
    this.#run.lag?.start()
    const sample = {seq: slot + 1, sentAt, outcome, ...(lag > 0 ? {lag} : {})}
    this.#emit({type: 'sample', target: this.#spec.info.name, sample})
    // What this machine lacks now it will lack in a second, too.
    return !(outcome.status === 'skipped' && outcome.because.code === 'CAPABILITY_MISSING')
  }

  /** False when the signal came first. */
  async #waitUntil(due: Millis): Promise<boolean> {
    const {signal} = this.#run
    const left = due - this.#now()
    if (signal.aborted) return false
    if (left <= 0) return true
    try {
      await this.#ports.clock.sleep(left, signal)
      return true
    } catch (error) {
      if (signal.aborted) return false
      throw error
    }
  }

  /** Slots that passed while this process or the machine stood still are no missed ones: nobody was there to probe. */
  #skipGap(start: Millis, slot: number): number {
    const {interval} = this.#spec.info
    const late = this.#now() - (start + slot * interval)
    const ahead = this.#ports.clock.wall() - this.#now() - this.#wallAhead
    if (Math.abs(ahead) > SUSPEND) {
      this.#wallAhead += ahead
      const because =
        ahead > 0
          ? 'the machine was suspended, or its clock was set'
          : 'the clock of the machine was set back'
      this.#emit({type: 'observer-gap', length: Math.max(0, ahead), because})
    }
    if (late < Math.max(STALL, interval)) return slot
    this.#emit({type: 'observer-gap', length: late, because: 'this process was not scheduled in time'})
    return Math.max(slot, Math.floor((this.#now() - start) / interval))
  }

  /** The first slot that can still be used; those before it are told as missed. */
  #nextSlot(start: Millis, slot: number): number {
    const {interval, name} = this.#spec.info
    const tolerance = Math.min(LATEST, interval * LATEST_SHARE)
    const next = Math.max(slot + 1, Math.ceil((this.#now() - start - tolerance) / interval))
    for (let missed = slot + 1; missed < next; missed++) {
      const because = 'the sample before was still under way'
      this.#emit({type: 'slot-missed', target: name, seq: missed + 1, because})
    }
    return next
  }

  /** Null when the user ended it. */
  async #measure(seq: number): Promise<Outcome | null> {
    const {policy, info} = this.#spec
    if (policy) return this.#withPolicy(policy).measure(seq)
    return this.#judgeStall(info.timeout, async () => this.#measureOnce(seq, info.timeout))
  }

  async #measureOnce(seq: number, timeout: Millis, signal: AbortSignal = this.#run.signal): Promise<Outcome> {
    const {onTiming} = this.#run
    if (!onTiming) return this.#prober.measure({seq, timeout, signal})
    onTiming(true)
    const outcome = await this.#prober.measure({seq, timeout, signal, onTimed: () => onTiming(false)})
    onTiming(false)
    return outcome
  }

  #withPolicy(policy: Policy): PolicySampler {
    const {clock, random} = this.#ports
    this.#policySampler ??= new PolicySampler({
      policy,
      info: this.#spec.info,
      run: this.#run,
      clock,
      random,
      emit: (event) => this.#emit(event),
      measure: async (seq, {timeout, signal}) =>
        this.#judgeStall(timeout, async () => this.#measureOnce(seq, timeout, signal)),
    })
    return this.#policySampler
  }

  /** A timeout that was noticed far too late is this process's fault: the reply may have been there in time. */
  async #judgeStall(timeout: Millis, measure: () => Promise<Outcome>): Promise<Outcome> {
    const started = this.#now()
    const outcome = await measure()
    const late = this.#now() - started - timeout
    if (outcome.status !== 'failed' || outcome.failure.detail !== 'timeout' || late < STALL) return outcome
    const text = `this process was not scheduled for ${Math.round(late)} ms, so the timeout says nothing`
    this.#emit({type: 'observer-gap', length: late, because: 'this process was not scheduled in time'})
    return {
      status: 'skipped',
      because: {code: 'OBSERVER_GAP', text, advice: ['lower the load on this machine']},
    }
  }

  #now(): Millis {
    return this.#ports.clock.now()
  }

  #emit(event: Unstamped<RunEvent>): void {
    this.#run.emit({at: this.#now() - this.#run.origin, ...event} as RunEvent)
  }
}

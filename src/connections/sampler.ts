import type {Outcome, Sample} from '../core/outcome.ts'
import type {Clock} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {InOrder} from './in-order.ts'
import type {Observer} from './observer.ts'
import type {Pace} from './pace.ts'
import type {Probers} from './probers.ts'
import type {Turnstile} from './turnstile.ts'

/** However short the interval and long the timeout, so many samples of a target are under way at most. */
const MOST_IN_FLIGHT = 64

export interface SamplerOptions {
  readonly pace: Pick<Pace, 'gap' | 'fast' | 'patience' | 'putOff'>
  readonly timeout: Millis
  /** The first slot on the monotonic clock. */
  readonly first: Millis
  readonly origin: Millis
  readonly clock: Clock
  /** Shared by all targets of a watch. */
  readonly turnstile: Pick<Turnstile, 'pass'>
  readonly probers: Pick<Probers, 'measure'>
  readonly observer: Pick<Observer, 'sawAll' | 'takeLag'>
  /** A sample is about to be sent. */
  readonly onSlot?: () => void
  /** As soon as an outcome is known, in any order. */
  readonly onOutcome: (outcome: Outcome, sentAt: Millis) => void
  /** In the order of sending. */
  readonly onSample: (sample: Sample) => void
  readonly onMissed: (seq: number, because: string) => void
}

/**
 * Takes a sample per slot of an absolute schedule, whether the one before has ended or not: so an outage is seen with
 * the resolution of the interval even when every sample in it runs into its timeout. A slot that passed unused is
 * told as missed and never caught up. Jitter puts single samples off, never the schedule.
 */
export class Sampler {
  readonly #options: SamplerOptions
  readonly #ordered: InOrder<Sample>
  readonly #stop = new AbortController()
  readonly #running = new Set<Promise<void>>()
  readonly #most: number
  #seq = 0
  /** When the next sample is due by the schedule, and by how much it is put off. */
  #due: Millis
  #putOff: Millis
  /** The gap by which it was planned. */
  #gap: Millis
  /** Of the sample before; null before the first one. */
  #lastDue: Millis | null = null
  #cancel: () => void = () => {}

  constructor(options: SamplerOptions) {
    this.#options = options
    this.#ordered = new InOrder(options.onSample)
    this.#most = Math.min(MOST_IN_FLIGHT, Math.ceil(options.timeout / options.pace.fast) + 1)
    this.#due = options.first
    this.#putOff = options.pace.putOff()
    this.#gap = options.pace.gap
    this.#arm()
  }

  /** The pace may have changed: the next sample follows the last one by the gap as it is now. */
  repace(): void {
    const {clock, pace} = this.#options
    if (this.#stop.signal.aborted || this.#lastDue === null || pace.gap === this.#gap) return
    // A gap that has passed already is no slot that was missed.
    this.#plan(Math.max(this.#lastDue, clock.now() - pace.gap))
  }

  /** Takes the next sample now. */
  hurry(): void {
    if (this.#stop.signal.aborted) return
    this.#due = this.#options.clock.now()
    this.#putOff = 0
    this.#cancel()
    this.#arm()
  }

  /** Ends what is under way; resolves when all of it has. Cancelled samples are not told. */
  async stop(): Promise<void> {
    this.#cancel()
    this.#stop.abort(new Error('the watch ended'))
    await Promise.all(this.#running)
  }

  #plan(last: Millis): void {
    const {pace} = this.#options
    this.#lastDue = last
    this.#gap = pace.gap
    this.#due = last + this.#gap
    this.#putOff = pace.putOff()
    this.#cancel()
    this.#arm()
  }

  #arm(): void {
    const {clock, turnstile} = this.#options
    const wait = this.#due + this.#putOff - clock.now()
    this.#cancel = clock.after(Math.max(0, wait), () => {
      this.#cancel = () => {}
      let begun = false
      const cancel = turnstile.pass(() => {
        begun = true
        this.#slot()
      })
      // The slot has armed the next one already.
      if (!begun) this.#cancel = cancel
    })
  }

  #slot(): void {
    const {clock, pace, onSlot} = this.#options
    const {gap} = pace
    for (; this.#due + gap <= clock.now(); this.#due += gap, this.#seq++) this.#skip(this.#seq)
    const seq = this.#seq
    this.#seq += 1
    onSlot?.()
    if (this.#stop.signal.aborted) return
    if (this.#running.size >= this.#most) {
      this.#ordered.put(seq, null)
      this.#options.onMissed(seq, `${this.#running.size} earlier samples still run`)
    } else {
      const running = this.#run(seq).finally(() => this.#running.delete(running))
      this.#running.add(running)
    }
    this.#plan(this.#due)
  }

  /** A slot that an observer gap swallowed is told by the gap. */
  #skip(seq: number): void {
    this.#ordered.put(seq, null)
    if (this.#options.observer.sawAll(this.#due)) this.#options.onMissed(seq, 'its time passed unused')
  }

  async #run(seq: number): Promise<void> {
    const {clock, origin, timeout, probers, observer} = this.#options
    const sentAt = clock.now()
    const {signal} = this.#stop
    const answered = this.#beImpatient(seq)
    const measured = await probers.measure({seq, timeout, signal})
    answered()
    if (signal.aborted) return
    const outcome = observer.sawAll(sentAt) ? measured : unseen(measured)
    this.#options.onOutcome(outcome, sentAt)
    const lag = observer.takeLag()
    this.#ordered.put(seq, {seq, sentAt: sentAt - origin, outcome, ...(lag > 0 ? {lag} : {})})
  }

  /** The newest sample that stays unanswered is followed by the next one before its timeout. */
  #beImpatient(seq: number): () => void {
    const {clock, pace} = this.#options
    if (pace.patience === null) return () => {}
    return clock.after(pace.patience, () => {
      if (pace.patience !== null && seq === this.#seq - 1) this.hurry()
    })
  }
}

/** Neither a failure nor a round-trip time means anything when we weren't awake to see it. */
function unseen(outcome: Outcome): Outcome {
  if (outcome.status === 'skipped') return outcome
  const text = 'netdrill itself was not run in time, so this sample says nothing about the target'
  return {
    status: 'skipped',
    because: {code: 'OBSERVER_GAP', text, advice: ['lower the load on this machine']},
  }
}

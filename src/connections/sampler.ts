import type {Outcome, Sample} from '../core/outcome.ts'
import type {Clock} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {InOrder} from './in-order.ts'
import type {Observer} from './observer.ts'
import type {Probers} from './probers.ts'

/** However short the interval and long the timeout, so many samples of a target are under way at most. */
const MOST_IN_FLIGHT = 64

export interface SamplerOptions {
  readonly interval: Millis
  readonly timeout: Millis
  /** The first slot on the monotonic clock. */
  readonly first: Millis
  readonly origin: Millis
  readonly clock: Clock
  readonly probers: Pick<Probers, 'measure'>
  readonly observer: Pick<Observer, 'sawAll' | 'takeLag'>
  /** As soon as an outcome is known, in any order. */
  readonly onOutcome: (outcome: Outcome, sentAt: Millis) => void
  /** In the order of sending. */
  readonly onSample: (sample: Sample) => void
  readonly onMissed: (seq: number, because: string) => void
}

/**
 * Takes a sample per slot of an absolute schedule, whether the one before has ended or not: so an outage is seen with
 * the resolution of the interval even when every sample in it runs into its timeout. A slot that passed unused is
 * told as missed and never caught up.
 */
export class Sampler {
  readonly #options: SamplerOptions
  readonly #ordered: InOrder<Sample>
  readonly #stop = new AbortController()
  readonly #running = new Set<Promise<void>>()
  readonly #most: number
  #seq = 0
  #cancel: () => void = () => {}

  constructor(options: SamplerOptions) {
    this.#options = options
    this.#ordered = new InOrder(options.onSample)
    this.#most = Math.min(MOST_IN_FLIGHT, Math.ceil(options.timeout / options.interval) + 1)
    this.#arm()
  }

  /** Ends what is under way; resolves when all of it has. Cancelled samples are not told. */
  async stop(): Promise<void> {
    this.#cancel()
    this.#stop.abort(new Error('the watch ended'))
    await Promise.all(this.#running)
  }

  #due(seq: number): Millis {
    return this.#options.first + seq * this.#options.interval
  }

  #arm(): void {
    const wait = this.#due(this.#seq) - this.#options.clock.now()
    this.#cancel = this.#options.clock.after(Math.max(0, wait), () => this.#slot())
  }

  #slot(): void {
    const {clock, first, interval} = this.#options
    // A timer may fire a fraction early.
    const current = Math.max(this.#seq, Math.floor((clock.now() - first) / interval))
    for (; this.#seq < current; this.#seq++) this.#skip(this.#seq)
    const seq = this.#seq
    this.#seq += 1
    if (this.#running.size >= this.#most) {
      this.#ordered.put(seq, null)
      this.#options.onMissed(seq, `${this.#running.size} earlier samples still run`)
    } else {
      const running = this.#run(seq).finally(() => this.#running.delete(running))
      this.#running.add(running)
    }
    this.#arm()
  }

  /** A slot that an observer gap swallowed is told by the gap. */
  #skip(seq: number): void {
    this.#ordered.put(seq, null)
    if (this.#options.observer.sawAll(this.#due(seq))) this.#options.onMissed(seq, 'its time passed unused')
  }

  async #run(seq: number): Promise<void> {
    const {clock, origin, timeout, probers, observer} = this.#options
    const sentAt = clock.now()
    const {signal} = this.#stop
    const measured = await probers.measure({seq, timeout, signal})
    if (signal.aborted) return
    const outcome = observer.sawAll(sentAt) ? measured : unseen(measured)
    this.#options.onOutcome(outcome, sentAt)
    const lag = observer.takeLag()
    this.#ordered.put(seq, {seq, sentAt: sentAt - origin, outcome, ...(lag > 0 ? {lag} : {})})
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

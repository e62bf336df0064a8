import type {Clock} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'

/** The observer looks at the clock this often. */
const TICK: Millis = 50
const NOISE: Millis = 1
/** Later than this is a stall: what was measured meanwhile says more about us than about the network. */
const STALL: Millis = 100
/** Wall time that runs ahead of monotonic time by more than this means that the machine slept (or its clock was set). */
const SLEEP: Millis = 2000

/** A span on the monotonic clock in which nothing was observed. */
export interface Gap {
  readonly from: Millis
  readonly to: Millis
  /** How long it lasted; longer than `to − from` after a suspend, which the monotonic clock doesn't count. */
  readonly length: Millis
  readonly because: string
}

/**
 * Watches our own process: event loop stalls, SIGSTOP, suspend. Ask `sawAll` before a sample is judged; it looks at
 * the clock itself, so that it doesn't matter which overdue timer fires first after a stall.
 */
export class Observer {
  readonly #clock: Clock
  readonly #onGap: (gap: Gap) => void
  #seen: Millis
  #wallAhead: Millis
  #gaps: Gap[] = []
  #lag: Millis = 0
  #cancel: (() => void) | null = null

  constructor(clock: Clock, onGap: (gap: Gap) => void) {
    this.#clock = clock
    this.#onGap = onGap
    this.#seen = clock.now()
    this.#wallAhead = clock.wall() - this.#seen
  }

  start(): void {
    this.#seen = this.#clock.now()
    this.#wallAhead = this.#clock.wall() - this.#seen
    this.#arm()
  }

  /** Whether the process was awake all the time from `from` until now. */
  sawAll(from: Millis): boolean {
    this.#look()
    return !this.#gaps.some((gap) => gap.to >= from)
  }

  /** How late this process ran at most since the last call; 0 below a millisecond, which every timer is late. */
  takeLag(): Millis {
    this.#look()
    const lag = this.#lag
    this.#lag = 0
    return lag < NOISE ? 0 : lag
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
  }

  #arm(): void {
    this.#cancel = this.#clock.after(TICK, () => {
      this.#look()
      this.#arm()
    })
  }

  #look(): void {
    const now = this.#clock.now()
    const from = this.#seen
    const ahead = this.#clock.wall() - now
    const slept = ahead - this.#wallAhead
    const late = now - from - TICK
    this.#seen = now
    this.#wallAhead = ahead
    this.#lag = Math.max(this.#lag, late)
    if (slept > SLEEP) {
      this.#note({
        from,
        to: now,
        length: slept + (now - from),
        because: 'this machine slept, or its clock was set',
      })
    } else if (late > STALL) {
      this.#note({from, to: now, length: now - from, because: 'netdrill itself was not run in time'})
    }
  }

  #note(gap: Gap): void {
    // Samples are shorter than this; older gaps can't matter any more.
    this.#gaps = [...this.#gaps.slice(-99), gap]
    this.#onGap(gap)
  }
}

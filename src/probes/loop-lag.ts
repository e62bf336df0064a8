import type {Clock} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'

/** How often the clock is looked at: a block of the event loop is underestimated by no more than this. */
const BEAT: Millis = 20
/** What timers are late anyway. */
const NOISE: Millis = 1

/**
 * Measures how late this process runs what is due: the longest time for which its event loop was blocked, or in
 * which the machine gave it no processor. One per process serves all its sessions.
 */
export class LoopLag {
  readonly #clock: Clock
  #due: Millis | null = null
  #longest: Millis = 0
  #cancel: () => void = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Begins to look; what was before does not count. A second call does nothing. */
  start(): void {
    if (this.#due !== null) return
    this.#beat()
  }

  stop(): void {
    this.#cancel()
    this.#due = null
  }

  /** The longest lag since the last call; 0 for less than a millisecond, which every timer is late. */
  take(): Millis {
    this.#look()
    const longest = this.#longest
    this.#longest = 0
    return longest < NOISE ? 0 : longest
  }

  #beat(): void {
    this.#due = this.#clock.now() + BEAT
    this.#cancel = this.#clock.after(BEAT, () => {
      this.#look()
      this.#beat()
    })
  }

  #look(): void {
    if (this.#due === null) return
    const now = this.#clock.now()
    this.#longest = Math.max(this.#longest, now - this.#due)
    // The timer itself is still to come: it must not tell the same lag once more.
    this.#due = Math.max(this.#due, now)
  }
}

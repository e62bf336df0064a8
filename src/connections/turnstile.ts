import type {Clock} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'

/**
 * Starting probes may take the process so long at a time. Far below the stall at which samples count as unseen, so that a
 * burst of overdue samples can't make itself unseen.
 */
const SHIFT: Millis = 10

/**
 * Lets work of many targets begin in the order in which it was due, a bit at a time, and looks at what has arrived in between.
 * While little is due everything begins at once.
 */
export class Turnstile {
  readonly #clock: Pick<Clock, 'now' | 'turn'>
  #queue: (() => void)[] = []
  /** The first that waits: taking from the front of an array of thousands would cost more than the work. */
  #front = 0
  /** When the present shift began; null when none is under way. */
  #began: Millis | null = null

  constructor(clock: Pick<Clock, 'now' | 'turn'>) {
    this.#clock = clock
  }

  /** Calls `begin` now or soon; the returned function cancels it. */
  pass(begin: () => void): () => void {
    let wanted = true
    const cancel = (): void => {
      wanted = false
    }
    if (this.#queue.length === 0 && this.#hasTime()) {
      begin()
      return cancel
    }
    this.#queue.push(() => {
      if (wanted) begin()
    })
    return cancel
  }

  /** The first call of a turn of the event loop begins a shift, which ends with that turn. */
  #hasTime(): boolean {
    const now = this.#clock.now()
    if (this.#began === null) {
      this.#began = now
      void this.#next()
    }
    return now - this.#began < SHIFT
  }

  async #next(): Promise<void> {
    for (;;) {
      await this.#clock.turn()
      if (this.#queue.length === 0) break
      this.#began = this.#clock.now()
      while (this.#front < this.#queue.length && this.#clock.now() - this.#began < SHIFT) {
        const begin = this.#queue[this.#front]
        this.#front += 1
        begin?.()
      }
      if (this.#front < this.#queue.length) continue
      this.#queue = []
      this.#front = 0
    }
    this.#began = null
  }
}

import type {Clock} from '../../src/core/ports.ts'
import type {Millis} from '../../src/core/units.ts'

interface Timer {
  readonly due: Millis
  readonly order: number
  readonly callback: () => void
}

/** A clock that only moves when told to. Timers fire in order of their due time, then of their creation. */
export class FakeClock implements Clock {
  #now: Millis = 0
  #order = 0
  #timers = new Set<Timer>()
  /** Wall time at now = 0. */
  epoch = 1_800_000_000_000

  now(): Millis {
    return this.#now
  }

  wall(): number {
    return this.epoch + this.#now
  }

  after(ms: Millis, callback: () => void): () => void {
    const timer = {due: this.#now + Math.max(0, ms), order: this.#order++, callback}
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  async turn(): Promise<void> {
    await Promise.resolve()
  }

  async sleep(ms: Millis, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error)
        return
      }
      const onAbort = (): void => {
        cancel()
        reject(signal?.reason as Error)
      }
      const cancel = this.after(ms, () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      })
      signal?.addEventListener('abort', onAbort, {once: true})
    })
  }

  /** How many timers wait: zero means that nothing was left behind. */
  get pending(): number {
    return this.#timers.size
  }

  /** Time passes without any timer being looked at, as when the process is stopped. */
  stall(ms: Millis): void {
    this.#now += ms
  }

  /** Moves time forward and fires what is due; pending promises run between two timers. */
  async advance(ms: Millis): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next)
      this.#now = Math.max(this.#now, next.due)
      next.callback()
      await settle()
    }
    this.#now = end
    await settle()
  }

  #next(end: Millis): Timer | undefined {
    return [...this.#timers]
      .filter((timer) => timer.due <= end)
      .sort((a, b) => a.due - b.due || a.order - b.order)[0]
  }
}

/** Lets every promise that is ready run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

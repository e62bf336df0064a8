/**
 * Hands on numbered results in the order of their numbers: a result that is early waits for the ones before it.
 * Samples overlap and end in any order; whoever reads a series relies on the order in which they were sent.
 */
export class InOrder<T> {
  readonly #deliver: (value: T) => void
  readonly #early = new Map<number, T | null>()
  #next = 0

  constructor(deliver: (value: T) => void) {
    this.#deliver = deliver
  }

  /** Null for a number that has no result. Each number comes once. */
  put(number: number, value: T | null): void {
    this.#early.set(number, value)
    for (;;) {
      const next = this.#early.get(this.#next)
      if (next === undefined) return
      this.#early.delete(this.#next)
      this.#next += 1
      if (next !== null) this.#deliver(next)
    }
  }
}

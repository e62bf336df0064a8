/** At most so many tasks at a time, in the order in which they came. */
export class Lanes {
  #limit: number
  #busy = 0
  readonly #waiting: (() => void)[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  /** From now on one at a time; what is under way goes on. */
  narrow(): void {
    this.#limit = 1
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#busy < this.#limit) this.#busy++
    // Whoever lets it in counts it.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await task()
    } finally {
      this.#busy--
      this.#admit()
    }
  }

  #admit(): void {
    if (this.#busy >= this.#limit) return
    const next = this.#waiting.shift()
    if (!next) return
    this.#busy++
    next()
  }
}

/** Keeps a storm of changes, such as of a router whose neighbours restart, out of the events. */
import type {Millis} from '../../core/units.ts'

/** So many within a second are told one by one. */
const MOST = 30
const WITHIN: Millis = 1000

export class ChangeLimit {
  readonly #tell: (text: string) => void
  #since: Millis = Number.NEGATIVE_INFINITY
  #count = 0

  /** `tell` gets how many were left out, with the first one that is told again. */
  constructor(tell: (text: string) => void) {
    this.#tell = tell
  }

  allows(at: Millis): boolean {
    if (at - this.#since >= WITHIN) {
      const left = this.#count - MOST
      if (left > 0) this.#tell(`${left} more changes of the own network were not told one by one`)
      this.#since = at
      this.#count = 0
    }
    this.#count += 1
    return this.#count <= MOST
  }
}

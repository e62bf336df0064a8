import type {Sample} from '../core/outcome.ts'
import type {Millis} from '../core/units.ts'

export interface LongestLoss {
  /** Samples that were lost one after the other. */
  readonly lost: number
  /** From the slot of the first of them to that of the next reply; to the end of the last one's when none came. */
  readonly slots: number
}

/**
 * Finds the longest run of lost samples. Slots that were missed inside a run belong to it: with a timeout longer than
 * the interval an outage would else look shorter than it was.
 */
export class LossRun {
  #first: number | null = null
  #lost = 0
  #longest: LongestLoss = {lost: 0, slots: 0}

  add({seq, outcome}: Pick<Sample, 'seq' | 'outcome'>): void {
    if (outcome.status === 'failed') {
      this.#first ??= seq
      this.#lost++
      this.#keep(seq + 1 - this.#first)
      return
    }
    if (this.#first !== null) this.#keep(seq - this.#first)
    this.#first = null
    this.#lost = 0
  }

  #keep(slots: number): void {
    if (slots > this.#longest.slots) this.#longest = {lost: this.#lost, slots}
  }

  get longest(): LongestLoss {
    return this.#longest
  }

  /** Such as fping's outage time, but of one run. */
  outage(interval: Millis): Millis {
    return this.#longest.slots * interval
  }
}

/** Percentiles of any number of durations in bounded memory. */
import type {Millis} from './units.ts'

/** Neighbouring buckets differ by 2 %, so a percentile is off by at most 1 %. */
const GROWTH = Math.log(1.02)
/** A microsecond: what is shorter counts as this. */
const SHORTEST: Millis = 0.001

/** Counts values in logarithmic buckets: 1,200 of them span a microsecond to a day. */
export class LogHistogram {
  readonly #buckets = new Map<number, number>()
  #count = 0
  #sum = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY

  add(value: Millis): void {
    const bucket = Math.round(Math.log(Math.max(SHORTEST, value)) / GROWTH)
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1)
    this.#count += 1
    this.#sum += value
    this.#min = Math.min(this.#min, value)
    this.#max = Math.max(this.#max, value)
  }

  get count(): number {
    return this.#count
  }

  /** Null when nothing was added; so are the others. */
  get average(): Millis | null {
    return this.#count === 0 ? null : this.#sum / this.#count
  }

  get min(): Millis | null {
    return this.#count === 0 ? null : this.#min
  }

  get max(): Millis | null {
    return this.#count === 0 ? null : this.#max
  }

  /** Nearest rank, `p` between 0 and 100, within 1 % of the value; never outside of what was seen. */
  percentile(p: number): Millis | null {
    if (this.#count === 0) return null
    let left = Math.max(1, Math.ceil((p / 100) * this.#count))
    for (const [bucket, count] of [...this.#buckets].toSorted(([a], [b]) => a - b)) {
      left -= count
      if (left <= 0) return Math.min(this.#max, Math.max(this.#min, Math.exp(bucket * GROWTH)))
    }
    return this.#max
  }
}

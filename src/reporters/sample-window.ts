/** The last samples of a target, in little memory: there may be ten thousand targets. */
import type {Failure} from '../core/failure.ts'
import {percentile} from '../core/statistics.ts'
import type {Millis, Ratio} from '../core/units.ts'

const SIZE = 20

export interface WindowFigures {
  readonly samples: number
  readonly lost: number
  /** Failures by category. */
  readonly errors: Readonly<Record<string, number>>
  readonly bytes: number
  readonly p50: Millis | null
  readonly p95: Millis | null
  readonly max: Millis | null
  readonly loss: Ratio
  /** Mean difference between successive round trips. */
  readonly jitter: Millis
}

export class SampleWindow {
  /** NaN for a sample that failed. */
  readonly #rtts = new Float64Array(SIZE)
  readonly #bytes = new Float64Array(SIZE)
  readonly #errors: (Failure['category'] | null)[] = []
  #count = 0

  add(rtt: Millis, bytes: number): void {
    this.#put(rtt, bytes, null)
  }

  addFailure(category: Failure['category']): void {
    this.#put(Number.NaN, 0, category)
  }

  figures(): WindowFigures {
    const samples = Math.min(this.#count, SIZE)
    const order = Array.from({length: samples}, (_, index) => (this.#count - samples + index) % SIZE)
    const rtts = order.map((at) => this.#rtts[at] ?? Number.NaN).filter((rtt) => !Number.isNaN(rtt))
    const ascending = rtts.toSorted((a, b) => a - b)
    const of = (p: number): Millis | null => (rtts.length === 0 ? null : percentile(ascending, p))
    const steps = rtts.slice(1).map((rtt, index) => Math.abs(rtt - (rtts[index] ?? rtt)))
    const errors: Record<string, number> = {}
    for (const at of order) {
      const category = this.#errors[at]
      if (category) errors[category] = (errors[category] ?? 0) + 1
    }
    const lost = samples - rtts.length
    return {
      samples,
      lost,
      errors,
      bytes: order.reduce((sum, at) => sum + (this.#bytes[at] ?? 0), 0),
      p50: of(50),
      p95: of(95),
      max: of(100),
      loss: samples === 0 ? 0 : lost / samples,
      jitter: steps.length === 0 ? 0 : steps.reduce((sum, step) => sum + step, 0) / steps.length,
    }
  }

  #put(rtt: Millis, bytes: number, category: Failure['category'] | null): void {
    const at = this.#count % SIZE
    this.#rtts[at] = rtt
    this.#bytes[at] = bytes
    this.#errors[at] = category
    this.#count += 1
  }
}

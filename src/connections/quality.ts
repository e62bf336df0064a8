import type {Millis} from '../core/units.ts'
import type {QualitySpec} from '../core/watch.ts'

/** So many samples are looked at; fewer say nothing yet. */
const WINDOW = 10
/** A degraded connection is well again below these shares of its limits, so that it doesn't flicker around them. */
const GOOD_RTT = 0.8
const GOOD_LOSS = 0.5

/** Judges how well a connection works that is up. Median and loss of the last ten samples; between the bounds nothing changes. */
export class Quality {
  readonly #spec: QualitySpec
  /** Round-trip times; null for a sample that failed. */
  #window: (Millis | null)[] = []

  constructor(spec: QualitySpec) {
    this.#spec = spec
  }

  /** Adds a sample; null when it gives no reason for a change. */
  observe(rtt: Millis | null): {readonly type: 'poor' | 'fine'; readonly because: string} | null {
    this.#window = [...this.#window.slice(1 - WINDOW), rtt]
    if (this.#window.length < WINDOW) return null
    const loss = this.#window.filter((one) => one === null).length / WINDOW
    const median = medianOf(this.#window)
    const {maxRtt = Number.POSITIVE_INFINITY, maxLoss = 1} = this.#spec
    const because = `median rtt ${median === null ? 'unknown' : `${median.toFixed(1)}ms`}, loss ${loss * 100}% of the last ${WINDOW} samples`
    if (loss > maxLoss || (median ?? 0) > maxRtt) return {type: 'poor', because}
    if (loss <= maxLoss * GOOD_LOSS && (median ?? Number.POSITIVE_INFINITY) <= maxRtt * GOOD_RTT)
      return {type: 'fine', because}
    return null
  }

  /** A connection that came back is judged by what it does from now on. */
  reset(): void {
    this.#window = []
  }
}

function medianOf(window: readonly (Millis | null)[]): Millis | null {
  const values = window.filter((one) => one !== null).toSorted((a, b) => a - b)
  return values[Math.floor((values.length - 1) / 2)] ?? null
}

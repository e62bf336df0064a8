import type {QualitySpec} from '../core/health.ts'
import type {Millis, Ratio} from '../core/units.ts'
import {Trend} from './trend.ts'

/** So many samples are looked at, unless the document says otherwise; fewer say nothing yet. */
const WINDOW = 10
/** Without figures of its own a degraded connection is well again below these shares of its limits. */
const WELL_RTT = 0.5
const WELL_LOSS = 0.25
/** A warning ends below this share of what it began at. */
const CALM = 0.8
const NO_LIMIT = Number.POSITIVE_INFINITY

export interface QualityFinding {
  /** Null when it gives no reason for a change. */
  readonly change: 'poor' | 'fine' | null
  /** Whether a warning is due; what it is about. */
  readonly warning: string | null
  /** What was seen. */
  readonly because: string
}

interface Window {
  readonly loss: Ratio
  /** Null when all were lost. */
  readonly median: Millis | null
}

/**
 * Judges how well a connection works that is up, by median and loss of its last samples. Two thresholds each: it is poor
 * from the upper one on, fine only at or below the lower one, and in the band between them nothing changes. A warning comes
 * before: from a lower limit of its own, or when the round trip grows towards the upper one.
 */
export class Quality {
  readonly #spec: QualitySpec
  readonly #limits: Required<Pick<QualitySpec, 'maxRtt' | 'maxLoss' | 'wellRtt' | 'wellLoss'>>
  readonly #size: number
  readonly #trend: Trend | null
  /** Round-trip times; null for a sample that failed. */
  #window: (Millis | null)[] = []
  #warned = false

  constructor(spec: QualitySpec) {
    this.#spec = spec
    this.#size = spec.window ?? WINDOW
    const {maxRtt = NO_LIMIT, maxLoss = NO_LIMIT, trend} = spec
    const {wellRtt = maxRtt * WELL_RTT, wellLoss = maxLoss * WELL_LOSS} = spec
    this.#limits = {maxRtt, maxLoss, wellRtt, wellLoss}
    this.#trend = trend === undefined ? null : new Trend({limit: maxRtt, ahead: trend})
  }

  /** Adds a sample that was sent at this time. */
  observe(rtt: Millis | null, at: Millis): QualityFinding {
    this.#window = [...this.#window.slice(1 - this.#size), rtt]
    if (rtt !== null) this.#trend?.add(at, rtt)
    if (this.#window.length < this.#size) return {change: null, warning: null, because: ''}
    const loss = this.#window.filter((one) => one === null).length / this.#size
    const seen = {loss, median: medianOf(this.#window)}
    const text = seen.median === null ? 'unknown' : `${seen.median.toFixed(1)}ms`
    const because = `median rtt ${text}, loss ${Math.round(loss * 1000) / 10}% of the last ${this.#size} samples`
    const warning = this.#warn(seen, because)
    this.#warned = warning !== null
    return {change: this.#judge(seen), warning, because}
  }

  /** A connection that came back is judged by what it does from now on. */
  reset(): void {
    this.#window = []
    this.#warned = false
    this.#trend?.reset()
  }

  #judge({loss, median}: Window): QualityFinding['change'] {
    const {maxRtt, maxLoss, wellRtt, wellLoss} = this.#limits
    if (loss >= maxLoss || (median ?? 0) >= maxRtt) return 'poor'
    return loss <= wellLoss && (median ?? Number.POSITIVE_INFINITY) <= wellRtt ? 'fine' : null
  }

  #warn({loss, median}: Window, because: string): string | null {
    const share = this.#warned ? CALM : 1
    const {warnRtt, warnLoss} = this.#spec
    // A single lost sample of a short window is no sign.
    const isLossy =
      warnLoss !== undefined && loss >= warnLoss * share && (this.#warned || loss * this.#size >= 2)
    const isSlow = warnRtt !== undefined && (median ?? 0) >= warnRtt * share
    if (isLossy || isSlow) return because
    return this.#trend?.warning() ?? null
  }
}

function medianOf(window: readonly (Millis | null)[]): Millis | null {
  const values = window.filter((one) => one !== null).toSorted((a, b) => a - b)
  return values[Math.floor((values.length - 1) / 2)] ?? null
}

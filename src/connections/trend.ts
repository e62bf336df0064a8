import {type Millis, formatDuration} from '../core/units.ts'

/** Each sample counts this share of the one after it: about the last twenty matter. */
const MEMORY = 0.95
/** With fewer samples there is no direction yet. */
const LEAST = 10
/** So many standard errors the slope has to lie above zero: noise gets there once in millions of samples. */
const SURE = 6

export interface TrendSpec {
  /** The round trip that is to be warned of, */
  readonly limit: Millis
  /** and so long before. */
  readonly ahead: Millis
}

/** Where round trips are heading: an exponentially weighted line through them. */
export class Trend {
  readonly #spec: TrendSpec
  #count = 0
  /** Of the newest sample. */
  #at: Millis = 0
  /** Weighted sums over x (the time from the newest sample, so at most 0) and y. */
  #w = 0
  #x = 0
  #y = 0
  #xx = 0
  #xy = 0
  #yy = 0
  #ww = 0

  constructor(spec: TrendSpec) {
    this.#spec = spec
  }

  /** Samples come in the order in which they were sent; one that is older than the newest is left out. */
  add(at: Millis, rtt: Millis): void {
    if (this.#count > 0 && at <= this.#at) return
    if (this.#count > 0) this.#shift(at - this.#at)
    this.#at = at
    this.#count += 1
    this.#w = this.#w * MEMORY + 1
    this.#ww = this.#ww * MEMORY ** 2 + 1
    this.#x *= MEMORY
    this.#xx *= MEMORY
    this.#xy *= MEMORY
    this.#y = this.#y * MEMORY + rtt
    this.#yy = this.#yy * MEMORY + rtt * rtt
  }

  /** What is about to happen, in words; null when nothing is. */
  warning(): string | null {
    const line = this.#line()
    if (line === null || line.slope <= 0 || line.slope < SURE * line.error) return null
    const left = (this.#spec.limit - line.level) / line.slope
    if (left > this.#spec.ahead) return null
    const when = left <= 0 ? 'now' : `in about ${formatDuration(Math.max(1, Math.round(left)))}`
    const perSecond = (line.slope * 1000).toFixed(1)
    return `round trips grow by ${perSecond}ms a second and reach ${formatDuration(this.#spec.limit)} ${when}`
  }

  reset(): void {
    this.#count = 0
    this.#w = this.#ww = this.#x = this.#y = this.#xx = this.#xy = this.#yy = 0
  }

  /** The newest sample is the origin, so that sums stay small over days. */
  #shift(by: Millis): void {
    this.#xx += -2 * by * this.#x + by * by * this.#w
    this.#xy -= by * this.#y
    this.#x -= by * this.#w
  }

  /** Level now, slope per millisecond and its standard error. */
  #line(): {readonly level: Millis; readonly slope: number; readonly error: number} | null {
    if (this.#count < LEAST) return null
    const spread = this.#xx - this.#x ** 2 / this.#w
    if (spread <= 0) return null
    const slope = (this.#xy - (this.#x * this.#y) / this.#w) / spread
    const level = (this.#y - slope * this.#x) / this.#w
    const rest = Math.max(0, this.#yy - this.#y ** 2 / this.#w - slope ** 2 * spread)
    const many = this.#w ** 2 / this.#ww
    const error = Math.sqrt(rest / this.#w / spread) * Math.sqrt(this.#w / Math.max(1, many - 2))
    return {level, slope, error}
  }
}

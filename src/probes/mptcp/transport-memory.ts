/** Whether MPTCP is worth a try towards one destination. No clock, no network. */
import type {Millis} from '../../core/units.ts'

export interface RetryDelays {
  /** After the first fallback; doubled after each further one. */
  readonly first: Millis
  readonly most: Millis
}

/** As `MPTCP_BLACKHOLE` of the kernel grows, but for one destination instead of all (mptcp-sysctl, blackhole_timeout). */
export const RETRY_DELAYS: RetryDelays = {first: 30_000, most: 3_600_000}

/** A try for a reason other than time comes this long after the one before at the earliest. */
const LEAST_BETWEEN: Millis = 1000

export interface Try {
  readonly mptcp: boolean
  /** `first`, `timer`, or what has changed; null when it is not tried. */
  readonly trigger: string | null
}

export class TransportMemory {
  readonly #delays: RetryDelays
  #failures = 0
  #lastTry: Millis | null = null
  /** Null: MPTCP is thought to work. */
  #next: Millis | null = null
  #trigger: string | null = null

  constructor(delays: RetryDelays) {
    this.#delays = delays
  }

  /** Plain TCP is used, and MPTCP waits for its next try. */
  get waits(): boolean {
    return this.#next !== null
  }

  ask(now: Millis): Try {
    if (this.#next === null)
      return {mptcp: true, trigger: this.#lastTry === null ? 'first' : 'it worked before'}
    if (this.#trigger !== null && now - (this.#lastTry ?? 0) >= LEAST_BETWEEN)
      return {mptcp: true, trigger: this.#trigger}
    return now >= this.#next ? {mptcp: true, trigger: 'timer'} : {mptcp: false, trigger: null}
  }

  succeeded(now: Millis): void {
    this.#lastTry = now
    this.#failures = 0
    this.#next = null
    this.#trigger = null
  }

  /** A fallback: the next try by itself is later each time. */
  failed(now: Millis): void {
    const {first, most} = this.#delays
    this.#lastTry = now
    this.#next = now + Math.min(most, first * 2 ** Math.min(this.#failures, 30))
    this.#failures += 1
    this.#trigger = null
  }

  /** Something has changed that makes another try worth while. */
  wake(because: string): void {
    if (this.#next !== null) this.#trigger ??= because
  }

  /** Null while MPTCP is thought to work. */
  retryIn(now: Millis): Millis | null {
    return this.#next === null ? null : Math.max(0, this.#next - now)
  }
}

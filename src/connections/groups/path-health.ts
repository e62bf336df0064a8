/** What is known of one member of a group, from its events. */
import type {ConnectionState, RunEvent} from '../../core/events.ts'
import type {Millis, Ratio} from '../../core/units.ts'

/** So many samples are looked at; with fewer nothing is said about quality. */
export const WINDOW = 10

const DOWN: ReadonlySet<ConnectionState> = new Set(['reconnecting', 'exhausted', 'failed'])

export class PathHealth {
  state: ConnectionState = 'idle'
  because = 'nothing is known yet'
  /** When it was declared down; null while it isn't. */
  downAt: Millis | null = null
  /** Since then every sample was good and the state `connected`; null while it isn't so. */
  goodSince: Millis | null = null
  flapping = false
  everDown = false
  /** The group has left it for a reason. */
  left = false
  /** Round-trip times; null for a failure. */
  #window: (Millis | null)[] = []

  /** Takes an event about this member's target in. */
  add(event: RunEvent): void {
    switch (event.type) {
      case 'state-changed':
        this.#change(event.to, event.at, event.because)
        return
      case 'sample': {
        const {outcome} = event.sample
        if (outcome.status === 'skipped') return
        if (outcome.status === 'failed') {
          const {category} = outcome.failure
          if (category === 'observer' || category === 'cancelled') return
          this.goodSince = null
          this.#window = [...this.#window.slice(1 - WINDOW), null]
          return
        }
        const rtt = outcome.reading.rtt ?? outcome.took
        this.#window = [...this.#window.slice(1 - WINDOW), rtt]
        if (this.state === 'connected') this.goodSince ??= event.at
        return
      }
      case 'flapping':
        this.flapping = event.flapping
        return
      default:
    }
  }

  /** Time in which nobody looked proves nothing: it doesn't count as good. */
  skip(length: Millis): void {
    if (this.goodSince !== null) this.goodSince += length
  }

  get isDown(): boolean {
    return DOWN.has(this.state)
  }

  /** It carries traffic as far as is known. */
  get isUp(): boolean {
    return this.state === 'connected' || this.state === 'degraded' || this.state === 'suspect'
  }

  /** Traffic may be moved here: up, and the newest sample was answered. */
  get isReady(): boolean {
    return (this.state === 'connected' || this.state === 'degraded') && this.#window.at(-1) !== null
  }

  /** Of the last ten samples; null when there are fewer. */
  get loss(): Ratio | null {
    if (this.#window.length < WINDOW) return null
    return this.#window.filter((one) => one === null).length / WINDOW
  }

  /** Median round trip of the last ten samples; null when there are fewer or all were lost. */
  get median(): Millis | null {
    if (this.#window.length < WINDOW) return null
    const sorted = this.#window.filter((one) => one !== null).toSorted((a, b) => a - b)
    return sorted[Math.floor((sorted.length - 1) / 2)] ?? null
  }

  #change(to: ConnectionState, at: Millis, because: string): void {
    const wasDown = this.isDown
    this.state = to
    this.because = because
    this.everDown ||= this.isDown
    if (this.isDown) this.downAt = wasDown ? this.downAt : at
    else this.downAt = null
    // What was measured before an outage says nothing about the time after it.
    if (wasDown !== this.isDown) this.#window = []
    this.goodSince = to === 'connected' ? at : null
  }
}

/** What is known of one member of a group, from its events. */
import type {ConnectionState, RunEvent} from '../../core/events.ts'
import type {LinkCause} from '../../core/network-events.ts'
import type {Millis, Ratio} from '../../core/units.ts'

/** So many samples are looked at; with fewer nothing is said about quality. */
export const WINDOW = 10

const DOWN: ReadonlySet<ConnectionState> = new Set(['reconnecting', 'exhausted', 'failed'])

export class PathHealth {
  state: ConnectionState = 'idle'
  #because = 'nothing is known yet'
  /** What it is reached through is gone: it is down, whatever the samples of before say. */
  #cut: {readonly cause: LinkCause; readonly because: string; readonly at: Millis} | null = null
  /** What it is reached through was gone and is there again; nothing has answered since. */
  #unproven = false
  /** When it was declared down; null while it isn't. */
  downAt: Millis | null = null
  /** Since then every sample was good and the state `connected`; null while it isn't so. */
  goodSince: Millis | null = null
  flapping = false
  everDown = false
  /** The group has left it for a reason. */
  left = false
  /** Why the group's stream doesn't come through here, whatever the samples say; null when it does or wasn't tried. */
  blocked: string | null = null
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
        // An answer to what was sent after the loss is stronger than any inference.
        if (this.#cut && event.sample.sentAt > this.#cut.at) this.#restore()
        this.#unproven = false
        const rtt = outcome.reading.rtt ?? outcome.took
        this.#window = [...this.#window.slice(1 - WINDOW), rtt]
        if (this.state === 'connected') this.goodSince ??= event.at
        return
      }
      case 'flapping':
        this.flapping = event.flapping
        return
      case 'link-lost':
        this.#lose(event)
        return
      case 'link-restored':
        this.#restore()
        return
      default:
    }
  }

  /** Time in which nobody looked proves nothing: it doesn't count as good. */
  skip(length: Millis): void {
    if (this.goodSince !== null) this.goodSince += length
  }

  get isDown(): boolean {
    return this.#cut !== null || DOWN.has(this.state)
  }

  /** Nothing has answered since what it needs is there again. */
  get isUnproven(): boolean {
    return this.#unproven
  }

  /** What of the own network it lacks; null as long as nothing is missing. */
  get cause(): LinkCause | null {
    return this.#cut?.cause ?? null
  }

  /** Why it is as it is. */
  get because(): string {
    return this.#cut === null ? this.#because : `${this.#cut.cause}: ${this.#cut.because}`
  }

  /** It carries traffic as far as is known. */
  get isUp(): boolean {
    if (this.#cut || this.#unproven) return false
    return this.state === 'connected' || this.state === 'degraded' || this.state === 'suspect'
  }

  /** Traffic may be moved here: up, and the newest sample was answered. */
  get isReady(): boolean {
    return this.isUp && this.state !== 'suspect' && this.#window.at(-1) !== null
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
    this.#because = because
    this.#follow(wasDown, at)
    this.goodSince = to === 'connected' && this.#cut === null ? at : null
  }

  #lose({cause, because, at}: RunEvent & {type: 'link-lost'}): void {
    const wasDown = this.isDown
    this.#cut = {cause, because, at}
    this.#unproven = false
    this.goodSince = null
    this.#follow(wasDown, at)
  }

  #restore(): void {
    if (this.#cut === null) return
    const {at} = this.#cut
    this.#cut = null
    // As long as the detector has not noticed anything its state is of before the loss.
    this.#unproven = true
    this.#follow(true, at)
  }

  #follow(wasDown: boolean, at: Millis): void {
    this.everDown ||= this.isDown
    if (this.isDown) this.downAt = wasDown ? this.downAt : at
    else this.downAt = null
    // What was measured before an outage says nothing about the time after it.
    if (wasDown !== this.isDown) this.#window = []
  }
}

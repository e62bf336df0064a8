/** What one receiver has been told, and what it has yet to be told. Pure: whoever has a clock asks it. */
import type {Millis} from '../../core/units.ts'
import type {Incident} from './incident.ts'

export type Reason = 'new' | 'over' | 'reminder'

export interface Item {
  readonly incident: Incident
  readonly reason: Reason
}

/** What is sent at once. */
export interface Batch {
  readonly items: readonly Item[]
}

interface Told {
  readonly status: Incident['status']
  readonly level: number
  readonly at: Millis
}

interface Entry {
  readonly incident: Incident
  /** Null: nothing yet. */
  readonly told: Told | null
}

export interface OutboxOptions {
  readonly repeat: Millis | null
  readonly resolve: boolean
}

/** More incidents than this at once are counted, not kept. */
export const MOST_INCIDENTS = 20_000

/**
 * Holds one entry per incident, so that an incident that changes while nobody can be told is still told once, as it is then.
 */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #entries = new Map<string, Entry>()
  #dropped = 0

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** Incidents that found no room since it was last asked. */
  takeDropped(): number {
    const dropped = this.#dropped
    this.#dropped = 0
    return dropped
  }

  /** Whether that is something to tell. */
  add(incident: Incident): boolean {
    const old = this.#entries.get(incident.key)
    if (!old && this.#entries.size >= MOST_INCIDENTS) {
      this.#dropped += 1
      return false
    }
    const entry = {incident, told: old?.told ?? null}
    const isOver = incident.status === 'resolved'
    if (isOver && entry.told?.status === 'firing' && !this.#options.resolve) {
      this.#entries.delete(incident.key)
      return false
    }
    this.#entries.set(incident.key, entry)
    return this.#reason(entry, Number.NEGATIVE_INFINITY) !== null
  }

  /** Null when there is nothing to tell at `now`. */
  batch(now: Millis): Batch | null {
    const items = [...this.#entries.values()].flatMap((entry) => {
      const reason = this.#reason(entry, now)
      return reason ? [{incident: entry.incident, reason}] : []
    })
    return items.length === 0 ? null : {items}
  }

  /** Whether something waits that is no reminder. */
  hasNews(): boolean {
    return [...this.#entries.values()].some((entry) => this.#reason(entry, Number.NEGATIVE_INFINITY) !== null)
  }

  /** When the next reminder is due; null for none. */
  nextReminder(): Millis | null {
    const {repeat} = this.#options
    if (repeat === null) return null
    const times = [...this.#entries.values()].flatMap(({incident, told}) =>
      incident.status === 'firing' && told?.status === 'firing' ? [told.at + repeat] : [],
    )
    return times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b))
  }

  /** The receiver has it. */
  delivered({items}: Batch, now: Millis): void {
    for (const {incident} of items) {
      const entry = this.#entries.get(incident.key)
      if (!entry) continue
      const told = {status: incident.status, level: incident.level, at: now}
      // It may have changed on the way: then that is told next.
      if (incident.status === 'resolved' && entry.incident.status === 'resolved')
        this.#entries.delete(incident.key)
      else this.#entries.set(incident.key, {...entry, told})
    }
  }

  /** Nobody could be told: what still lasts is kept, what came and went meanwhile is not. */
  givenUp(): void {
    for (const [key, {incident, told}] of this.#entries)
      if (incident.status === 'resolved' && told === null) this.#entries.delete(key)
  }

  #reason({incident, told}: Entry, now: Millis): Reason | null {
    if (incident.status === 'resolved') return 'over'
    if (told?.status !== 'firing' || incident.level > told.level) return 'new'
    const {repeat} = this.#options
    return repeat !== null && now - told.at >= repeat ? 'reminder' : null
  }
}

/** The series of a watch as the rules need them: values at each scrape, for as long as the longest range looks back. */
import type {Labels, MetricDefinition, MetricSink} from '../../core/metrics.ts'
import type {Millis} from '../../core/units.ts'
import type {Matcher, VectorSelector} from '../promql/expression.ts'
import {NAME, type Selection, type Series, type SeriesSource, matchesAll} from '../promql/values.ts'

export interface StoreOptions {
  /** Series that no selector takes are not kept. */
  readonly selectors: readonly VectorSelector[]
  readonly retention: Millis
  readonly interval: Millis
}

/** 32 MB: with 60 scrapes in a range of five minutes room for 66,000 series. */
export const MOST_VALUES = 4_000_000

interface Entry {
  /** With the metric's name. */
  readonly labels: Labels
  value: number
  /** By scrape, as the times of the store; null for what no rule reads. NaN: it was not there. */
  ring: Float64Array | null
}

/** With more series than this, those that are zero and that no rule reads are left out; a rule that is added later misses their first increase. */
const MOST_SPARE = 50_000

/** Takes what a metrics fold says as it comes, and keeps what it was at each scrape. */
export class SeriesStore implements MetricSink, SeriesSource {
  readonly #buckets: ReadonlyMap<string, readonly number[]>
  readonly #entries = new Map<string, Map<string, Entry>>()
  #options: StoreOptions = {selectors: [], retention: 0, interval: 1}
  #wanted = new Map<string, readonly (readonly Matcher[])[]>()
  #anyName: readonly (readonly Matcher[])[] = []
  #times: Float64Array = new Float64Array(1)
  /** Scrapes so far; the newest is at `(scrapes - 1) % capacity`. */
  #scrapes = 0
  /** Series, read or not. */
  #size = 0
  /** Values that the rings have room for. */
  #kept = 0
  #refused = 0

  constructor(definitions: readonly MetricDefinition[]) {
    this.#buckets = new Map(definitions.flatMap(({name, buckets}) => (buckets ? [[name, buckets]] : [])))
  }

  /** Series that found no room; each is counted once. */
  get refused(): number {
    return this.#refused
  }

  /** Other rules: what they read as well goes on, the rest is forgotten. */
  configure(options: StoreOptions): void {
    const before = this.#options
    this.#options = options
    this.#wanted = new Map()
    for (const {name, matchers} of options.selectors) {
      if (name !== null) this.#wanted.set(name, [...(this.#wanted.get(name) ?? []), matchers])
    }
    this.#anyName = options.selectors.flatMap(({name, matchers}) => (name === null ? [matchers] : []))
    this.#resize(before.interval === options.interval)
  }

  add(name: string, value: number, labels: Labels): void {
    const entry = this.#entry(name, labels, value)
    if (entry) entry.value += value
  }

  set(name: string, value: number, labels: Labels): void {
    const entry = this.#entry(name, labels, value)
    if (entry) entry.value = value
  }

  /** Into cumulative buckets, as a scraper sees them. */
  observe(name: string, value: number, labels: Labels): void {
    if (!this.#isWantedName(`${name}_bucket`, `${name}_sum`, `${name}_count`)) return
    for (const bound of [...(this.#buckets.get(name) ?? []), Number.POSITIVE_INFINITY]) {
      const le = bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound)
      this.add(`${name}_bucket`, value <= bound ? 1 : 0, {...labels, le})
    }
    this.add(`${name}_sum`, value, labels)
    this.add(`${name}_count`, 1, labels)
  }

  /** Series with this label end: their target is no longer watched. */
  forget(label: string, value: string): void {
    for (const entries of this.#entries.values()) {
      for (const [key, entry] of entries) {
        if (entry.labels[label] !== value) continue
        if (entry.ring) this.#kept -= entry.ring.length
        entries.delete(key)
        this.#size -= 1
      }
    }
  }

  /** Keeps what everything is now. */
  scrape(at: Millis): void {
    const place = this.#scrapes % this.#times.length
    this.#times[place] = at
    this.#scrapes += 1
    for (const entries of this.#entries.values())
      for (const {ring, value} of entries.values()) if (ring) ring[place] = value
  }

  select({name, matchers, from, to}: Selection): readonly Series[] {
    const maps =
      name === null ? [...this.#entries.values()] : [this.#entries.get(name) ?? new Map<string, Entry>()]
    const places = this.#placesWithin(from, to)
    return maps.flatMap((entries) =>
      [...entries.values()].flatMap(({labels, ring}): readonly Series[] => {
        if (!ring || !matchesAll(matchers, labels)) return []
        const taken = places.filter((place) => !Number.isNaN(ring[place]))
        if (taken.length === 0) return []
        const pick = (from: Float64Array): readonly number[] =>
          taken.map((place) => from[place] ?? Number.NaN)
        return [{labels, times: pick(this.#times), values: pick(ring)}]
      }),
    )
  }

  /** Oldest first. */
  #placesWithin(from: Millis, to: Millis): readonly number[] {
    const capacity = this.#times.length
    const first = Math.max(0, this.#scrapes - capacity)
    return Array.from({length: this.#scrapes - first}, (_, index) => (first + index) % capacity).filter(
      (place) => {
        const time = this.#times[place] ?? Number.NaN
        return time > from && time <= to
      },
    )
  }

  /** Null for a zero that no rule reads, where there are many series. */
  #entry(name: string, labels: Labels, value: number): Entry | null {
    const entries = this.#entries.get(name) ?? new Map<string, Entry>()
    this.#entries.set(name, entries)
    const key = JSON.stringify(labels)
    const known = entries.get(key)
    if (known) return known
    const full = {[NAME]: name, ...labels}
    const wanted = this.#isWanted(name, full)
    if (!wanted && value === 0 && this.#size >= MOST_SPARE) return null
    this.#size += 1
    const entry: Entry = {labels: full, value: 0, ring: wanted ? this.#newRing() : null}
    entries.set(key, entry)
    return entry
  }

  #newRing(): Float64Array | null {
    const capacity = this.#times.length
    if (this.#kept + capacity > MOST_VALUES) {
      this.#refused += 1
      return null
    }
    this.#kept += capacity
    return new Float64Array(capacity).fill(Number.NaN)
  }

  #isWantedName(...names: readonly string[]): boolean {
    return this.#anyName.length > 0 || names.some((name) => this.#wanted.has(name))
  }

  #isWanted(name: string, labels: Labels): boolean {
    return [...(this.#wanted.get(name) ?? []), ...this.#anyName].some((matchers) =>
      matchesAll(matchers, labels),
    )
  }

  /** Another interval begins anew: values at other distances would make wrong rates. */
  #resize(keep: boolean): void {
    const {retention, interval} = this.#options
    const capacity = Math.max(2, Math.ceil(retention / interval) + 2)
    const old = {times: this.#times, scrapes: this.#scrapes}
    const count = keep ? Math.min(old.scrapes, old.times.length, capacity) : 0
    const places = Array.from({length: count}, (_, index) => (old.scrapes - count + index) % old.times.length)
    this.#times = new Float64Array(capacity)
    for (const [index, place] of places.entries()) this.#times[index] = old.times[place] ?? 0
    this.#scrapes = count
    this.#kept = 0
    this.#refused = 0
    for (const [name, entries] of this.#entries) {
      for (const entry of entries.values()) {
        const before = entry.ring
        entry.ring = this.#isWanted(name, entry.labels) ? this.#newRing() : null
        for (const [index, place] of places.entries())
          if (entry.ring && before) entry.ring[index] = before[place] ?? Number.NaN
      }
    }
  }
}

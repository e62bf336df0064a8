/** What toxics make of one datagram: pure, so that a seed gives the same sequence everywhere. */
import type {Random} from '../../../core/ports.ts'
import type {Millis} from '../../../core/units.ts'
import {corrupt} from './abrupt.ts'
import type {Toxic, ToxicKind} from './toxic.ts'

export interface Departure {
  readonly data: Buffer
  readonly wait: Millis
}

interface Line {
  readonly now: Millis
  /** When the line of a limited rate is free. */
  readonly free: Millis
  readonly random: Random
}

interface Draft {
  readonly departures: readonly Departure[]
  readonly free: Millis
}

export interface DeparturePlan extends Draft {
  /** The toxics that changed something. */
  readonly acted: readonly Toxic[]
}
type Attributes = Toxic['attributes']
type Effect = (draft: Draft, attributes: Attributes, line: Line) => Draft

const EFFECTS: Partial<Record<ToxicKind, Effect>> = {
  loss: (draft, {probability = 0}, {random}) =>
    random.next() < probability ? {...draft, departures: []} : draft,
  duplicate: (draft, {probability = 0}, {random}) =>
    random.next() < probability ? {...draft, departures: [...draft.departures, ...draft.departures]} : draft,
  reorder: (draft, {probability = 0, delay = 0}, {random}) =>
    random.next() < probability ? later(draft, delay) : draft,
  latency: (draft, {latency = 0, jitter = 0}, {random}) =>
    later(draft, Math.max(0, latency + (2 * random.next() - 1) * jitter)),
  corrupt: (draft, {probability = 0}, {random}) =>
    each(draft, (one) => ({...one, data: corrupt(one.data, probability, random)})),
  bandwidth: (draft, {rate = 0}, {now}) => {
    let {free} = draft
    if (rate === 0) return draft
    const departures = draft.departures.map((one) => {
      free = Math.max(free, now + one.wait) + one.data.length / rate
      return {...one, wait: free - now}
    })
    return {departures, free}
  },
}

/**
 * The datagrams that leave for the one that came, each with its wait. Every toxic draws once for its toxicity and then
 * as it needs, in the order of the toxics. Jitter can reorder, as on a real path.
 */
export function planDepartures(data: Buffer, toxics: readonly Toxic[], line: Line): DeparturePlan {
  const acted: Toxic[] = []
  let draft: Draft = {departures: [{data, wait: 0}], free: line.free}
  for (const toxic of toxics) {
    const {type, toxicity, attributes} = toxic
    if (line.random.next() >= toxicity) continue
    const next = EFFECTS[type]?.(draft, attributes, line) ?? draft
    if (next !== draft) acted.push(toxic)
    draft = next
  }
  return {...draft, acted}
}

function later(draft: Draft, wait: Millis): Draft {
  return each(draft, (one) => ({...one, wait: one.wait + wait}))
}

function each(draft: Draft, change: (one: Departure) => Departure): Draft {
  return {...draft, departures: draft.departures.map(change)}
}

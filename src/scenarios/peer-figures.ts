/** What a drill tells of a peer: its states, how long it was lost, its restarts, and what was forged in its name. */
import type {FieldValue} from '../config/conditions/evaluate.ts'
import type {RunEvent} from '../core/events.ts'
import type {Figure} from '../core/figures.ts'
import type {PeerHealth, PeerState} from '../core/peer-events.ts'
import type {Millis} from '../core/units.ts'
import {setField} from './peer-set-figures.ts'
import {
  type Disturbance,
  type Round,
  type Span,
  disturbances,
  isInside,
  sinceStart,
  touchesAny,
} from './windows.ts'

export interface PeerSeries {
  /** What it is called together with those that are alike; absent for one of its own. */
  readonly set?: string
  /** Of such a set: each of them. It has no changes and no records of its own. */
  readonly members?: readonly PeerSeries[]
  readonly changes: readonly {readonly at: Millis; readonly to: PeerState}[]
  /** Records as they were looked at, or told with a change. */
  readonly records: readonly {readonly at: Millis; readonly health: PeerHealth}[]
}

interface Growing extends PeerSeries {
  readonly changes: {at: Millis; to: PeerState}[]
  readonly records: {at: Millis; health: PeerHealth}[]
  readonly members?: PeerSeries[]
}

interface Begun {
  readonly name: string
  readonly peer: PeerSeries
}

/** Follows the peers of a drill. */
export class PeerCollector {
  readonly #peers = new Map<string, Growing>()
  readonly #sets = new Map<string, PeerSeries[]>()

  /** What begins with this event: a peer, and with the first of so many that are alike their set. */
  add(event: RunEvent): readonly Begun[] {
    switch (event.type) {
      case 'peer-added': {
        const {name, set} = event.info
        const peer: Growing = {changes: [], records: [], ...(set !== undefined && {set})}
        this.#peers.set(name, peer)
        return [{name, peer}, ...(set === undefined ? [] : this.#join(set, peer))]
      }
      case 'peer-state': {
        const peer = this.#peers.get(event.peer)
        if (event.health) peer?.records.push({at: event.at, health: event.health})
        // Our own end of the watch is no news about the peer.
        if (event.to !== 'closed' || event.because !== 'the watch ended')
          peer?.changes.push({at: event.at, to: event.to})
        return []
      }
      case 'peer-check':
        this.#peers.get(event.peer)?.records.push({at: event.at, health: event.health})
        return []
      default:
        return []
    }
  }

  #join(set: string, peer: PeerSeries): readonly Begun[] {
    const known = this.#sets.get(set)
    known?.push(peer)
    if (known) return []
    const members = [peer]
    this.#sets.set(set, members)
    return [{name: set, peer: {changes: [], records: [], members}}]
  }
}

export interface PeerQuestion {
  readonly field: string
  readonly rounds: readonly Round[]
  readonly spans: readonly Span[]
  /** Only what disturbances in these did counts; null: of all. */
  readonly only: readonly Span[] | null
}

/** Undefined: the drill can't tell. */
export function peerField(peer: PeerSeries, question: PeerQuestion): FieldValue {
  const {field, rounds, spans, only} = question
  if (peer.members)
    return setField(
      field,
      peer.members.map((member) => peerField(member, question)),
    )
  const end = Math.max(...spans.map(({to}) => to))
  switch (field) {
    case 'state':
      return stateAt(peer, end)
    case 'states':
      return statesFrom(peer, rounds[0]?.baselineEnd ?? 0)
    case 'path':
      return recordAt(peer, end)?.selected ?? null
    case 'detection':
    case 'recovery':
    case 'downtime':
      return worst(peer, {rounds, only}, field)
    case 'restarts':
      return grown(peer, spans, ({restartsTotal}) => restartsTotal)
    case 'restarts_used':
      return recordAt(peer, end)?.restarts
    case 'restarts_won':
      return grown(peer, spans, ({restartsWon = 0}) => restartsWon)
    case 'glares':
      return grown(peer, spans, ({glares = 0}) => glares)
    case 'forged':
      return grown(peer, spans, ({forged}) => forged)
    case 'lost':
      return losses(peer, spans)
    case 'send_errors':
      return grown(peer, spans, ({sendErrors}) => sendErrors)
    case 'send_codes':
      return sendCodes(peer, spans)
    default:
      return undefined
  }
}

/** One of so many that are alike has none of its own: those of the set tell of it. */
export function peerFigures(name: string, peer: PeerSeries, rounds: readonly Round[]): readonly Figure[] {
  if (peer.set !== undefined) return []
  const spans = rounds.map(({start, end}) => ({from: start, to: end}))
  const figure = (field: string, unit: 'ms' | 'count'): Figure => {
    const value = peerField(peer, {field, rounds, spans, only: null})
    const known = typeof value === 'number' && Number.isFinite(value) ? value : null
    return {name: `${name}.${field}`, value: known, unit, low: known, high: known}
  }
  const rare = RARE.map((field) => figure(field, 'count')).filter(({value}) => value !== 0)
  return [
    ...(peer.members ? [figure('lost', 'count')] : []),
    ...(['detection', 'downtime', 'recovery'] as const).map((field) => figure(field, 'ms')),
    ...(['restarts', 'forged'] as const).map((field) => figure(field, 'count')),
    ...rare,
  ]
}

/** Told where there are any. */
const RARE = ['restarts_won', 'glares', 'send_errors'] as const

/** Connected; one that was given up won't come back. */
export function isPeerSettled({changes, members}: PeerSeries): boolean {
  if (members) return members.every(isPeerSettled)
  const state = changes.at(-1)?.to
  return state === 'connected' || state === 'failed' || state === 'closed'
}

function stateAt({changes}: PeerSeries, at: Millis): PeerState {
  return changes.findLast((change) => change.at <= at)?.to ?? 'new'
}

/** From then on, the one it had then first. */
function statesFrom(peer: PeerSeries, from: Millis): readonly string[] {
  return [stateAt(peer, from), ...peer.changes.filter(({at}) => at > from).map(({to}) => to)]
}

function recordAt({records}: PeerSeries, at: Millis): PeerHealth | undefined {
  return records.findLast((record) => record.at <= at)?.health
}

/** How often it was connected no longer. */
function losses({changes}: PeerSeries, spans: readonly Span[]): number {
  return changes.filter(({at}, index) => changes[index - 1]?.to === 'connected' && isInside(at, spans)).length
}

/** The codes with which sending failed in these spans. */
function sendCodes(peer: PeerSeries, spans: readonly Span[]): readonly string[] {
  const codes = new Set(peer.records.flatMap(({health}) => Object.keys(health.sendCodes ?? {})))
  return [...codes].filter((code) => grown(peer, spans, (health) => health.sendCodes?.[code] ?? 0) > 0)
}

/** Counters of a record only grow; before the first one they are 0. */
function grown(peer: PeerSeries, spans: readonly Span[], count: (health: PeerHealth) => number): number {
  const at = (time: Millis): number => {
    const record = recordAt(peer, time)
    return record ? count(record) : 0
  }
  return spans.reduce((sum, {from, to}) => sum + at(to) - at(from), 0)
}

/** The longest; infinite when one was due and never came, undefined when nothing was lost. */
function worst(
  peer: PeerSeries,
  {rounds, only}: Pick<PeerQuestion, 'rounds' | 'only'>,
  field: 'detection' | 'recovery' | 'downtime',
): Millis | undefined {
  const losses = rounds.flatMap((round) =>
    disturbances(round)
      .filter((span) => touchesAny(span, only))
      .flatMap((span, index, all) => lossIn(peer, span, all[index + 1]?.begun ?? round.end)),
  )
  return losses.length === 0 ? undefined : Math.max(...losses.map((loss) => loss[field]))
}

interface Loss {
  /** From the start of the disturbance until it counted as lost. */
  readonly detection: Millis
  /** From then until it was connected again. */
  readonly downtime: Millis
  /** From the end of the disturbance until then. */
  readonly recovery: Millis
}

function lossIn({changes}: PeerSeries, span: Disturbance, until: Millis): readonly Loss[] {
  const lost = changes.find(({at, to}) => to === 'disconnected' && at >= span.begun && at < until)
  if (!lost) return []
  const back = changes.find(({at, to}) => to === 'connected' && at > lost.at)?.at ?? Number.POSITIVE_INFINITY
  return [
    {
      detection: sinceStart(lost.at, span),
      downtime: back - lost.at,
      recovery: Math.max(0, back - span.to),
    },
  ]
}

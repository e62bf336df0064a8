/** What a drill tells of a peer: its states, how long it was lost, its restarts, and what was forged in its name. */
import type {FieldValue} from '../config/conditions/evaluate.ts'
import type {RunEvent} from '../core/events.ts'
import type {Figure} from '../core/figures.ts'
import type {PeerHealth, PeerState} from '../core/peer-events.ts'
import type {Millis} from '../core/units.ts'
import {type Disturbance, type Round, type Span, disturbances, sinceStart, touchesAny} from './windows.ts'

export interface PeerSeries {
  readonly changes: readonly {readonly at: Millis; readonly to: PeerState}[]
  /** Records as they were looked at, or told with a change. */
  readonly records: readonly {readonly at: Millis; readonly health: PeerHealth}[]
}

interface Growing extends PeerSeries {
  readonly changes: {at: Millis; to: PeerState}[]
  readonly records: {at: Millis; health: PeerHealth}[]
}

/** Follows the peers of a drill. */
export class PeerCollector {
  readonly #peers = new Map<string, Growing>()

  /** The peer that begins with this event, and its series. */
  add(event: RunEvent): {readonly name: string; readonly peer: PeerSeries} | null {
    switch (event.type) {
      case 'peer-added': {
        const {name} = event.info
        const peer = {changes: [], records: []}
        this.#peers.set(name, peer)
        return {name, peer}
      }
      case 'peer-state': {
        const peer = this.#peers.get(event.peer)
        if (event.health) peer?.records.push({at: event.at, health: event.health})
        // Our own end of the watch is no news about the peer.
        if (event.to !== 'closed' || event.because !== 'the watch ended')
          peer?.changes.push({at: event.at, to: event.to})
        return null
      }
      case 'peer-check':
        this.#peers.get(event.peer)?.records.push({at: event.at, health: event.health})
        return null
      default:
        return null
    }
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
export function peerField(peer: PeerSeries, {field, rounds, spans, only}: PeerQuestion): FieldValue {
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
    case 'forged':
      return grown(peer, spans, ({forged}) => forged)
    default:
      return undefined
  }
}

export function peerFigures(name: string, peer: PeerSeries, rounds: readonly Round[]): readonly Figure[] {
  const spans = rounds.map(({start, end}) => ({from: start, to: end}))
  const times = (['detection', 'downtime', 'recovery'] as const).map((field): Figure => {
    const value = worst(peer, {rounds, only: null}, field)
    const known = value !== undefined && Number.isFinite(value) ? value : null
    return {name: `${name}.${field}`, value: known, unit: 'ms', low: known, high: known}
  })
  const counts = (['restarts', 'forged'] as const).map((field): Figure => {
    const value = peerField(peer, {field, rounds, spans, only: null})
    const known = typeof value === 'number' ? value : null
    return {name: `${name}.${field}`, value: known, unit: 'count', low: known, high: known}
  })
  return [...times, ...counts]
}

/** Connected; one that was given up won't come back. */
export function isPeerSettled({changes}: PeerSeries): boolean {
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

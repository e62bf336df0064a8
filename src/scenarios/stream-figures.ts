/** What a drill tells of the stream that a group carries: what was lost or came twice, and how long a move to another path took. */
import type {FieldValue} from '../config/conditions/evaluate.ts'
import type {RunEvent} from '../core/events.ts'
import type {Figure} from '../core/figures.ts'
import type {StreamCounts} from '../core/stream-events.ts'
import type {Millis} from '../core/units.ts'
import {type Round, type Span, isInside} from './windows.ts'

interface MoveMark {
  readonly at: Millis
  /** With the connecting, and without it. */
  readonly took: Millis
  readonly net: Millis
}

export interface StreamSeries {
  /** As fast as possible, away from a path; the way back has time. */
  readonly moves: readonly MoveMark[]
  /** In the order of time; each counts from the beginning. */
  readonly counts: readonly {readonly at: Millis; readonly counts: StreamCounts}[]
  /** Codes of the stages and paths that failed. */
  readonly failures: readonly {readonly at: Millis; readonly code: string}[]
  /** Stages of the way back with their direction and how they ended: `connect inbound INBOUND_BLOCKED`, `migration outbound ok`. */
  readonly stages: readonly {readonly at: Millis; readonly text: string}[]
}

interface Growing extends StreamSeries {
  readonly moves: MoveMark[]
  readonly counts: {at: Millis; counts: StreamCounts}[]
  readonly failures: {at: Millis; code: string}[]
  readonly stages: {at: Millis; text: string}[]
}

/** Follows the streams of a drill, by group. */
export class StreamCollector {
  readonly #streams = new Map<string, Growing>()

  /** Undefined for events that are not about streams, else what is known of this one. */
  add(event: RunEvent): {readonly group: string; readonly stream: StreamSeries} | undefined {
    switch (event.type) {
      case 'stream-moved': {
        const {group, at, from, to, staged, took, connect} = event
        const stream = this.#of(group)
        if (!staged && from !== null && from !== to) stream.moves.push({at, took, net: took - connect})
        return {group, stream}
      }
      case 'stream-counted': {
        const {group, at, counts} = event
        const stream = this.#of(group)
        stream.counts.push({at, counts})
        return {group, stream}
      }
      case 'upgrade-stage':
      case 'stream-failed': {
        const {group, at, failure} = event
        const stream = this.#of(group)
        if (failure) stream.failures.push({at, code: failure.code})
        if (event.type === 'upgrade-stage' && event.result !== 'skipped')
          stream.stages.push({at, text: stageText(event)})
        return {group, stream}
      }
      default:
        return undefined
    }
  }

  #of(group: string): Growing {
    const known = this.#streams.get(group) ?? {moves: [], counts: [], failures: [], stages: []}
    this.#streams.set(group, known)
    return known
  }
}

function stageText({stage, direction, failure}: RunEvent & {type: 'upgrade-stage'}): string {
  return [stage, direction, failure?.code ?? 'ok'].filter((word) => word !== null).join(' ')
}

/** Names of fields that count messages, and which of the counts they are. */
const COUNTED: Readonly<Record<string, keyof StreamCounts>> = {
  'stream.sent': 'sent',
  'stream.confirmed': 'confirmed',
  'stream.lost': 'lost',
  'stream.duplicates': 'duplicates',
  'stream.reordered': 'reordered',
  'stream.resent': 'resent',
}

/** Undefined: not about streams, or the group carries none. */
export function streamField(
  stream: StreamSeries | undefined,
  {field, spans}: {readonly field: string; readonly spans: readonly Span[]},
): FieldValue {
  if (!stream) return undefined
  const counted = Object.hasOwn(COUNTED, field) ? COUNTED[field] : undefined
  if (counted !== undefined) return spans.reduce((sum, span) => sum + countIn(stream, span, counted), 0)
  const moves = stream.moves.filter(({at}) => isInside(at, spans))
  switch (field) {
    case 'stream.failures':
      return [...new Set(stream.failures.filter(({at}) => isInside(at, spans)).map(({code}) => code))]
    case 'stream.stages':
      return [...new Set(stream.stages.filter(({at}) => isInside(at, spans)).map(({text}) => text))]
    case 'execution':
      return longest(moves.map(({took}) => took))
    case 'execution_net':
      return longest(moves.map(({net}) => net))
    default:
      return undefined
  }
}

export function streamFigures(
  name: string,
  stream: StreamSeries | undefined,
  rounds: readonly Round[],
): readonly Figure[] {
  if (!stream || rounds.length === 0) return []
  const spans = rounds.map(({start, end}) => ({from: start, to: end}))
  const counts = ['stream.lost', 'stream.duplicates', 'stream.reordered'].map((field): Figure => {
    const value = Number(streamField(stream, {field, spans}))
    return {name: `${name}.${field}`, value, unit: 'count', low: value, high: value}
  })
  const times = ['execution', 'execution_net'].map((field): Figure => {
    const given = streamField(stream, {field, spans})
    const value = typeof given === 'number' ? given : null
    return {name: `${name}.${field}`, value, unit: 'ms', low: value, high: value}
  })
  return [...times, ...counts]
}

/** Counts are told once a second: up to the first one after the end, from the last one before the beginning. */
function countIn({counts}: StreamSeries, {from, to}: Span, of: keyof StreamCounts): number {
  const before = counts.findLast(({at}) => at <= from)?.counts[of] ?? 0
  const after = (counts.find(({at}) => at >= to) ?? counts.at(-1))?.counts[of] ?? 0
  return Math.max(0, after - before)
}

function longest(times: readonly Millis[]): Millis | undefined {
  return times.length === 0 ? undefined : Math.max(...times)
}

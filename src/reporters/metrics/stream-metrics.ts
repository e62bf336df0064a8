/** The series of the streams that groups carry. */
import type {RunEvent} from '../../core/events.ts'
import type {MetricSink} from '../../core/metrics.ts'
import type {StreamCounts} from '../../core/stream-events.ts'
import type {MetricName} from './definitions.ts'

/** Counted since the stream began: a series gets what was added. */
const RESULTS = ['sent', 'confirmed', 'lost', 'duplicates', 'reordered', 'resent'] as const
type Counted = Pick<StreamCounts, (typeof RESULTS)[number]>

const ZERO: Counted = {sent: 0, confirmed: 0, lost: 0, duplicates: 0, reordered: 0, resent: 0}

/** Feeds a sink; each event is taken once, in its order. */
export class StreamMetrics {
  readonly #sink: MetricSink
  readonly #counted = new Map<string, Counted>()

  constructor(sink: MetricSink) {
    this.#sink = sink
  }

  add(event: RunEvent): void {
    switch (event.type) {
      case 'stream-counted':
        this.#count(event.group, event.counts)
        this.#set('netdrill_stream_pending', event.counts.pending, {group: event.group})
        return
      case 'stream-moved': {
        const {group, took, staged} = event
        if (!staged) this.#set('netdrill_stream_move_seconds', took / 1000, {group})
        return
      }
      case 'upgrade-stage': {
        const {group, stage, result} = event
        this.#sink.add('netdrill_upgrade_stages_total' satisfies MetricName, 1, {group, stage, result})
        return
      }
      case 'group-removed':
        this.#counted.delete(event.group)
        return
      default:
    }
  }

  /** Less than before: another stream has begun, and its counts are all new. */
  #count(group: string, counts: Counted): void {
    const known = this.#counted.get(group) ?? ZERO
    const before = counts.sent < known.sent ? ZERO : known
    for (const result of RESULTS) {
      const more = counts[result] - before[result]
      this.#sink.add('netdrill_stream_messages_total' satisfies MetricName, Math.max(0, more), {
        group,
        result,
      })
    }
    this.#counted.set(group, {...counts})
  }

  #set(name: MetricName, value: number, labels: Readonly<Record<string, string>>): void {
    this.#sink.set(name, value, labels)
  }
}

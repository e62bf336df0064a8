/** The series of peers. */
import type {RunEvent} from '../../core/events.ts'
import type {MetricSink} from '../../core/metrics.ts'
import {PEER_STATES, type PeerHealth, type PeerState} from '../../core/peer-events.ts'
import type {Millis} from '../../core/units.ts'
import type {MetricName} from './definitions.ts'

/** Of the packet counters of a record, those that are packets. */
const PACKETS = ['sent', 'received', 'forged', 'unknown'] as const

interface Kept {
  /** As of the last look: counters of a record only grow, and a series gets what was added. */
  counts: Counts
  lostAt: Millis | null
  /** Up to here the downtime is in the counter. */
  counted: Millis
}
type Counts = Pick<PeerHealth, (typeof PACKETS)[number] | 'sendErrors' | 'restartsTotal'>

const ZERO: Counts = {sent: 0, received: 0, forged: 0, unknown: 0, sendErrors: 0, restartsTotal: 0}

/** Feeds a sink; each event is taken once, in its order. */
export class PeerMetrics {
  readonly #sink: MetricSink
  readonly #peers = new Map<string, Kept>()
  /** Wall clock at the start of the run, in seconds. */
  #epoch = 0

  constructor(sink: MetricSink) {
    this.#sink = sink
  }

  add(event: RunEvent): void {
    switch (event.type) {
      case 'run-started':
        this.#epoch = (Date.parse(event.run.started) - event.at) / 1000
        return
      case 'peer-added':
        this.#begin(event.info.name, event.at)
        return
      case 'peer-state':
        this.#state(event.peer, event.to)
        if (event.health) this.#health(event.peer, event.health, event.at)
        this.#downtime(event.peer, event.to, event.at)
        return
      case 'peer-check':
        this.#health(event.peer, event.health, event.at)
        return
      case 'peer-removed':
        this.#peers.delete(event.peer)
        return
      default:
    }
  }

  /** Every series exists from the start, so that the first increase of a counter is one. */
  #begin(peer: string, at: Millis): void {
    this.#peers.set(peer, {counts: ZERO, lostAt: null, counted: at})
    this.#state(peer, 'new')
    this.#count(peer, ZERO)
    this.#add('netdrill_peer_downtime_seconds_total', 0, {peer})
    this.#set('netdrill_peer_consecutive_failures', 0, {peer})
    this.#set('netdrill_peer_restarts_used', 0, {peer})
  }

  #state(peer: string, to: PeerState): void {
    for (const state of PEER_STATES) this.#set('netdrill_peer_state', Number(state === to), {peer, state})
  }

  /** From lost to connected again; that of a peer that ended while it was lost ends there. */
  #downtime(peer: string, to: PeerState, at: Millis): void {
    const kept = this.#peers.get(peer)
    if (!kept) return
    if (to === 'disconnected' && kept.lostAt === null) {
      kept.lostAt = at
      kept.counted = at
      return
    }
    this.#countDowntime(peer, kept, at)
    if (kept.lostAt === null || (to !== 'connected' && to !== 'closed')) return
    if (to === 'connected')
      this.#sink.observe(name('netdrill_peer_outage_seconds'), (at - kept.lostAt) / 1000, {peer})
    kept.lostAt = null
  }

  #countDowntime(peer: string, kept: Kept, at: Millis): void {
    if (kept.lostAt === null) return
    this.#add('netdrill_peer_downtime_seconds_total', Math.max(0, at - kept.counted) / 1000, {peer})
    kept.counted = at
  }

  #health(peer: string, health: PeerHealth, at: Millis): void {
    const kept = this.#peers.get(peer)
    if (!kept) return
    const {counts: old} = kept
    this.#count(peer, {
      sent: health.sent - old.sent,
      received: health.received - old.received,
      forged: health.forged - old.forged,
      unknown: health.unknown - old.unknown,
      sendErrors: health.sendErrors - old.sendErrors,
      restartsTotal: health.restartsTotal - old.restartsTotal,
    })
    kept.counts = health
    this.#countDowntime(peer, kept, at)
    this.#set('netdrill_peer_consecutive_failures', health.failures, {peer})
    this.#set('netdrill_peer_restarts_used', health.restarts, {peer})
    if (health.idle === null) return
    this.#set('netdrill_peer_last_activity_timestamp_seconds', this.#epoch + (at - health.idle) / 1000, {
      peer,
    })
  }

  #count(peer: string, more: Counts): void {
    for (const kind of PACKETS)
      this.#add('netdrill_peer_packets_total', Math.max(0, more[kind]), {peer, kind})
    this.#add('netdrill_peer_send_errors_total', Math.max(0, more.sendErrors), {peer})
    this.#add('netdrill_peer_restarts_total', Math.max(0, more.restartsTotal), {peer})
  }

  #add(metric: MetricName, value: number, labels: Readonly<Record<string, string>>): void {
    this.#sink.add(metric, value, labels)
  }

  #set(metric: MetricName, value: number, labels: Readonly<Record<string, string>>): void {
    this.#sink.set(metric, value, labels)
  }
}

/** Only names that are defined. */
function name(metric: MetricName): MetricName {
  return metric
}

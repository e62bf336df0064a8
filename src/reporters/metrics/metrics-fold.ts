/** Events of a watch to metrics. */
import {FAILURES} from '../../core/codes/index.ts'
import type {ConnectionState, RunEvent, TargetInfo} from '../../core/events.ts'
import type {Failure} from '../../core/failure.ts'
import {BREAKER_PHASES} from '../../core/guard-events.ts'
import type {MetricSink} from '../../core/metrics.ts'
import type {Outcome, Sample} from '../../core/outcome.ts'
import type {Millis} from '../../core/units.ts'
import {isDown} from '../monitor-facts.ts'
import {AlertMetrics} from './alert-metrics.ts'
import type {MetricName} from './definitions.ts'
import {GroupMetrics} from './group-metrics.ts'
import {NetworkMetrics} from './network-metrics.ts'
import {PeerMetrics} from './peer-metrics.ts'
import {StreamMetrics} from './stream-metrics.ts'

const STATES: readonly ConnectionState[] = [
  'idle',
  'connecting',
  'connected',
  'degraded',
  'suspect',
  'reconnecting',
  'exhausted',
  'failed',
  'disconnected',
]
/** With more targets the series of failures that never happened would outnumber all others. */
const MOST_SEEDED = 200
/** Ten thousand targets with a histogram each make 50 MB a scrape: with more than this, all share one. */
const MOST_WITH_HISTOGRAMS = 1000

interface Watched {
  readonly info: TargetInfo
  failures: number
  downSince: Millis | null
  /** Up to here the downtime is in the counter. */
  counted: Millis
}

/** Feeds a sink; each event is taken once, in its order. */
export class MetricsFold {
  readonly #sink: MetricSink
  readonly #targets = new Map<string, Watched>()
  readonly #groups: GroupMetrics
  readonly #network: NetworkMetrics
  readonly #alerts: AlertMetrics
  readonly #peers: PeerMetrics
  readonly #streams: StreamMetrics
  /** Wall clock at the start of the run, in seconds. */
  #epoch = 0

  constructor(sink: MetricSink) {
    this.#sink = sink
    this.#groups = new GroupMetrics(sink)
    this.#alerts = new AlertMetrics(sink)
    this.#network = new NetworkMetrics(sink)
    this.#peers = new PeerMetrics(sink)
    this.#streams = new StreamMetrics(sink)
  }

  add(event: RunEvent): void {
    this.#groups.add(event)
    this.#alerts.add(event)
    this.#network.add(event)
    this.#peers.add(event)
    this.#streams.add(event)
    switch (event.type) {
      case 'run-started':
        this.#epoch = (Date.parse(event.run.started) - event.at) / 1000
        this.#set('netdrill_build_info', 1, {version: event.run.version})
        this.#add('netdrill_observer_gap_seconds_total', 0)
        return
      case 'target-added':
        this.#begin(event.target, event.at)
        return
      case 'target-removed':
        this.#end(event.target)
        return
      case 'sample':
        this.#sample(event.target, event.sample, event.at)
        return
      case 'attempt':
        this.#attempt(event)
        return
      case 'attempt-denied':
        this.#add('netdrill_attempts_denied_total', 1, {target: event.target, code: event.code})
        return
      case 'breaker-changed':
        for (const state of BREAKER_PHASES)
          this.#set('netdrill_breaker_state', state === event.to ? 1 : 0, {target: event.target, state})
        return
      case 'state-changed':
        this.#state(event.target, event.to, event.at)
        return
      case 'early-warning':
        this.#set('netdrill_early_warning', event.active ? 1 : 0, {target: event.target})
        return
      case 'slot-missed':
        this.#add('netdrill_missed_samples_total', 1, {target: event.target})
        return
      case 'observer-gap':
        this.#add('netdrill_observer_gap_seconds_total', event.length / 1000)
        this.#leaveOut(event.since ?? event.at, event.at)
        return
      default:
    }
  }

  /** Every series exists from the start, so that the first increase of a counter is one. */
  #begin(info: TargetInfo, at: Millis): void {
    const target = info.name
    this.#targets.set(target, {info, failures: 0, downSince: null, counted: at})
    const zero: readonly MetricName[] = [
      'netdrill_connection_attempts_total',
      'netdrill_errors_total',
      'netdrill_downtime_seconds_total',
      'netdrill_missed_samples_total',
    ]
    for (const name of zero) this.#add(name, 0, {target})
    this.#set('netdrill_consecutive_failures', 0, {target})
    this.#set('netdrill_early_warning', 0, {target})
    this.#set('netdrill_last_success_timestamp_seconds', this.#epoch + at / 1000, {target})
    for (const state of STATES)
      this.#set('netdrill_connection_state', state === 'idle' ? 1 : 0, {target, state})
    if (this.#targets.size > MOST_SEEDED) return
    for (const {code, category} of codesOf(info.kind))
      this.#add('netdrill_connection_failures_total', 0, {target, category, code})
  }

  /** The SDK can't forget a series: none of its states is 1 any more. */
  #end(target: string): void {
    this.#targets.delete(target)
    for (const state of STATES) this.#set('netdrill_connection_state', 0, {target, state})
  }

  #sample(target: string, {outcome}: Sample, at: Millis): void {
    const watched = this.#targets.get(target)
    if (!watched || outcome.status === 'skipped') return
    const result = outcome.status === 'ok' ? 'ok' : 'failed'
    this.#observe('netdrill_health_check_duration_seconds', outcome.took / 1000, {target, result})
    if (watched.info.policy === null)
      this.#connect(target, outcome.status === 'failed' ? outcome.failure : null)
    if (outcome.status === 'ok') this.#success(watched, outcome, at)
    else {
      watched.failures += 1
      this.#set('netdrill_consecutive_failures', watched.failures, {target})
      this.#add('netdrill_errors_total', 1, {target})
    }
    this.#countDowntime(target, watched, at)
  }

  #success(watched: Watched, {reading, took}: Extract<Outcome, {status: 'ok'}>, at: Millis): void {
    const target = watched.info.name
    watched.failures = 0
    this.#set('netdrill_consecutive_failures', 0, {target})
    this.#set('netdrill_last_success_timestamp_seconds', this.#epoch + at / 1000, {target})
    const steps = {...reading.phase, total: reading.phase.total ?? took}
    for (const [step, time] of Object.entries(steps))
      if (typeof time === 'number')
        this.#observe('netdrill_connection_latency_seconds', time / 1000, {target, step})
    const bytes = reading.http?.size
    if (bytes !== undefined && bytes !== null)
      this.#add('netdrill_bytes_total', bytes, {target, direction: 'received'})
  }

  #attempt({target, attempt, phase, failure, at}: RunEvent & {type: 'attempt'}): void {
    this.#connect(target, failure)
    if (attempt > 1) this.#add('netdrill_retry_attempts_total', 1, {target, phase})
    if (failure === null)
      this.#set('netdrill_last_success_timestamp_seconds', this.#epoch + at / 1000, {target})
  }

  #connect(target: string, failure: Failure | null): void {
    this.#add('netdrill_connection_attempts_total', 1, {target})
    if (!failure) return
    const {category, code} = failure
    this.#add('netdrill_connection_failures_total', 1, {target, category, code})
  }

  #state(target: string, to: ConnectionState, at: Millis): void {
    for (const state of STATES) this.#set('netdrill_connection_state', state === to ? 1 : 0, {target, state})
    const watched = this.#targets.get(target)
    if (!watched) return
    this.#countDowntime(target, watched, at)
    if (watched.downSince === null && isDown(to)) {
      watched.downSince = at
      watched.counted = at
    } else if (watched.downSince !== null && !isDown(to)) {
      this.#observe('netdrill_outage_seconds', (at - watched.downSince) / 1000, {target})
      watched.downSince = null
    }
  }

  /** Time in which nothing was measured is no downtime. */
  #leaveOut(since: Millis, at: Millis): void {
    for (const watched of this.#targets.values()) {
      if (watched.downSince === null) continue
      const length = Math.max(0, at - Math.max(since, watched.counted))
      watched.counted += length
      watched.downSince += length
    }
  }

  /** While a target is down the counter grows with every sample, not only at the end. */
  #countDowntime(target: string, watched: Watched, at: Millis): void {
    if (watched.downSince === null) return
    this.#add('netdrill_downtime_seconds_total', Math.max(0, at - watched.counted) / 1000, {target})
    watched.counted = Math.max(watched.counted, at)
  }

  #add(name: MetricName, value: number, labels: Readonly<Record<string, string>> = {}): void {
    this.#sink.add(name, value, labels)
  }

  #set(name: MetricName, value: number, labels: Readonly<Record<string, string>>): void {
    this.#sink.set(name, value, labels)
  }

  #observe(name: MetricName, value: number, labels: Readonly<Record<string, string>>): void {
    const {target: _, ...shared} = labels
    this.#sink.observe(name, value, this.#targets.size > MOST_WITH_HISTOGRAMS ? shared : labels)
  }
}

/** The codes that say the most about a kind of probe: those of its own area, and of the network below. */
function codesOf(kind: string): readonly {readonly code: string; readonly category: string}[] {
  const areas = ['NET', 'TCP', 'DNS', kind.toUpperCase()]
  return Object.entries(FAILURES)
    .filter(([code]) => areas.includes(code.split('_')[0] ?? ''))
    .map(([code, {category}]) => ({code, category}))
}

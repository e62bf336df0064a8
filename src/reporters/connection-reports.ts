/** Records of connections and groups with the fields that other programs gave them. */
import {connectionQuality} from '../core/connection-quality.ts'
import type {GroupState} from '../core/group-events.ts'
import {STATE_NAMES, type StateNames} from '../core/state-names.ts'
import type {MonitoredGroup} from './group-facts.ts'
import {type MonitorFacts, type MonitoredTarget, isDown, isUp} from './monitor-facts.ts'

/** A time of the run as ISO 8601; null stays null. */
export type TellTime = (at: number | null) => string | null

/** The record of a retry framework's tracker. */
export interface TrackerRecord {
  readonly id: string
  readonly state: StateNames['retry_framework']
  /** Attempts since it was last connected. */
  readonly attempt_count: number
  readonly consecutive_failures: number
  readonly last_attempt: string | null
  readonly last_success: string | null
  readonly last_error: {readonly code: string; readonly text: string} | null
}

export function trackerRecord({name, state, track}: MonitoredTarget, time: TellTime): TrackerRecord {
  return {
    id: name,
    state: STATE_NAMES[state].retry_framework,
    attempt_count: track.restarts,
    consecutive_failures: track.consecutive,
    last_attempt: time(track.lastAttempt),
    last_success: time(track.lastSuccess),
    last_error: track.lastError,
  }
}

/** What was heard of a connection lately: its last twenty samples. */
export interface ActivityRecord {
  /** When an answer last came. */
  readonly last_activity: string | null
  readonly samples: number
  readonly lost: number
  readonly errors: Readonly<Record<string, number>>
  readonly bytes: number
  readonly rtt_seconds: {readonly p50: number; readonly p95: number; readonly max: number} | null
  readonly quality: number | null
}

export function activityRecord(target: MonitoredTarget, time: TellTime): ActivityRecord {
  const {samples, lost, errors, bytes, p50, p95, max} = target.track.window.figures()
  return {
    last_activity: time(target.track.lastSuccess),
    samples,
    lost,
    errors,
    bytes,
    rtt_seconds:
      p50 === null || p95 === null || max === null
        ? null
        : {p50: seconds(p50), p95: seconds(p95), max: seconds(max)},
    quality: qualityOf(target),
  }
}

/** Nothing is known before the first sample; a connection that is lost has no quality at all. */
function qualityOf({state, track}: MonitoredTarget): number | null {
  if (isDown(state)) return 0
  const {samples, loss, p50, jitter} = track.window.figures()
  return samples === 0 ? null : rounded(connectionQuality({loss, rtt: p50, jitter}))
}

/** The statistics of all connections together. */
export interface ConnectionStats {
  readonly total: number
  readonly connected: number
  readonly connecting: number
  readonly retrying: number
  readonly failed: number
  readonly exhausted: number
  readonly total_attempts: number
  readonly total_failures: number
  /** Of the attempts; null before the first one. */
  readonly success_rate: number | null
}

export function connectionStats(targets: readonly MonitoredTarget[]): ConnectionStats {
  const count = (...names: readonly StateNames['retry_framework'][]): number =>
    targets.filter(({state}) => names.includes(STATE_NAMES[state].retry_framework)).length
  const attempts = targets.reduce((sum, {track}) => sum + track.attempts, 0)
  const failures = targets.reduce((sum, {track}) => sum + track.failures, 0)
  return {
    total: targets.length,
    connected: count('Connected'),
    connecting: count('Idle', 'Connecting'),
    retrying: count('Retrying'),
    failed: count('Failed'),
    exhausted: count('Exhausted'),
    total_attempts: attempts,
    total_failures: failures,
    success_rate: attempts === 0 ? null : rounded((attempts - failures) / attempts),
  }
}

/** The report of a quorum. */
export interface HealthReport {
  readonly is_healthy: boolean
  readonly connected_peers: number
  readonly min_peers_threshold: number
  readonly failed_connections: number
  readonly recovering_connections: number
  readonly timestamp: string
}

/** The groups that are in force: healthy until fewer than `leave_below` members are. */
const HEALTHY: ReadonlySet<GroupState> = new Set(['connected', 'degraded'])

export function healthReport(
  {info, state}: MonitoredGroup,
  facts: MonitorFacts,
  timestamp: string,
): HealthReport | null {
  if (info.mode !== 'quorum') return null
  const states = info.members.map(({target}) => facts.target(target)?.state ?? 'idle')
  return {
    is_healthy: HEALTHY.has(state),
    connected_peers: states.filter(isUp).length,
    min_peers_threshold: info.needed ?? info.members.length,
    failed_connections: states.filter((one) => one === 'failed' || one === 'exhausted').length,
    recovering_connections: states.filter((one) => one === 'reconnecting').length,
    timestamp,
  }
}

/** The status of a group of paths. */
export interface ConnectionStatus {
  /** Name of the path in use; null while there is none. */
  readonly mode: string | null
  /** Median of its last round trips, in seconds. */
  readonly latency: number | null
  /** Between 0 and 1. */
  readonly quality: number | null
  /** Attempts for the preferred path since it was lost. */
  readonly retries: number
}

export function connectionStatus({info, path}: MonitoredGroup, facts: MonitorFacts): ConnectionStatus | null {
  if (info.mode === 'quorum') return null
  const named = info.members.find(({name}) => name === path)
  const active = named && facts.target(named.target)
  const preferred = info.members[0] && facts.target(info.members[0].target)
  const {p50 = null} = active?.track.window.figures() ?? {}
  return {
    mode: path,
    latency: p50 === null ? null : seconds(p50),
    quality: active ? qualityOf(active) : path === null ? 0 : null,
    retries: preferred && isDown(preferred.state) ? preferred.track.restarts : 0,
  }
}

/** To the microsecond: more digits say nothing. */
function seconds(millis: number): number {
  return Math.round(millis * 1000) / 1_000_000
}

function rounded(ratio: number): number {
  return Math.round(ratio * 10_000) / 10_000
}

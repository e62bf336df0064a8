/** The state of a watch as a document for programs. */
import type {ConnectionState} from '../core/events.ts'
import type {GroupInfo, GroupMember, GroupState} from '../core/group-events.ts'
import type {MonitoredGroup} from './group-facts.ts'
import {type MonitorFacts, type MonitoredTarget, isDown} from './monitor-facts.ts'

interface TargetStatus {
  readonly name: string
  readonly state: ConnectionState
  readonly up: boolean
  /** Seconds since it took this state. */
  readonly since_seconds: number
  readonly samples: {readonly ok: number; readonly failed: number; readonly missed: number}
  /** Of the samples; null before the first one. */
  readonly success_rate: number | null
  readonly rtt_seconds: {readonly p50: number; readonly p95: number; readonly max: number} | null
  /** How long a loss that nothing reports stays unnoticed. */
  readonly detection_seconds: {readonly worst: number; readonly mean: number} | null
  readonly outages: number
  readonly downtime_seconds: number
  readonly last_failure: {readonly code: string; readonly text: string} | null
}

interface GroupStatus {
  readonly name: string
  readonly mode: GroupInfo['mode']
  readonly state: GroupState
  /** Seconds since it took this state. */
  readonly since_seconds: number
  readonly members: readonly GroupMember[]
  /** Healthy members when it took this state. */
  readonly healthy: number
  /** The path in use; null for none and for a quorum. */
  readonly path: string | null
  readonly switches: number
  readonly last_switch: {readonly seconds_ago: number; readonly kind: string; readonly because: string} | null
}

export interface MonitorStatus {
  readonly schema: 'netdrill/status/1'
  readonly run: string
  readonly version: string
  readonly started: string
  readonly uptime_seconds: number
  /** How late the process that probes ran at most. */
  readonly loop_lag_max_seconds: number
  /** S4's statistics of all connections. */
  readonly totals: {
    readonly total: number
    readonly connected: number
    readonly connecting: number
    readonly retrying: number
    readonly failed: number
    readonly exhausted: number
    readonly down: number
  }
  readonly targets: readonly TargetStatus[]
  readonly groups: readonly GroupStatus[]
  /** Most targets are lost at once, so the network of this machine is suspected. */
  readonly own_network_suspected: boolean
}

export function makeMonitorStatus(facts: MonitorFacts, now: number): MonitorStatus {
  const targets = facts.targets()
  const count = (...states: readonly ConnectionState[]): number =>
    targets.filter(({state}) => states.includes(state)).length
  return {
    schema: 'netdrill/status/1',
    run: facts.run?.id ?? '',
    version: facts.run?.version ?? '',
    started: facts.run?.started ?? '',
    uptime_seconds: seconds(now),
    loop_lag_max_seconds: seconds(facts.longestLag),
    totals: {
      total: targets.length,
      connected: count('connected', 'degraded', 'suspect'),
      connecting: count('idle', 'connecting'),
      retrying: count('reconnecting'),
      failed: count('failed'),
      exhausted: count('exhausted'),
      down: targets.filter(({state}) => isDown(state)).length,
    },
    targets: targets.map((target) => statusOf(target, now)),
    groups: facts.groups.groups().map((group) => groupStatus(group, now)),
    own_network_suspected: facts.groups.ownNetworkSuspected,
  }
}

function groupStatus(group: MonitoredGroup, now: number): GroupStatus {
  const {info, state, since, healthy, path, switches, lastSwitch: last} = group
  const {name, mode, members} = info
  const since_seconds = seconds(now - since)
  const last_switch = last && {seconds_ago: seconds(now - last.at), kind: last.kind, because: last.because}
  return {name, mode, state, since_seconds, members, healthy, path, switches, last_switch}
}

function statusOf(target: MonitoredTarget, now: number): TargetStatus {
  const {name, state, since, ok, failed, skipped, rtt, outages, down, downSince, lastFailure, detection} =
    target
  const [p50, p95, max] = [rtt.percentile(50), rtt.percentile(95), rtt.max]
  return {
    name,
    state,
    up: !isDown(state) && state !== 'idle' && state !== 'connecting',
    since_seconds: seconds(now - since),
    samples: {ok, failed, missed: skipped},
    success_rate: ok + failed === 0 ? null : ok / (ok + failed),
    rtt_seconds:
      p50 === null || p95 === null || max === null
        ? null
        : {p50: seconds(p50), p95: seconds(p95), max: seconds(max)},
    detection_seconds: detection && {worst: seconds(detection.worst), mean: seconds(detection.mean)},
    outages,
    downtime_seconds: seconds(down + (downSince === null ? 0 : now - downSince)),
    last_failure: lastFailure,
  }
}

/** To the microsecond: more digits say nothing. */
function seconds(millis: number): number {
  return Math.round(millis * 1000) / 1_000_000
}

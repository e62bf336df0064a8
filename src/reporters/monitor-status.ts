/** The state of a watch as a document for programs. */
import type {ConnectionState} from '../core/events.ts'
import type {BreakerPhase} from '../core/guard-events.ts'
import type {GroupInfo, GroupMember, GroupState, PathMode} from '../core/group-events.ts'
import type {ActiveAlert} from './alert-facts.ts'
import {type MptcpStatus, mptcpStatus} from './mptcp-status.ts'
import {STATE_NAMES, type StateNames} from '../core/state-names.ts'
import {
  type ActivityRecord,
  type ConnectionStats,
  type ConnectionStatus,
  type HealthReport,
  type TellTime,
  type TrackerRecord,
  activityRecord,
  connectionStats,
  connectionStatus,
  healthReport,
  trackerRecord,
} from './connection-reports.ts'
import type {MonitoredGroup} from './group-facts.ts'
import {streamStatus} from './stream-facts.ts'
import type {InterfaceStatus} from './interface-facts.ts'
import {peerStatus} from './peer-facts.ts'
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
  /** Null for a policy without a breaker. `until_seconds`: how long until a trial; null unless open. */
  readonly breaker: {
    readonly phase: BreakerPhase
    readonly until_seconds: number | null
    readonly because: string
  } | null
  /** Null for all but multipath connections. */
  readonly mptcp: MptcpStatus | null
  /** Its state in the words of other programs. */
  readonly state_names: StateNames
  readonly tracker: TrackerRecord
  readonly activity: ActivityRecord
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
  /** How its paths are used now; null where that is not known yet, and for a quorum. */
  readonly current_mode: PathMode | null
  readonly mode_changes: number
  readonly last_mode_change: {readonly seconds_ago: number; readonly because: string} | null
  readonly switches: number
  readonly last_switch: {readonly seconds_ago: number; readonly kind: string; readonly because: string} | null
  /** Of a group that carries one. */
  readonly stream: ReturnType<typeof streamStatus>
  /** Of a quorum; null for a group of paths. */
  readonly report: HealthReport | null
  /** Of a group of paths; null for a quorum. */
  readonly status: ConnectionStatus | null
}

/** A rule, with its alerts that are pending or firing. */
interface AlertStatus {
  readonly name: string
  readonly expr: string
  readonly state: 'inactive' | 'pending' | 'firing'
  /** Why it could not be evaluated; null when it could. */
  readonly failed: string | null
  readonly alerts: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly state: ActiveAlert['state']
    readonly since_seconds: number
    readonly value: number | string
    readonly annotations: Readonly<Record<string, string>>
  }[]
}

export interface MonitorStatus {
  readonly schema: 'netdrill/status/1'
  readonly run: string
  readonly version: string
  readonly started: string
  readonly uptime_seconds: number
  /** How late the process that probes ran at most. */
  readonly loop_lag_max_seconds: number
  readonly totals: ConnectionStats & {readonly down: number}
  readonly targets: readonly TargetStatus[]
  readonly groups: readonly GroupStatus[]
  readonly peers: readonly ReturnType<typeof peerStatus>[]
  readonly alerts: readonly AlertStatus[]
  /** Those that targets are reached through, and all bonds. */
  readonly interfaces: readonly InterfaceStatus[]
  /** Most targets are lost at once, so the network of this machine is suspected. */
  readonly own_network_suspected: boolean
}

export function makeMonitorStatus(facts: MonitorFacts, now: number): MonitorStatus {
  const targets = facts.targets()
  const {epoch} = facts
  const time: TellTime = (at) =>
    at === null || Number.isNaN(epoch) ? null : new Date(epoch + at).toISOString()
  return {
    schema: 'netdrill/status/1',
    run: facts.run?.id ?? '',
    version: facts.run?.version ?? '',
    started: facts.run?.started ?? '',
    uptime_seconds: seconds(now),
    loop_lag_max_seconds: seconds(facts.longestLag),
    totals: {
      ...connectionStats(targets),
      down: targets.filter(({state}) => isDown(state)).length,
    },
    targets: targets.map((target) => statusOf(target, now, time)),
    groups: facts.groups.groups().map((group) => ({
      ...groupStatus(group, now),
      report: healthReport(group, facts, time(now) ?? ''),
      status: connectionStatus(group, facts),
    })),
    peers: facts.peers.peers().map((peer) => peerStatus(peer, now)),
    alerts: alertStatus(facts, now),
    interfaces: facts.network.interfaces(),
    own_network_suspected: facts.groups.ownNetworkSuspected,
  }
}

function alertStatus({alerts}: MonitorFacts, now: number): readonly AlertStatus[] {
  const active = Map.groupBy(alerts.active(), ({rule}) => rule)
  return alerts.rules().map(({name, expr}) => {
    const own = active.get(name) ?? []
    const state = own.some((alert) => alert.state === 'firing')
      ? 'firing'
      : own.length > 0
        ? 'pending'
        : 'inactive'
    return {
      name,
      expr,
      state,
      failed: alerts.failureOf(name),
      alerts: own.map(({labels, state: one, since, value, annotations}) => ({
        labels,
        state: one,
        since_seconds: seconds(now - since),
        value,
        annotations,
      })),
    }
  })
}

function groupStatus(group: MonitoredGroup, now: number): Omit<GroupStatus, 'report' | 'status'> {
  const {info, state, since, healthy, path, switches, lastSwitch: last} = group
  const {name, mode, members} = info
  const since_seconds = seconds(now - since)
  const last_switch = last && {seconds_ago: seconds(now - last.at), kind: last.kind, because: last.because}
  const {mode: current_mode, modeChanges: mode_changes, lastMode} = group
  const last_mode_change = lastMode && {seconds_ago: seconds(now - lastMode.at), because: lastMode.because}
  const modes = {current_mode, mode_changes, last_mode_change}
  const stream = streamStatus(group.stream, now)
  return {name, mode, state, since_seconds, members, healthy, path, ...modes, switches, last_switch, stream}
}

function breakerStatus(breaker: MonitoredTarget['breaker'], now: number): TargetStatus['breaker'] {
  if (!breaker) return null
  const {phase, until, because} = breaker
  return {phase, until_seconds: until === null ? null : seconds(Math.max(0, until - now)), because}
}

function statusOf(target: MonitoredTarget, now: number, time: TellTime): TargetStatus {
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
    breaker: breakerStatus(target.breaker, now),
    mptcp: mptcpStatus(target.mptcp, now),
    state_names: STATE_NAMES[state],
    tracker: trackerRecord(target, time),
    activity: activityRecord(target, time),
  }
}

/** To the microsecond: more digits say nothing. */
function seconds(millis: number): number {
  return Math.round(millis * 1000) / 1_000_000
}

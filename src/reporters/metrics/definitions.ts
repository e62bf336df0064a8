/** The series of a watch. Seconds and bytes; a target is labelled with its name, never with its address. */
import type {MetricDefinition} from '../../core/metrics.ts'
import {NETWORK_SERIES} from './network-definitions.ts'

/** From a fast answer on the same network to the longest timeout that makes sense. */
const LATENCY = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
/** From a failover that nobody notices to a quarter of an hour. */
const DOWNTIME = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900]

export const METRICS = [
  {
    name: 'netdrill_connection_attempts_total',
    kind: 'counter',
    help: 'Attempts to connect: of the retry policy, or every sample of a target without one.',
  },
  {
    name: 'netdrill_connection_failures_total',
    kind: 'counter',
    help: 'Attempts to connect that failed, by failure category and code.',
  },
  {
    name: 'netdrill_retry_attempts_total',
    kind: 'counter',
    help: 'Attempts after the first one of a policy, by its phase.',
  },
  {
    name: 'netdrill_attempts_denied_total',
    kind: 'counter',
    help: 'Attempts that the breaker, a retry budget or the rate of a host did not let through, by code.',
  },
  {
    name: 'netdrill_breaker_state',
    kind: 'gauge',
    help: '1 for the phase that the circuit breaker of the target is in, 0 for the others.',
  },
  {
    name: 'netdrill_connection_latency_seconds',
    kind: 'histogram',
    help: 'Time of each step of samples that succeeded; a timeout is no latency.',
    buckets: LATENCY,
  },
  {
    name: 'netdrill_health_check_duration_seconds',
    kind: 'histogram',
    help: 'Time of each sample, by its result.',
    buckets: LATENCY,
  },
  {name: 'netdrill_bytes_total', kind: 'counter', help: 'Bytes of answers, where the probe counts them.'},
  {name: 'netdrill_errors_total', kind: 'counter', help: 'Samples that failed.'},
  {
    name: 'netdrill_connection_state',
    kind: 'gauge',
    help: '1 for the state that the target is in, 0 for the others.',
  },
  {
    name: 'netdrill_early_warning',
    kind: 'gauge',
    help: '1 while the target works, but nears a limit of health.quality; 0 otherwise.',
  },
  {
    name: 'netdrill_last_success_timestamp_seconds',
    kind: 'gauge',
    help: 'When a sample or an attempt last succeeded; the start of the watch before the first one.',
  },
  {
    name: 'netdrill_consecutive_failures',
    kind: 'gauge',
    help: 'Samples that failed since the last success.',
  },
  {name: 'netdrill_downtime_seconds_total', kind: 'counter', help: 'Time in which the target was down.'},
  {
    name: 'netdrill_outage_seconds',
    kind: 'histogram',
    help: 'Length of each outage that has ended.',
    buckets: DOWNTIME,
  },
  {
    name: 'netdrill_missed_samples_total',
    kind: 'counter',
    help: 'Samples that the observer could not take in time; they say nothing about the target.',
  },
  {
    name: 'netdrill_observer_gap_seconds_total',
    kind: 'counter',
    help: 'Time in which the observer itself did not run.',
  },
  {
    name: 'netdrill_group_state',
    kind: 'gauge',
    help: '1 for the state that the group is in, 0 for the others.',
  },
  {
    name: 'netdrill_group_mode',
    kind: 'gauge',
    help: '1 for the way in which the group uses its paths now, 0 for the others.',
  },
  {
    name: 'netdrill_group_mode_changes_total',
    kind: 'counter',
    help: 'Times that a group of mode auto took another mode.',
  },
  {
    name: 'netdrill_path_active',
    kind: 'gauge',
    help: '1 for the path that the group uses, 0 for the others.',
  },
  {
    name: 'netdrill_path_switches_total',
    kind: 'counter',
    help: 'Times that a group took another path, by the kind of reason.',
  },
  {
    name: 'netdrill_fallback_total',
    kind: 'counter',
    help: 'Times that a group left the path in use because it was down or bad.',
  },
  {
    name: 'netdrill_stream_messages_total',
    kind: 'counter',
    help: 'Messages of the stream that the group carries, by what became of them.',
  },
  {
    name: 'netdrill_stream_pending',
    kind: 'gauge',
    help: 'Messages of the stream that wait for their confirmation.',
  },
  {
    name: 'netdrill_stream_move_seconds',
    kind: 'gauge',
    help: 'How long the last move of the stream away from a path took, its connecting included.',
  },
  {
    name: 'netdrill_upgrade_stages_total',
    kind: 'counter',
    help: 'Stages of the way back to the preferred path, by stage and result.',
  },
  {
    name: 'netdrill_process_cpu_seconds_total',
    kind: 'counter',
    help: 'Processor time of the processes of this watch, by what they do.',
  },
  {
    name: 'netdrill_process_resident_bytes',
    kind: 'gauge',
    help: 'Memory of the processes of this watch, by what they do.',
  },
  {
    name: 'netdrill_own_network_suspected',
    kind: 'gauge',
    help: '1 while most targets fail at once, so that the network of this machine is suspected.',
  },
  {
    name: 'netdrill_alert_state',
    kind: 'gauge',
    help: '1 for the state (pending, firing) that an alert is in, 0 once it has left it.',
  },
  {
    name: 'netdrill_notifications_total',
    kind: 'counter',
    help: 'Messages to a receiver of notifications, by what became of them.',
  },
  ...NETWORK_SERIES,
  {
    name: 'netdrill_peer_state',
    kind: 'gauge',
    help: '1 for the state that the peer is in, 0 for the others.',
  },
  {
    name: 'netdrill_peer_last_activity_timestamp_seconds',
    kind: 'gauge',
    help: 'When the last packet came that proved to be from the peer; absent before the first.',
  },
  {
    name: 'netdrill_peer_consecutive_failures',
    kind: 'gauge',
    help: 'Consent checks without an answer since the last answer.',
  },
  {
    name: 'netdrill_peer_restarts_used',
    kind: 'gauge',
    help: 'Restarts that count against max_restarts now; back to 0 once they are refunded.',
  },
  {name: 'netdrill_peer_restarts_total', kind: 'counter', help: 'All restarts of the peer.'},
  {
    name: 'netdrill_peer_packets_total',
    kind: 'counter',
    help: 'Packets sent, received with a proof, forged, and unknown.',
  },
  {
    name: 'netdrill_peer_send_errors_total',
    kind: 'counter',
    help: 'Packets to the peer that could not be sent.',
  },
  {
    name: 'netdrill_peer_downtime_seconds_total',
    kind: 'counter',
    help: 'Time in which the peer was lost, from disconnected to connected again.',
  },
  {
    name: 'netdrill_peer_outage_seconds',
    kind: 'histogram',
    help: 'Length of each loss of the peer that has ended.',
    buckets: DOWNTIME,
  },
  {name: 'netdrill_build_info', kind: 'gauge', help: '1, labelled with the version.'},
] as const satisfies readonly MetricDefinition[]

export type MetricName = (typeof METRICS)[number]['name']

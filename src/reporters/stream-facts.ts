/** What a watch has seen of the streams of its groups, folded from their events. */
import type {RunEvent} from '../core/events.ts'
import type {StreamCounts} from '../core/stream-events.ts'
import type {UpgradeStage} from '../core/stream-spec.ts'
import type {Millis} from '../core/units.ts'

export interface MonitoredStream {
  readonly path: string | null
  readonly address: string | null
  /** From sending a message to its confirmation, the last one. */
  readonly latency: Millis | null
  readonly counts: StreamCounts
  /** Why the path in use does not carry it; null when it does. */
  readonly failed: string | null
  /** The last attempt of the way back. */
  readonly upgrade: MonitoredUpgrade | null
}

interface MonitoredUpgrade {
  readonly attempt: number
  readonly at: Millis
  /** Null while it is under way. */
  readonly ok: boolean | null
  /** The stage that it has come to, or failed at. */
  readonly stage: UpgradeStage | null
  readonly code: string | null
  readonly retryIn: Millis | null
}

const NOTHING: MonitoredStream = {
  ...{path: null, address: null, latency: null, failed: null, upgrade: null},
  counts: {sent: 0, confirmed: 0, lost: 0, duplicates: 0, reordered: 0, resent: 0, pending: 0},
}

/** What follows for the stream of this event's group; `old` as it was before. The same for other events. */
export function foldStream(old: MonitoredStream | null, event: RunEvent): MonitoredStream | null {
  const before = old ?? NOTHING
  const {at} = event
  switch (event.type) {
    case 'stream-counted': {
      const {path, address, latency, counts} = event
      return {...before, path, address, latency, counts}
    }
    case 'stream-moved':
      return {...before, path: event.to, address: event.address, failed: null}
    case 'stream-failed':
      return {...before, failed: event.failure.code}
    case 'upgrade-begun':
      return {
        ...before,
        upgrade: {attempt: event.attempt, at, ok: null, stage: null, code: null, retryIn: null},
      }
    case 'upgrade-stage': {
      const {upgrade} = before
      if (upgrade?.attempt !== event.attempt) return before
      return {...before, upgrade: {...upgrade, stage: event.stage, code: event.failure?.code ?? upgrade.code}}
    }
    case 'upgrade-ended': {
      const {upgrade} = before
      if (upgrade?.attempt !== event.attempt) return before
      return {...before, upgrade: {...upgrade, at, ok: event.ok, retryIn: event.retryIn}}
    }
    default:
      return old
  }
}

/** In the words of `/status`. */
export function streamStatus(stream: MonitoredStream | null, now: Millis) {
  if (stream === null) return null
  const {path, address, latency, counts, failed, upgrade} = stream
  return {
    path,
    address,
    latency_seconds: latency === null ? null : seconds(latency),
    ...counts,
    failed,
    last_upgrade: upgrade && {
      attempt: upgrade.attempt,
      seconds_ago: seconds(now - upgrade.at),
      ok: upgrade.ok,
      stage: upgrade.stage,
      code: upgrade.code,
      retry_seconds: upgrade.retryIn === null ? null : seconds(upgrade.retryIn),
    },
  }
}

function seconds(millis: number): number {
  return Math.round(millis * 1000) / 1_000_000
}

/** A multipath connection in the status of a watch. */
import type {MptcpStanding} from '../core/mptcp-standing.ts'

export interface MptcpStatus {
  readonly mode: MptcpStanding['mode']
  readonly since_seconds: number
  readonly because: string
  readonly token: string | null
  readonly fallback: MptcpStanding['fallback']
  /** Until MPTCP is tried again by itself; null when that isn't planned. */
  readonly retry_in_seconds: number | null
  readonly subflows: readonly {
    readonly local: string
    readonly remote: string
    readonly rtt_seconds: number
    /** How often the retransmission timer has doubled: 0 while all is well. */
    readonly backoff: number
    readonly bytes_sent: number
    readonly bytes_received: number
  }[]
}

export function mptcpStatus(standing: MptcpStanding | null, now: number): MptcpStatus | null {
  if (standing === null) return null
  const {mode, since, because, token, fallback, retryAt, flows} = standing
  return {
    mode,
    since_seconds: seconds(now - since),
    because,
    token,
    fallback,
    retry_in_seconds: retryAt === null ? null : seconds(Math.max(0, retryAt - now)),
    subflows: flows.map(({local, remote, rtt, backoff, sent, received}) => ({
      local,
      remote,
      rtt_seconds: seconds(rtt),
      backoff,
      bytes_sent: sent,
      bytes_received: received,
    })),
  }
}

/** To the microsecond: more digits say nothing. */
function seconds(millis: number): number {
  return Math.round(millis * 1000) / 1_000_000
}

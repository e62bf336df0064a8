/** What probes of MPTCP and WebSockets measured; names are JSON names. */
import type {Bytes, Millis} from './units.ts'

/** Whether a connection became Multipath TCP (RFC 8684). */
export interface MptcpFacts {
  readonly used: boolean
  /** Null after a fallback. */
  readonly subflows: number | null
  /** Addresses of the subflows, where the kernel tells. */
  readonly paths: readonly {readonly local: string; readonly remote: string}[]
  /**
   * `not-echoed`: SYN/ACK without MP_CAPABLE. `syn-dropped`: no answer to SYNs with it. `suppressed`: the kernel did not
   * try, after such drops. `unavailable`: this machine opens no MPTCP socket. `waiting`: not tried, after an earlier fallback.
   * `other`: later, or not counted.
   */
  readonly fallback: 'not-echoed' | 'syn-dropped' | 'suppressed' | 'unavailable' | 'waiting' | 'other' | null
  readonly local: string
  readonly remote: string
  /** `MPTcpExt` counters of the network namespace that grew meanwhile, perhaps by other connections too. */
  readonly counters: Readonly<Record<string, number>>
  /** Names the connection in `ss -M` and `ip mptcp monitor`. */
  readonly token?: string
  /** What the subflows are doing. */
  readonly flows?: readonly SubflowFacts[]
  /** Most subflows that the kernel lets this connection make by itself. */
  readonly most?: number
  /** Why MPTCP was tried in this sample: `first`, or what made it worth another try; absent when it was not tried. */
  readonly trigger?: string
  /** Until MPTCP is tried again by itself, after a fallback. */
  readonly retryIn?: Millis
  /** More about the fallback. */
  readonly because?: string
}

/** One subflow as the kernel sees it (struct tcp_info). */
export interface SubflowFacts {
  readonly local: string
  readonly remote: string
  /** Smoothed. */
  readonly rtt: Millis
  /** How often the retransmission timer has doubled: 0 while all is well. */
  readonly backoff: number
  /** Segments that were sent and not acknowledged. */
  readonly unacked: number
  /** Since data, or an acknowledgement, last came. */
  readonly heardAgo: Millis
  readonly ackedAgo: Millis
  readonly sentAgo: Millis
  readonly retransmits: number
  /** With what was sent again. */
  readonly sent: Bytes
  /** Of what was sent, with the opening of the subflow as one. */
  readonly acked: Bytes
  readonly received: Bytes
}

/** A WebSocket connection (RFC 6455); text had control characters and our own secrets removed. */
export interface WebSocketFacts {
  readonly url: string
  /** Of the answer to the upgrade; null without one. 101 is the good one. */
  readonly status: number | null
  /** The subprotocol that was agreed on. */
  readonly protocol: string | null
  /**
   * How it ended, if not by us: `refused` (no upgrade), `close-frame`, `fin` (without such a frame), `rst`, `silence` (no pong),
   * `malformed`. Null: it stands, or we closed it.
   */
  readonly ended: 'refused' | 'close-frame' | 'fin' | 'rst' | 'silence' | 'malformed' | null
  /** What the server's close frame said; null without one, or without a code in it. */
  readonly close_code: number | null
  readonly close_reason: string | null
  /** The server answered our close frame with its own; null where we did not close. */
  readonly clean: boolean | null
  /** Of this sample. */
  readonly pings: number
  readonly pongs: number
  /** Pongs that answer no ping under way: late, repeated or made up. */
  readonly stale: number
  /** Messages that the server sent by itself, of this sample. */
  readonly messages: number
  /** What was waited for, or the last message; null without one. */
  readonly message: string | null
  /** The connection of an earlier sample was used again. */
  readonly reused: boolean
  /** Since the upgrade, in milliseconds; null without one. */
  readonly age_ms: number | null
}

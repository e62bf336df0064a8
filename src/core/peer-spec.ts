/** What it takes to keep a peer: plain data, quantities as numbers. */
import type {Millis} from './units.ts'

/** RFC 8445 section 5.3: the fragment names, the password proves. */
export interface PeerCredentials {
  readonly ufrag: string
  readonly pwd: string
}

export interface PeerAddress {
  readonly address: string
  readonly port: number
}

/** Where restart offers go and answers come from; absent parts are not used. */
export type SignalSpec =
  | {readonly type: 'file'; readonly out: string; readonly in: string}
  | {readonly type: 'http'; readonly url: string}
  | {readonly type: 'command'; readonly argv: readonly string[]}
  /** Another peer of the same drill, in any of its nodes. */
  | {readonly type: 'peer'; readonly peer: string; readonly delay: Millis}

export interface PeerSpec {
  readonly name: string
  /** Of so many that are alike: what they are called together. */
  readonly set?: string
  readonly role: 'controlling' | 'controlled'
  readonly local: PeerCredentials
  readonly remote: PeerCredentials
  /** Where the other side is reached; may be empty for one that comes to us. */
  readonly candidates: readonly PeerAddress[]
  /** Only these local addresses are used, the first one rather than the next; empty takes all that can be routed. */
  readonly bind: readonly string[]
  /** The port of each local address; 0 takes any. */
  readonly port: number
  /** Health is looked at this often. */
  readonly check: Millis
  /** Consent is asked for this often (RFC 7675: 5 s, ± 20 %). */
  readonly consentInterval: Millis
  /** Without an answer for so long nothing may be sent any more (RFC 7675: 30 s). */
  readonly consentTimeout: Millis
  /** Something is sent at least this often, so that NATs remember. */
  readonly keepalive: Millis
  /** Silence of so long, inclusive, */
  readonly inactive: Millis
  /** and so many checks in a row without an answer, inclusive, */
  readonly failures: number
  /** either or both of them mean that it is lost. */
  readonly combine: 'any' | 'all'
  /** From lost to the first restart: it may heal by itself. */
  readonly restartAfter: Millis
  readonly maxRestarts: number
  /** How long one restart, or the first connect, may take. */
  readonly restartTimeout: Millis
  /** Restarts are refunded after so long without a loss. */
  readonly refundAfter: Millis
  readonly onFailed: 'close' | 'keep'
  /** From failed to removed. */
  readonly grace: Millis
  readonly signal: SignalSpec | null
  /** Settles who wins where both sides want the same; absent: drawn at random. */
  readonly tieBreaker?: number
}

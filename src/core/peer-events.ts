/** What is told of peers: connections over UDP whose consent is checked as ICE does (RFC 8445, RFC 7675). */
import type {Millis} from './units.ts'

/** As in the WebRTC API. `closed` is the end of a record: nothing is kept of it. */
export const PEER_STATES = ['new', 'checking', 'connected', 'disconnected', 'failed', 'closed'] as const
export type PeerState = (typeof PEER_STATES)[number]

/** The five steps of a life, in order, and what happens within them. */
export const PEER_STEPS = [
  'connect',
  'monitor',
  'recover',
  'clean-up',
  'candidate',
  'send-error',
  'refused',
] as const
export type PeerStep = (typeof PEER_STEPS)[number]

export interface PeerInfo {
  readonly name: string
  /** Of so many that are alike: what they are called together. */
  readonly set?: string
  /** Candidates of the other side, as `address:port`. */
  readonly remote: readonly string[]
  readonly role: 'controlling' | 'controlled'
  /** Health is looked at this often. */
  readonly check: Millis
  /** How long a loss that nothing reports stays unnoticed: worst and mean. */
  readonly detection: {readonly worst: Millis; readonly mean: Millis}
  /** How many restarts it has before it fails. */
  readonly maxRestarts?: number
  /** Consent is asked for this often, and expires after so long without an answer. */
  readonly consent?: {readonly interval: Millis; readonly timeout: Millis}
}

/** The record of a peer, as of a check. */
export interface PeerHealth {
  readonly state: PeerState
  /** Since the last packet that was proven to come from the peer; null before the first. */
  readonly idle: Millis | null
  /** Checks without an answer, in a row. */
  readonly failures: number
  /** That count against the limit now, */
  readonly restarts: number
  /** and all there were. */
  readonly restartsTotal: number
  /** Those of them that the other side took up; absent: none. */
  readonly restartsWon?: number
  /** How often both sides offered a restart at once; absent: never. */
  readonly glares?: number
  /** `local → remote` of the pair in use; null without one. */
  readonly selected: string | null
  /** Since the last proven answer over the pair in use; null without one. */
  readonly consent?: Millis | null
  /** Local addresses in use. */
  readonly locals: readonly string[]
  readonly sent: number
  readonly received: number
  /** With our name on them but a wrong proof: never activity, never a failure. */
  readonly forged: number
  /** What is no STUN, or not about this peer. */
  readonly unknown: number
  readonly sendErrors: number
  /** The same by their codes; absent for none. */
  readonly sendCodes?: Readonly<Record<string, number>>
}

export type PeerEvent =
  | {readonly type: 'peer-added'; readonly info: PeerInfo}
  | {
      readonly type: 'peer-state'
      readonly peer: string
      readonly from: PeerState
      readonly to: PeerState
      readonly because: string
      /** The record as of then. */
      readonly health?: PeerHealth
    }
  | {
      readonly type: 'peer-step'
      readonly peer: string
      readonly step: PeerStep
      readonly level: 'info' | 'warning' | 'error'
      readonly text: string
    }
  /** The third step of a life: at each look at its health. */
  | {readonly type: 'peer-check'; readonly peer: string; readonly health: PeerHealth}
  /** The record is gone. */
  | {readonly type: 'peer-removed'; readonly peer: string; readonly because: string}

/** The result of one execution of a probe. */
import type {Failure} from './failure.ts'
import type {
  DnsFacts,
  HttpFacts,
  MptcpFacts,
  PingFacts,
  StunFacts,
  TcpFacts,
  TlsFacts,
  TurnFacts,
  UdpFacts,
  WebSocketFacts,
} from './facts.ts'
import type {Millis} from './units.ts'

export type Family = 4 | 6

/** The steps whose time is measured; `total` is their sum as seen by the clock. */
export type PhaseName = 'resolve' | 'connect' | 'starttls' | 'tls' | 'request' | 'wait' | 'download' | 'total'
export type Phases = Readonly<Partial<Record<PhaseName, Millis>>>

/** What became of one address of the target; every address that was considered is listed. */
export interface AddressOutcome {
  readonly address: string
  readonly family: Family
  readonly status: 'ok' | 'failed' | 'not-tried' | 'cancelled'
  /** When the attempt began, counted from the start of dialling. */
  readonly startedAfter?: Millis
  readonly took?: Millis
  readonly failure?: Failure
}

/** Everything one sample found out. Absent means not measured, never zero. */
export interface Reading {
  readonly address?: string
  readonly family?: Family
  readonly port?: number
  /** The time that `rtt.*` statistics are made of: ping reply, TCP connect, DNS answer, TLS handshake done. */
  readonly rtt?: Millis
  readonly phase: Phases
  readonly addresses?: readonly AddressOutcome[]
  readonly dns?: DnsFacts
  readonly tls?: TlsFacts
  readonly ping?: PingFacts
  readonly tcp?: TcpFacts
  readonly http?: HttpFacts
  readonly udp?: UdpFacts
  readonly stun?: StunFacts
  readonly turn?: TurnFacts
  readonly mptcp?: MptcpFacts
  readonly websocket?: WebSocketFacts
  /** How it was measured where there is a choice, e.g. `icmp datagram socket`. */
  readonly method?: string
}

/** Why an attempt was not let through to the network. */
export const DENIAL_CODES = [
  'BREAKER_OPEN',
  'BREAKER_ISOLATED',
  'RETRY_BUDGET',
  'PEER_RATE',
  'OWN_NETWORK_DOWN',
  'OWN_NETWORK_SUSPECTED',
  'LOCAL_SHORTAGE',
] as const
export type DenialCode = (typeof DENIAL_CODES)[number]

/** Why a sample was not taken. */
export interface SkipReason {
  readonly code: 'CAPABILITY_MISSING' | 'SLOT_BUSY' | 'OBSERVER_GAP' | DenialCode
  readonly text: string
  readonly advice: readonly string[]
}

export type Outcome =
  | {readonly status: 'ok'; readonly reading: Reading; readonly took: Millis}
  | {
      readonly status: 'failed'
      readonly failure: Failure
      /** What was learned before it failed; certificate facts of an expired certificate, for instance. */
      readonly partial: Reading
      readonly took: Millis
    }
  | {readonly status: 'skipped'; readonly because: SkipReason}

/** An outcome with its place in the series. `sentAt` is on the run's monotonic clock. */
export interface Sample {
  readonly seq: number
  readonly sentAt: Millis
  readonly outcome: Outcome
  /** How late this process ran at most since it told of the sample before, of whichever target; absent below 1 ms. */
  readonly lag?: Millis
}

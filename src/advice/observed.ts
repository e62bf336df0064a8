/** What a diagnosis measured, before anything is concluded from it. `null` means not measured. */
import type {Failure} from '../core/failure.ts'
import type {Family, Outcome} from '../core/outcome.ts'
import type {ResolvedAddress, ResolverConfiguration} from '../core/ports.ts'
import type {TargetUrl} from '../core/target.ts'
import type {Bytes, Millis} from '../core/units.ts'

export interface OwnLink {
  readonly name: string
  readonly loopback: boolean
  /** Switched on by the administrator. */
  readonly up: boolean
  /** The other end is there. */
  readonly carrier: boolean
  readonly mtu: Bytes
  readonly addresses: readonly OwnAddress[]
}
export interface OwnAddress {
  readonly address: string
  readonly family: Family
  readonly prefix: number
  /** `global`, `link`, `host`, `site`. */
  readonly scope: string
  /** Duplicate address detection failed or is under way: not usable. */
  readonly tentative: boolean
}

export const REFUSING_ROUTES = ['none', 'unreachable', 'prohibit', 'blackhole'] as const
export type RefusingRoute = (typeof REFUSING_ROUTES)[number]

export type RouteSeen =
  | {
      readonly status: 'found'
      readonly device: string
      /** Null when the address is on the link itself, or this machine's own. */
      readonly gateway: string | null
      readonly source: string | null
      /** The address is one of this machine's own. */
      readonly local: boolean
      /** What the kernel holds for the path MTU, where it differs from the link's. */
      readonly mtu: Bytes | null
    }
  | {
      readonly status: 'refused'
      readonly kind: RefusingRoute
      /** The destination of the route that says so, such as `10.5.0.0/16`. */
      readonly entry: string | null
    }
  | {readonly status: 'unseen'}

/** A next hop: what ping and the neighbour table say about it. */
export interface GatewaySeen {
  readonly address: string
  readonly device: string
  readonly ping: PingSeen
  /** Of the neighbour table, such as `REACHABLE`, `INCOMPLETE`, `FAILED`; null when it is not listed. */
  readonly state: string | null
}

export type PingSeen =
  | {readonly status: 'reply'; readonly rtt: Millis}
  | {readonly status: 'failed'; readonly failure: Failure}
  | {readonly status: 'unseen'; readonly because: string}

export type MtuSeen =
  /** Packets as large as the link (or the kernel) allows pass. */
  | {readonly status: 'full'; readonly mtu: Bytes}
  /** A router named the limit: path MTU discovery works. */
  | {readonly status: 'reported'; readonly mtu: Bytes; readonly link: Bytes}
  /** Larger ones are lost without a word. */
  | {
      readonly status: 'silent'
      readonly passes: Bytes
      readonly lost: Bytes
      readonly link: Bytes
    }

export interface AddressWalk extends ResolvedAddress {
  readonly route: RouteSeen
  readonly gateway: GatewaySeen | null
  readonly ping: PingSeen | null
  /** The state of the address itself in the neighbour table, when it is on the link. */
  readonly neighbour: string | null
  readonly mtu: MtuSeen | null
  readonly tcp: Outcome | null
}

export type LookupSeen =
  | {readonly status: 'found'; readonly addresses: readonly string[]; readonly took: Millis}
  | {readonly status: 'failed'; readonly failure: Failure; readonly took: Millis}
  /** No answer while the walk waited for it. */
  | {readonly status: 'slow'; readonly took: Millis}

export interface AnswerSeen {
  readonly name: string
  readonly family: Family
  readonly outcome: Outcome
}

export interface ResolverSeen extends ResolvedAddress {
  readonly route: RouteSeen
  readonly gateway: GatewaySeen | null
  readonly ping: PingSeen | null
  /** As of `AddressWalk`. */
  readonly neighbour: string | null
  readonly answers: readonly AnswerSeen[]
}

export interface NamesSeen {
  readonly host: string
  readonly configuration: ResolverConfiguration
  /** Addresses that /etc/hosts gives the name. */
  readonly hosts: readonly string[]
  readonly system: Readonly<Record<Family, LookupSeen | null>>
  readonly resolvers: readonly ResolverSeen[]
  /** Names beyond those that the search list gives, which exist: what a correct search list would have found. */
  readonly elsewhere: readonly string[]
}

export interface ServiceSeen {
  /** Of the address that the service was asked at. */
  readonly address: string
  readonly tls: Outcome | null
  readonly http: Outcome | null
  /** The last layer of a target that is neither TCP, TLS nor HTTP. */
  readonly other: Outcome | null
  /** A TLS handshake on a port to which plain HTTP was spoken and which did not like it. */
  readonly tlsInstead: Outcome | null
  /** The server's clock and ours, from a Date header; milliseconds since the epoch. */
  readonly clocks: ClockSeen | null
  /** Where plain HTTP to an address that nobody has (RFC 5737) was redirected to; null when not asked. */
  readonly portal: {readonly answered: boolean; readonly location: string | null} | null
}

export interface ClockSeen {
  readonly server: number
  readonly own: number
}

export interface ControlSeen {
  readonly target: string
  readonly outcome: Outcome
  readonly clocks: ClockSeen | null
}

export interface Observed {
  readonly target: TargetUrl
  /** Null: `ip` could not be asked, see `unseen`. */
  readonly links: readonly OwnLink[] | null
  /** Next hops of the default routes. */
  readonly gateways: readonly string[]
  /** Null for a literal address. */
  readonly names: NamesSeen | null
  readonly addresses: readonly AddressWalk[]
  readonly service: ServiceSeen | null
  readonly controls: readonly ControlSeen[]
  readonly unseen: readonly string[]
  /** The hosts file gave addresses that fail: connections to those that DNS gives. */
  readonly beyondHosts: readonly {readonly address: string; readonly tcp: Outcome}[]
  /** The time was over before the walk was. */
  readonly cut: boolean
  /** The longest time for which this process was not scheduled: what was silent then proves nothing. */
  readonly stalled: Millis
}

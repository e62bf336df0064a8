/** The contract of a lab: nodes, links and servers to break things in. */
import type {ProxyControl, ServingServer} from '../core/agent.ts'
import type {RunEvent} from '../core/events.ts'
import type {LinkControl, LinkDistribution} from '../core/link-effects.ts'
import type {ProfileLoss} from '../core/link-profile.ts'
import type {Place} from '../core/place.ts'
import type {PeerSpec} from '../core/peer-spec.ts'
import type {CarriedSpec, SteerOrder} from '../core/stream-spec.ts'
import type {BitsPerSecond, Bytes, Millis, Ratio} from '../core/units.ts'
import type {WatchSpec} from '../core/watch.ts'
import type {WebhookRequest, WebhookResult} from '../core/webhook-port.ts'
import type {LinkBond} from './lab-bond.ts'

/** `auto` takes namespaces where the kernel lets us, else loopback; `required` ends with exit 6 instead. */
export type Isolation = 'auto' | 'required' | 'none'

export interface LabServer {
  readonly node: string
  /** `upstream` is no server of the lab: a proxy before somebody else's. */
  readonly kind:
    'tcp-echo' | 'tls-echo' | 'dns' | 'http' | 'webhook' | 'command' | 'webrtc' | 'herd' | 'peer' | 'upstream'
  /** Put a userspace proxy in front, so that faults need no kernel support. */
  readonly proxy: boolean
  readonly port: number
  /** Outside of namespaces it listens here, and on its own port, which somebody else knows; else anywhere. */
  readonly own?: {readonly address: string} | undefined
  readonly options: Readonly<Record<string, unknown>>
}

/** What a link does to everything that passes it, in each direction. */
export interface LinkShape {
  readonly delay?: Millis
  readonly jitter?: Millis
  /** Uniform by default. */
  readonly distribution?: LinkDistribution
  readonly loss?: Ratio | ProfileLoss
  readonly duplicate?: Ratio
  /** False: the jitter may let a packet overtake another. */
  readonly keepOrder?: boolean
  /** Of what the first node sends, and of both where `back` is absent. */
  readonly rate?: BitsPerSecond
  /** Of what the second node sends; null: not limited. */
  readonly back?: BitsPerSecond | null
}

export interface LabLink {
  readonly between: readonly [string, string]
  /** IPv4 network in CIDR form; the first node gets .1, the second .2. */
  readonly subnet: string
  /** IPv6 network in CIDR form, numbered likewise. */
  readonly subnet6?: string | undefined
  /** Tells links between the same nodes apart: `{server.wifi}` is the server's address on the link `wifi`. */
  readonly name?: string | undefined
  readonly mtu?: Bytes | undefined
  readonly shape?: LinkShape | undefined
  /** As the document names it; followed before the lab is built (`shapeByProfile`). */
  readonly profile?: string | undefined
  readonly bond?: LinkBond | undefined
  /** netdrill carries its packets itself, so that they can be delayed and lost whatever the kernel can do. */
  readonly emulate?: boolean | undefined
}

/** A switch with several nodes on it; numbered in their order from .1. */
export interface LabNetwork {
  readonly nodes: readonly string[]
  readonly subnet: string
  readonly subnet6?: string | undefined
  readonly mtu?: Bytes | undefined
}

export interface FirewallRule {
  readonly deny: 'drop' | 'reject' | 'reset'
  readonly protocol?: 'tcp' | 'udp' | 'icmp' | undefined
  readonly port?: number | undefined
  /** Node names or networks. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** What makes a node more than a host. */
export interface NodeSettings {
  /** Passes packets on between its links. */
  readonly router: boolean
  /** Beside those that are worked out from the routers. */
  readonly routes: readonly {readonly to: string; readonly via: string}[]
  /** Links and networks behind whose own address it hides what it passes on (masquerading). */
  readonly nat: readonly string[]
  readonly firewall: readonly FirewallRule[]
  /** More addresses, on its loopback device. */
  readonly addresses: readonly string[]
  /** Its resolv.conf; null for the machine's own. */
  readonly resolver: {readonly servers: readonly string[]; readonly search: readonly string[]} | null
  /** It speaks Multipath TCP on several links, and tells peers of its addresses on these; absent: the kernel's defaults. */
  readonly mptcp?: {readonly signal: readonly string[]} | undefined
}

export interface LabSpec {
  readonly isolation: Isolation
  readonly nodes: readonly string[]
  /** Absent for a plain host. */
  readonly settings?: Readonly<Record<string, NodeSettings>> | undefined
  readonly links: readonly LabLink[]
  readonly networks?: Readonly<Record<string, LabNetwork>> | undefined
  readonly servers: Readonly<Record<string, LabServer>>
}

/** One end of a link. */
export interface LinkEnd {
  readonly node: string
  readonly device: string
  readonly address: string
}

export interface Lab {
  readonly isolation: 'namespaces' | 'loopback'
  /** One line per choice made: how nodes are built and why. */
  readonly notes: readonly string[]
  /** Replaces `{server}` in a target URL by `address:port` as seen from the client; `{node.link}` picks an address. */
  resolve(url: string): string
  servers(): Readonly<Record<string, ServingServer>>
  place(node: string): Place
  /**
   * The way from one node to another: our end, and the end on which the other is reached, which are two ends of one
   * link unless there are routers between. `link` picks one of several. Null on loopback and where no way leads.
   */
  link(from: string, to: string, link?: string): {readonly from: LinkEnd; readonly to: LinkEnd} | null
  proxyOf(server: string): ProxyControl | null
  /** The link on a node's device, where netdrill carries it itself; null where the kernel does. */
  carrierOf?(node: string, device: string): LinkControl | null
  /** Starts watching from a node; events arrive with `at` on the run's clock (`origin`). */
  watch(
    node: string,
    targets: readonly WatchSpec[],
    emit: (event: RunEvent) => void,
    streams?: readonly CarriedSpec[],
  ): Promise<void>
  /** Tells whoever carries the stream of this group what to do. */
  steer?(order: SteerOrder): void
  /** Keeps these peers in a node until `unwatch`; what they tell each other is carried whatever the links do. */
  keepPeers?(node: string, peers: readonly PeerSpec[], emit: (event: RunEvent) => void): Promise<void>
  /** Posts a message from a node, as somebody's alerting would. */
  post?(node: string, request: WebhookRequest, timeout: Millis): Promise<WebhookResult>
  unwatch(): Promise<void>
  /** Ends every process and namespace of the lab. Idempotent; nothing is left behind even if it isn't called. */
  down(): Promise<void>
}

export interface OpenLabOptions {
  /** Start of the run on the monotonic clock. */
  readonly origin: Millis
  readonly seed: number
  readonly signal: AbortSignal
  /** An agent or namespace died by itself. */
  readonly onLoss: (what: string) => void
}

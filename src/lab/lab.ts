/** The contract of a lab: nodes, links and servers to break things in. */
import type {ProxyControl, ServingServer} from '../core/agent.ts'
import type {RunEvent} from '../core/events.ts'
import type {Place} from '../core/place.ts'
import type {Millis} from '../core/units.ts'
import type {WatchSpec} from '../core/watch.ts'

/** `auto` takes namespaces where the kernel lets us, else loopback; `required` ends with exit 6 instead. */
export type Isolation = 'auto' | 'required' | 'none'

export interface LabServer {
  readonly node: string
  readonly kind: 'tcp-echo' | 'tls-echo' | 'dns' | 'http'
  /** Put a userspace proxy in front, so that faults need no kernel support. */
  readonly proxy: boolean
  readonly port: number
  readonly options: Readonly<Record<string, unknown>>
}

export interface LabLink {
  readonly between: readonly [string, string]
  /** IPv4 network in CIDR form; the first node gets .1, the second .2. */
  readonly subnet: string
}

export interface LabSpec {
  readonly isolation: Isolation
  readonly nodes: readonly string[]
  readonly links: readonly LabLink[]
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
  /** Replaces `{server}` in a target URL by `address:port` as seen from the client. */
  resolve(url: string): string
  servers(): Readonly<Record<string, ServingServer>>
  place(node: string): Place
  /** The link from one node to another: our end first. Null on loopback. */
  link(from: string, to: string): {readonly from: LinkEnd; readonly to: LinkEnd} | null
  proxyOf(server: string): ProxyControl | null
  /** Starts watching from a node; events arrive with `at` on the run's clock (`origin`). */
  watch(node: string, targets: readonly WatchSpec[], emit: (event: RunEvent) => void): Promise<void>
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

/** What changes in the network of the namespace in which this process lives. */
import type {Millis} from './units.ts'

export const NETWORK_CHANGES = [
  'link-added',
  'link-removed',
  'link-up',
  'link-down',
  'carrier-gained',
  'carrier-lost',
  'address-added',
  'address-removed',
  'route-added',
  'route-removed',
  'neighbour-failed',
  'neighbour-reached',
] as const

export type NetworkChangeKind = (typeof NETWORK_CHANGES)[number]

export interface NetworkChange {
  readonly what: NetworkChangeKind
  /** Name of the interface; null for a route without one, such as `unreachable`. */
  readonly device: string | null
  /** An address with its prefix, a route as `10.0.0.0/8 via 192.0.2.1`, a neighbour's address; empty for links. */
  readonly subject: string
  /** Of links: it is there, up and has a carrier after the change. */
  readonly usable?: boolean
  /** When it was learnt, on the monotonic clock. */
  readonly at: Millis
}

export interface NetworkWatch {
  /** As far as is known now; empty before the first look. */
  state(): NetworkState
  /** Nothing is told after this has been called. */
  stop(): void
}

export interface NetworkState {
  readonly links: readonly LinkState[]
  /** Null where there are too many to follow, or they can't be seen. */
  readonly routes: readonly RouteState[] | null
  /** How changes are learnt: told by the kernel, or seen when looking again. */
  readonly method: 'ip monitor' | 'polling' | 'none yet'
  /** Lines of ip(8) that said nothing we know; they are left out. */
  readonly unknownLines: number
  /** How often `ip monitor` had to be started again. */
  readonly restarts: number
}

export interface LinkState {
  readonly name: string
  readonly up: boolean
  readonly carrier: boolean
  /** With prefix: `192.0.2.1/24`. */
  readonly addresses: readonly string[]
}

/** Not those of the table `local`, nor of multicast. */
export interface RouteState {
  /** `default` or a network. */
  readonly destination: string
  readonly devices: readonly string[]
  readonly table: string
}

export interface NetworkListener {
  onChange(change: NetworkChange): void
  /** The first look is over: `state` is complete from now on. Called once, at once where it is over already. */
  onReady?(): void
  /** Something about the watching itself: it had to be started again, or only looks now and then. */
  onTrouble?(text: string): void
}

/**
 * Watches links, addresses, routes and failed neighbours. All listeners of a process share one source. Where the kernel tells
 * changes by itself (`ip monitor`), they arrive within some milliseconds; otherwise after a second at most.
 */
export interface NetworkChanges {
  watch(listener: NetworkListener): NetworkWatch
}

const LOSSES: ReadonlySet<NetworkChangeKind> = new Set([
  'link-removed',
  'link-down',
  'carrier-lost',
  'address-removed',
  'route-removed',
  'neighbour-failed',
])

/** Something is gone that a connection may have needed; the other changes may bring one back. */
export function isNetworkLoss({what}: Pick<NetworkChange, 'what'>): boolean {
  return LOSSES.has(what)
}

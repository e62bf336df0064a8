/** A lab as it will be built: every cable, switch, device and address. Pure data. */
import type {LinkBond} from './lab-bond.ts'
import type {LinkEnd, LinkShape} from './lab.ts'
import type {Subnet} from './subnet.ts'

export interface PlannedEnd extends LinkEnd {
  /** Null on a link without IPv6. */
  readonly address6: string | null
}

/** A link or a network: who is on it, and what joins them. */
export interface Segment {
  readonly name: string
  readonly subnets: readonly Subnet[]
  readonly ends: readonly PlannedEnd[]
  /** The node whose bridge joins the ends; null for a cable, which has two ends. */
  readonly switch: string | null
  readonly mtu: number | null
  /** Put on the ports of the switch, so that the devices of the nodes stay free for faults. */
  readonly shape: LinkShape | null
  readonly bond: LinkBond | null
  /** The switch has no bridge: netdrill carries the packets between its ports. */
  readonly emulated: boolean
}

export interface Topology {
  /** Those of the document. */
  readonly nodes: readonly string[]
  /** Those that are switches. */
  readonly switches: readonly string[]
  readonly segments: readonly Segment[]
}

/** The ends that a node has, in the order of the document. */
export function endsOf(node: string, {segments}: Topology): readonly PlannedEnd[] {
  return segments.flatMap(({ends}) => ends.filter((end) => end.node === node))
}

/** Every IPv4 address of a node, that of its first link first; loopback for a node without links. */
export function nodeAddresses(node: string, topology: Topology): readonly string[] {
  const addresses = endsOf(node, topology).map(({address}) => address)
  return addresses.length > 0 ? addresses : ['127.0.0.1']
}

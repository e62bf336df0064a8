/** From a lab's description to segments, devices and addresses. Pure. */
import {UserError} from '../core/errors.ts'
import type {Parsed} from '../core/units.ts'
import type {LabLink, LabNetwork, LabSpec} from './lab.ts'
import {bondedKind} from './plan-bond.ts'
import {type Subnet, parseSubnet, parseSubnet6} from './subnet.ts'
import type {PlannedEnd, Segment, Topology} from './topology.ts'

/**
 * Devices are called eth0, eth1, … on each node, in the order of links and networks, and bond0, … where a link is
 * bonded, br0, … where it is bridged instead: a namespace has its own names. Throws `UserError` for a subnet that is none.
 */
export function planTopology(spec: Pick<LabSpec, 'nodes' | 'links' | 'networks'>): Topology {
  const device = deviceNames()
  const links = spec.links.map((link) => planLink(link, device))
  const networks = Object.entries(spec.networks ?? {}).map(([name, network]) =>
    planNetwork(name, network, device),
  )
  const segments = [...links, ...networks]
  return {
    nodes: spec.nodes,
    switches: segments.flatMap((segment) => (segment.switch === null ? [] : [segment.switch])),
    segments,
  }
}

/** How a link is called that has no name of its own. */
export function linkName({name, between: [first, second]}: Pick<LabLink, 'name' | 'between'>): string {
  return name ?? `${first}-${second}`
}

type NameDevice = (node: string, kind: 'eth' | 'bond' | 'br') => string

function deviceNames(): NameDevice {
  const counts = new Map<string, number>()
  return (node, kind) => {
    const key = `${kind} ${node}`
    const index = counts.get(key) ?? 0
    counts.set(key, index + 1)
    return `${kind}${index}`
  }
}

function planLink(link: LabLink, device: NameDevice): Segment {
  const {between, subnet, subnet6, mtu, bond} = link
  const name = linkName(link)
  const shape = link.shape && Object.keys(link.shape).length > 0 ? link.shape : null
  const subnets = subnetsOf(subnet, subnet6)
  const emulated = link.emulate === true && bond === undefined
  return {
    name,
    subnets,
    ends: planEnds(between, subnets, (node, index) => device(node, bond ? bondedKind(bond, index) : 'eth')),
    switch: shape === null && !emulated ? null : `wire-${name}`,
    mtu: mtu ?? null,
    shape,
    bond: bond ?? null,
    emulated,
  }
}

function planNetwork(name: string, network: LabNetwork, device: NameDevice): Segment {
  const {nodes, subnet, subnet6, mtu} = network
  const subnets = subnetsOf(subnet, subnet6)
  return {
    name,
    subnets,
    ends: planEnds(nodes, subnets, (node) => device(node, 'eth')),
    switch: name,
    mtu: mtu ?? null,
    shape: null,
    bond: null,
    emulated: false,
  }
}

function planEnds(
  nodes: readonly string[],
  subnets: readonly Subnet[],
  device: (node: string, index: number) => string,
): readonly PlannedEnd[] {
  const [four, six] = [subnets.find(({family}) => family === 4), subnets.find(({family}) => family === 6)]
  return nodes.map((node, index) => ({
    node,
    device: device(node, index),
    address: four?.host(index + 1) ?? '',
    address6: six?.host(index + 1) ?? null,
  }))
}

function subnetsOf(subnet: string, subnet6: string | undefined): readonly Subnet[] {
  return [valid(parseSubnet(subnet)), ...(subnet6 === undefined ? [] : [valid(parseSubnet6(subnet6))])]
}

function valid(parsed: Parsed<Subnet>): Subnet {
  if (!parsed.ok) throw new UserError({code: 'CONFIG_INVALID', message: parsed.because})
  return parsed.value
}

/** Names in a lab that was not read from a document have to be checked too. */
export function checkNodes(spec: LabSpec): void {
  const asked = [
    ...spec.links.flatMap((link) => link.between),
    ...Object.values(spec.networks ?? {}).flatMap((network) => network.nodes),
    ...Object.values(spec.servers).map((server) => server.node),
  ]
  const stranger = asked.find((node) => !spec.nodes.includes(node))
  if (stranger === undefined) return
  throw new UserError({
    code: 'CONFIG_REFERENCE',
    message: `there is no node "${stranger}" in the lab`,
    advice: [`known: ${spec.nodes.join(', ')}`],
  })
}

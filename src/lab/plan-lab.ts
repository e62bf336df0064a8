/** From a lab's description to devices, addresses and commands. Pure. */
import {UserError} from '../core/errors.ts'
import type {LabLink, LabSpec, LinkEnd} from './lab.ts'
import {parseSubnet} from './subnet.ts'

export interface PlannedLink {
  readonly first: LinkEnd
  readonly second: LinkEnd
  readonly prefix: number
}

/** Devices are called eth0, eth1, … on each node, in the order of the links: a namespace has its own names. */
export function planLinks(links: readonly LabLink[]): readonly PlannedLink[] {
  const count = new Map<string, number>()
  const device = (node: string): string => {
    const index = count.get(node) ?? 0
    count.set(node, index + 1)
    return `eth${index}`
  }
  return links.map(({between: [a, b], subnet}) => {
    const parsed = parseSubnet(subnet)
    if (!parsed.ok) throw new UserError({code: 'CONFIG_INVALID', message: parsed.because})
    const {first, second, prefix} = parsed.value
    return {
      first: {node: a, device: device(a), address: first},
      second: {node: b, device: device(b), address: second},
      prefix,
    }
  })
}

/** Lines for `ip -batch` in the first node of the link; the other end is made straight in the other node. */
export function linkCommand(link: PlannedLink, secondPid: number): string {
  const {first, second} = link
  return `link add name ${first.device} type veth peer name ${second.device} netns ${secondPid}`
}

/** Lines for `ip -batch` in a node whose devices are all there. */
export function nodeCommands(node: string, links: readonly PlannedLink[]): readonly string[] {
  const ends = links.flatMap(({first, second, prefix}) =>
    [first, second].filter((end) => end.node === node).map((end) => ({...end, prefix})),
  )
  return [
    'link set dev lo up',
    ...ends.map(({device, address, prefix}) => `address add ${address}/${prefix} dev ${device}`),
    ...ends.map(({device}) => `link set dev ${device} up`),
  ]
}

/** Every address of a node, that of its first link first; loopback for a node without links. */
export function nodeAddresses(node: string, links: readonly PlannedLink[]): readonly string[] {
  const addresses = links.flatMap(({first, second}) =>
    [first, second].filter((end) => end.node === node).map((end) => end.address),
  )
  return addresses.length > 0 ? addresses : ['127.0.0.1']
}

/** Names in a lab that was not read from a document have to be checked too. */
export function checkNodes(spec: LabSpec): void {
  const asked = [
    ...spec.links.flatMap((link) => link.between),
    ...Object.values(spec.servers).map((server) => server.node),
  ]
  const stranger = asked.find((node) => !spec.nodes.includes(node))
  if (stranger === undefined) return
  const advice = [`known: ${spec.nodes.join(', ')}`]
  throw new UserError({
    code: 'CONFIG_REFERENCE',
    message: `there is no node "${stranger}" in the lab`,
    advice,
  })
}

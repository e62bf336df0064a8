/** What packets of a scope must be like to be hit, in nft's words. Pure. */
import {type Network, prefixValue} from '../addresses.ts'
import type {Scope} from '../scope.ts'
import type {PacketMatch} from '../situation.ts'

type Family = 4 | 6

/** Whether the words for a match differ between the IP families. */
export function dependsOnFamily(match: PacketMatch | undefined): boolean {
  return match?.type === 'established' || match?.type === 'bigger'
}

/** Only TCP has connections, and nft refuses a rule that speaks of both protocols and of one of them. */
export function narrowed(scope: Scope, match: PacketMatch | undefined): Scope {
  return match === undefined || match.type === 'bigger' ? scope : {...scope, protocol: 'tcp'}
}

/** The conditions that stand between the scope and the verdict; each is a rule of its own. */
export function conditions(match: PacketMatch | undefined, family: Family | null): string {
  if (match === undefined) return ''
  switch (match.type) {
    case 'new':
      return OPENS
    case 'established':
      return ''
    case 'over':
      return `${OPENS} ct count over ${match.connections}`
    case 'bigger':
      // A router fragments what does not forbid it; IPv6 always forbids it (RFC 8200 §5).
      return `${family === 4 ? 'ip frag-off & 0x4000 == 0x4000 ' : ''}meta length > ${match.bytes}`
    case 'mptcp':
      return MPTCP[match.part]
  }
}

/** The first packet of a TCP connection (RFC 9293 §3.5). */
const OPENS = 'tcp flags & (syn | ack) == syn'

/** Option 30; subtype 1 is MP_JOIN, which adds a subflow (RFC 8684 §3.2). */
const MPTCP = {
  any: 'tcp option mptcp exists',
  syn: 'tcp flags & syn == syn tcp option mptcp exists',
  join: 'tcp flags & syn == syn tcp option mptcp subtype 1',
} as const

/** Sets that the match needs: of connections that were opened since. */
export function matchSets(match: PacketMatch | undefined, families: readonly Family[]): readonly string[] {
  if (match?.type !== 'established') return []
  return families.flatMap((family) => {
    const address = `ipv${family}_addr`
    // The fault lasts an hour at most, and so does what it remembers.
    return [
      `set fresh${family} {`,
      `  type ${address} . inet_service . ${address} . inet_service;`,
      '  flags dynamic,timeout; timeout 1h; size 65535;',
      '}',
    ]
  })
}

/**
 * Rules that let connections through which were opened since the fault began. Both handshake packets are remembered, since
 * of a one-way fault only one of them is seen.
 */
export function exceptions(
  match: PacketMatch | undefined,
  scoped: string,
  family: Family | null,
  direction: 'out' | 'in',
): readonly string[] {
  if (match?.type !== 'established' || family === null) return []
  const ip = family === 6 ? 'ip6' : 'ip'
  const key =
    direction === 'out'
      ? `${ip} saddr . tcp sport . ${ip} daddr . tcp dport`
      : `${ip} daddr . tcp dport . ${ip} saddr . tcp sport`
  return [
    `${scoped} tcp flags & syn == syn add @fresh${family} { ${key} } return`,
    `${scoped} ${key} @fresh${family} return`,
  ]
}

/**
 * Rules that swallow the routers' answer to packets that are too big. They come from routers, not from the scope: what
 * belongs to it is told by the destination in the packet that they quote, 8 bytes after the ICMP header's start.
 */
export function tooBigRules(
  match: PacketMatch | undefined,
  to: readonly Network[],
  families: readonly Family[],
): readonly string[] {
  if (match?.type !== 'bigger') return []
  return families.flatMap((family) => {
    const answer =
      family === 4
        ? 'meta nfproto @families icmp type destination-unreachable icmp code frag-needed'
        : 'meta nfproto @families icmpv6 type packet-too-big'
    const quoted = to.filter((network) => network.family === family)
    if (to.length === 0) return [`${answer} counter drop`]
    return quoted.map((network) => `${answer} ${quotes(network)} counter drop`)
  })
}

/** Offset of the quoted destination from the ICMP header, in bits: 8 bytes, then 16 of IPv4's or 24 of IPv6's header. */
const QUOTED = {4: 192, 6: 256} as const

function quotes(network: Network): string {
  if (network.prefix === 0) return ''
  return `@th,${QUOTED[network.family]},${network.prefix} 0x${prefixValue(network).toString(16)}`
}

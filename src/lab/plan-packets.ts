/** The nftables rules of a node: what it denies, and what it hides behind its own address. Pure. */
import {addressFamily} from '../core/address.ts'
import type {FirewallRule, NodeSettings} from './lab.ts'
import {type Topology, endsOf} from './topology.ts'

/** Apart from every table of a fault, which are called netdrill_<id>. */
const LAB_TABLE = 'netdrill_lab'

/** For `nft -f`; null when the node needs no rules. A router's rules hold for what it passes on as well. */
export function nodeRuleset(node: string, topology: Topology, settings: NodeSettings): string | null {
  const {firewall, nat, router} = settings
  if (firewall.length === 0 && nat.length === 0) return null
  const rules = firewall.flatMap((rule) => ruleLines(rule, topology))
  const hooks = router ? ['input', 'output', 'forward'] : ['input', 'output']
  const chains =
    firewall.length === 0 ? [] : hooks.map((hook) => chain(hook, `filter hook ${hook}`, 0, rules))
  const hidden = devicesBehind(node, nat, topology).map((device) => `oifname "${device}" masquerade`)
  const hiding = hidden.length === 0 ? [] : [chain('hide', 'nat hook postrouting', 100, hidden)]
  return [`table inet ${LAB_TABLE} {`, ...chains, ...hiding, '}', ''].join('\n')
}

function chain(name: string, type: string, priority: number, rules: readonly string[]): string {
  const lines = rules.map((rule) => `    ${rule}`)
  return [`  chain ${name} {`, `    type ${type} priority ${priority};`, ...lines, '  }'].join('\n')
}

function devicesBehind(node: string, names: readonly string[], {segments}: Topology): readonly string[] {
  return segments
    .filter(({name}) => names.includes(name))
    .flatMap(({ends}) => ends.filter((end) => end.node === node).map(({device}) => device))
}

/** One line per family in which both sides have an address; one for all when neither side is named. */
function ruleLines(rule: FirewallRule, topology: Topology): readonly string[] {
  const match = [...protocolMatch(rule), verdict(rule)]
  if (rule.from === undefined && rule.to === undefined) return [match.join(' ')]
  return ([4, 6] as const).flatMap((family) => {
    const sides = [
      sideMatch('saddr', rule.from, family, topology),
      sideMatch('daddr', rule.to, family, topology),
    ]
    if (sides.includes(null)) return []
    return [[...sides.filter((side) => side !== ''), ...match].join(' ')]
  })
}

/** Empty for "whatever"; null when the side has no address of the family. */
function sideMatch(
  field: 'saddr' | 'daddr',
  side: string | undefined,
  family: 4 | 6,
  topology: Topology,
): string | null {
  if (side === undefined) return ''
  const addresses = addressesOf(side, topology).filter(
    (address) => addressFamily(address.split('/')[0] ?? '') === family,
  )
  if (addresses.length === 0) return null
  return `${family === 4 ? 'ip' : 'ip6'} ${field} { ${addresses.join(', ')} }`
}

function addressesOf(side: string, topology: Topology): readonly string[] {
  const ends = endsOf(side, topology)
  if (ends.length === 0) return [side]
  return ends.flatMap(({address, address6}) => (address6 === null ? [address] : [address, address6]))
}

function protocolMatch({protocol, port, deny}: FirewallRule): readonly string[] {
  const of = protocol ?? (deny === 'reset' ? 'tcp' : undefined)
  if (port !== undefined) return of === undefined ? [`th dport ${port}`] : [`${of} dport ${port}`]
  if (of === undefined) return []
  return of === 'icmp' ? ['meta l4proto { icmp, ipv6-icmp }'] : [`meta l4proto ${of}`]
}

function verdict({deny}: FirewallRule): string {
  switch (deny) {
    case 'drop':
      return 'counter drop'
    case 'reject':
      return 'counter reject with icmpx type admin-prohibited'
    case 'reset':
      return 'counter reject with tcp reset'
  }
}

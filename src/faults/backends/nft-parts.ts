/** The parts of our tables: the sets whose elements time out, and the words that match a scope. Pure. */
import type {Millis} from '../../core/units.ts'
import {type Network, formatNetwork, isSingle} from '../addresses.ts'
import type {Scope} from '../scope.ts'
import type {PacketMatch, Verdict} from '../situation.ts'
import {dependsOnFamily} from './nft-match.ts'

export interface TableRequest {
  readonly id: string
  readonly lasts: Millis
  readonly scope: Scope
  readonly device: string | null
  /** Absent: inet. */
  readonly family?: TableFamily
  /** How many other faults it joins: what joins more decides later. */
  readonly joins?: number
  /** Where what leaves is classified; absent: where its scope can be told. */
  readonly hook?: 'output' | 'postrouting'
  /** With netdev: the scope is all that passes this device, whatever protocol it speaks. */
  readonly everything?: string
}

/**
 * `inet` sees what this machine sends, gets and forwards; `netdev` what arrives at one device before all of that, and what
 * leaves by it after all of that.
 */
export type TableFamily = 'inet' | 'netdev'

export function tableName(id: string): string {
  return `netdrill_${id}`
}

export function table(request: TableRequest, verdict: Verdict | null, body: readonly string[]): string {
  const name = `${request.family ?? 'inet'} ${tableName(request.id)}`
  // `create` fails if somebody else has a table of this name; `table` alone would add to it.
  return [
    `create table ${name}`,
    ...block(`table ${name}`, [...sets(request, verdict?.match), ...body]),
    '',
  ].join('\n')
}

function sets(
  {scope, lasts, family: where, everything}: TableRequest,
  match?: PacketMatch,
): readonly string[] {
  const until = `timeout ${Math.max(1, Math.ceil(lasts))}ms`
  if (everything !== undefined) return timedSet('everything', 'ifname', false, [`"${everything}" ${until}`])
  const names = where === 'netdev' ? ({4: 'ip', 6: 'ip6'} as const) : ({4: 'ipv4', 6: 'ipv6'} as const)
  const wanted = familiesOf(scope).map((family) => `${names[family]} ${until}`)
  const families = timedSet('families', where === 'netdev' ? 'ether_type' : 'nf_proto', false, wanted)
  if (scope.to.length === 0) return families
  const addresses = ([4, 6] as const).flatMap((family) => {
    const networks = scope.to.filter((network) => network.family === family)
    if (networks.length === 0) return []
    const elements = networks.map((network) => `${formatNetwork(network)} ${until}`)
    return timedSet(`to${family}`, `ipv${family}_addr`, !networks.every(isSingle), elements)
  })
  return match?.type === 'bigger' ? [...families, ...addresses] : addresses
}

function timedSet(
  name: string,
  type: string,
  intervals: boolean,
  elements: readonly string[],
): readonly string[] {
  const flags = intervals ? 'interval,timeout' : 'timeout'
  return block(`set ${name}`, [`type ${type}; flags ${flags};`, `elements = { ${elements.join(', ')} }`])
}

interface ScopeRule {
  readonly rule: string
  /** Null: both. */
  readonly family: 4 | 6 | null
}

/** The match parts of the rules for traffic that leaves towards the scope, or arrives from it. */
export function matches(
  {scope, device, family: where, everything}: TableRequest,
  direction: 'out' | 'in',
  match?: PacketMatch,
): readonly ScopeRule[] {
  if (everything !== undefined)
    return [{rule: `${direction === 'out' ? 'oifname' : 'iifname'} @everything`, family: null}]
  const [there, here] = direction === 'out' ? ['daddr', 'saddr'] : ['saddr', 'daddr']
  const port = direction === 'out' ? 'dport' : 'sport'
  const interfaceMatch = device === null ? [] : [`${direction === 'out' ? 'oifname' : 'iifname'} "${device}"`]
  const known = `meta ${where === 'netdev' ? 'protocol' : 'nfproto'} @families`
  return timedKeys(scope, {there, known}, dependsOnFamily(match)).flatMap(({family, key}) =>
    sources(scope, family, here).flatMap((source) =>
      transports(scope, family, port).map((transport) => ({
        family,
        rule: [...interfaceMatch, key, source, transport, ...senderWords(scope)]
          .filter((part) => part !== '')
          .join(' '),
      })),
    ),
  )
}

interface TimedKey {
  /** Null: both families. */
  readonly family: 4 | 6 | null
  readonly key: string
}

function timedKeys(
  scope: Scope,
  {there, known}: {readonly there: string; readonly known: string},
  byFamily: boolean,
): readonly TimedKey[] {
  if (scope.to.length === 0 && scope.from.length === 0 && scope.protocol !== 'icmp' && !byFamily) {
    return [{family: null, key: known}]
  }
  return familiesOf(scope).map((family) => ({
    family,
    key: scope.to.length === 0 ? known : `${word(family)} ${there} @to${family}`,
  }))
}

/** A group is named by its path below the root of its tree, and found by its depth there (socket expression, nft(8)). */
function senderWords({sender}: Scope): readonly string[] {
  if (sender === undefined) return []
  const {uid, cgroup, cgroupRoot} = sender
  const path = [cgroupRoot ?? '', cgroup ?? ''].filter((part) => part !== '').join('/')
  return [
    ...(uid === undefined ? [] : [`meta skuid ${uid}`]),
    ...(cgroup === undefined ? [] : [`socket cgroupv2 level ${cgroup.split('/').length} "${path}"`]),
  ]
}

export function familiesOf(scope: Scope): readonly (4 | 6)[] {
  const wanted = ([4, 6] as const).filter((family) => scope.family === undefined || scope.family === family)
  return wanted.filter((family) => [scope.to, scope.from].every((list) => allows(list, family)))
}

function allows(networks: readonly Network[], family: 4 | 6): boolean {
  return networks.length === 0 || networks.some((network) => network.family === family)
}

function sources(scope: Scope, family: 4 | 6 | null, here: string): readonly string[] {
  if (family === null || scope.from.length === 0) return ['']
  const list = scope.from.filter((network) => network.family === family).map(formatNetwork)
  return [`${word(family)} ${here} { ${list.join(', ')} }`]
}

function transports(scope: Scope, family: 4 | 6 | null, port: string): readonly string[] {
  if (scope.protocol === 'icmp') {
    // Echo only: without neighbour discovery IPv6 would lose more than its pings.
    return [`${family === 6 ? 'icmpv6' : 'icmp'} type { echo-request, echo-reply }`]
  }
  const protocol = scope.protocol ?? (scope.port === null ? null : '{ tcp, udp }')
  if (protocol === null) return ['']
  return [`meta l4proto ${protocol}${scope.port === null ? '' : ` th ${port} ${scope.port}`}`]
}

function word(family: 4 | 6): string {
  return family === 6 ? 'ip6' : 'ip'
}

export function block(head: string, lines: readonly string[]): readonly string[] {
  return [`${head} {`, ...lines.map((line) => `  ${line}`), '}']
}

/** Reads what `ip -json` prints (iproute2). Unknown keys are ignored, missing ones tolerated: versions differ. */
import {addressFamily, isInNetwork} from '../../core/address.ts'
import type {OwnAddress, OwnLink, RefusingRoute, RouteSeen} from '../../advice/observed.ts'

type Json = Readonly<Record<string, unknown>>

/** The objects of a JSON array; none when the text is something else. */
export function parseList(text: string): readonly Json[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value.filter((each): each is Json => isObject(each)) : []
  } catch {
    return []
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const number = (value: unknown): number | null => (typeof value === 'number' ? value : null)
const words = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])

/** From `ip -json address show`. */
export function readLinks(list: readonly Json[]): readonly OwnLink[] {
  return list.map((link) => {
    const flags = words(link['flags'])
    const infos = Array.isArray(link['addr_info']) ? link['addr_info'].filter(isObject) : []
    return {
      name: text(link['ifname']) ?? '?',
      loopback: flags.includes('LOOPBACK'),
      up: flags.includes('UP'),
      carrier: !flags.includes('NO-CARRIER') && link['operstate'] !== 'LOWERLAYERDOWN',
      mtu: number(link['mtu']) ?? 1500,
      addresses: infos.flatMap(readAddress),
    }
  })
}

function readAddress(info: Json): readonly OwnAddress[] {
  const address = text(info['local'])
  const family = address === null ? null : addressFamily(address)
  if (address === null || family === null) return []
  return [
    {
      address,
      family,
      prefix: number(info['prefixlen']) ?? 0,
      scope: text(info['scope']) ?? 'global',
      tentative: info['tentative'] === true || info['dadfailed'] === true,
    },
  ]
}

/** What the kernel says through ip(8) when a route refuses; strerror(3) texts of the C locale, there is no code. */
const REFUSALS: readonly (readonly [text: string, kind: RefusingRoute])[] = [
  ['Network is unreachable', 'none'],
  ['No route to host', 'unreachable'],
  ['Permission denied', 'prohibit'],
  ['Invalid argument', 'blackhole'],
]

/** From `ip -json route get ADDRESS`; `table` is what `ip -json route show table all` gave, to name the culprit. */
export function readRoute(
  address: string,
  answer: {readonly stdout: string; readonly stderr: string},
  table: readonly Json[],
): RouteSeen {
  const [route] = parseList(answer.stdout)
  const type = route && text(route['type'])
  const refusing = REFUSALS.find(
    ([said, kind]) => type === kind || (!route && answer.stderr.includes(said)),
  )?.[1]
  if (refusing !== undefined) {
    return {status: 'refused', kind: refusing, entry: culprit(address, refusing, table)}
  }
  const device = route && text(route['dev'])
  if (!route || device === null || device === undefined) return {status: 'unseen'}
  const via = isObject(route['via']) ? text(route['via']['host']) : null
  return {
    status: 'found',
    device,
    gateway: text(route['gateway']) ?? via,
    source: text(route['prefsrc']),
    local: type === 'local',
    mtu: mtuOf(route),
  }
}

function mtuOf(route: Json): number | null {
  const metrics = Array.isArray(route['metrics']) ? route['metrics'].filter(isObject) : []
  return metrics.map((each) => number(each['mtu'])).find((mtu) => mtu !== null) ?? number(route['mtu'])
}

/** The longest prefix of that type that holds the address. */
function culprit(address: string, kind: RefusingRoute, table: readonly Json[]): string | null {
  const family = addressFamily(address)
  const any = family === 6 ? '::/0' : '0.0.0.0/0'
  const networks = table
    .filter((route) => route['type'] === kind)
    .map((route) => text(route['dst']) ?? '')
    .filter((dst) => isInNetwork(address, dst === 'default' ? any : dst))
  return networks.toSorted((one, other) => prefixOf(other) - prefixOf(one))[0] ?? null
}

function prefixOf(network: string): number {
  return network === 'default' ? 0 : Number(network.split('/')[1] ?? 128)
}

export function defaultGateways(table: readonly Json[]): readonly string[] {
  return table.filter((route) => route['dst'] === 'default').flatMap((route) => text(route['gateway']) ?? [])
}

/** The state of one neighbour from `ip -json neigh show`, such as `REACHABLE`. */
export function neighbourState(list: readonly Json[], address: string, device: string): string | null {
  const entry = list.find((each) => each['dst'] === address && each['dev'] === device)
  return (entry && words(entry['state'])[0]) ?? null
}

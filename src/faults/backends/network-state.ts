/** Addresses and routes of a place as words that `ip` takes back, so that what a fault has cost can be put back. */
import type {Place} from '../../core/place.ts'
import {asList, asNumber, asRecord, asText, at} from '../json-shape.ts'
import type {Tools} from '../tools.ts'
import type {Snapshot} from './snapshot.ts'

/** One line each: `link up`, `address …`, `route …`; without what counts down. */
export interface NetworkState {
  readonly lines: Snapshot
  readonly addresses: readonly AddressFact[]
  /** As `ip route add` takes them; without those that the kernel makes from addresses. */
  readonly routes: readonly string[]
}

interface AddressFact {
  readonly local: string
  readonly prefix: number
  /** What `ip address add` needs, without the device. */
  readonly words: string
}

/** Null as device: all routes, and no addresses. Null as answer: ip told nothing readable. */
export async function readNetwork(
  tools: Tools,
  place: Place,
  device: string | null,
): Promise<NetworkState | null> {
  const show = async (family: string): Promise<readonly string[] | null> => {
    const args = [family, '-o', 'route', 'show', 'table', 'all']
    const result = await tools.run(place, {type: 'exec', file: 'ip', args})
    return result.exitCode === 0 ? parseRoutes(result.stdout, device) : null
  }
  const [links, four, six] = await Promise.all([
    device === null ? [] : tools.json(place, 'ip', ['-j', 'address', 'show', 'dev', device]),
    show('-4'),
    show('-6'),
  ])
  if (links === null || four === null || six === null) return null
  const link = asList(links)[0]
  // What can't be read can't be put back: an ip that speaks otherwise is no empty device.
  if (device !== null && !isLink(link, device)) return null
  const addresses = asList(at(link, 'addr_info')).flatMap((item) => addressFact(asRecord(item)))
  const routes = [...four.toSorted(byReach), ...six.toSorted(byReach)]
  return {
    lines: [
      ...(link === undefined ? [] : [`link ${asList(at(link, 'flags')).includes('UP') ? 'up' : 'down'}`]),
      ...addresses.map(({words}) => `address ${words.replace(/ valid_lft \d+ preferred_lft \d+/, '')}`),
      ...routes.map((route) => `route ${route.replace(/ expires \d+/, '')}`),
    ].toSorted(),
    addresses,
    routes,
  }
}

function isLink(link: unknown, device: string): boolean {
  return (
    at(link, 'ifname') === device && Array.isArray(at(link, 'flags')) && Array.isArray(at(link, 'addr_info'))
  )
}

/** Lines for `ip -batch` that put everything back; those that find it there fail, which does no harm. */
export function restoreLines(state: NetworkState, device: string): readonly string[] {
  return [
    ...state.addresses.map(({words}) => `address add ${words} dev ${device}`),
    ...state.routes.map((route) => `route add ${route}`),
  ]
}

/** A route through a router needs the route to the router first. */
function byReach(a: string, b: string): number {
  return Number(a.includes(' via ')) - Number(b.includes(' via '))
}

/** States that `ip` shows and does not take. */
const SHOWN_ONLY = / (?:linkdown|dead|offload|trap|rt_offload|rt_trap)\b/g

function parseRoutes(text: string, device: string | null): readonly string[] {
  return text.split('\n').flatMap((raw) => {
    const line = raw
      .replaceAll('\\', ' ')
      .replaceAll(/\s+/g, ' ')
      .trim()
      .replaceAll(SHOWN_ONLY, '')
      .replace(/ expires (\d+)sec/, ' expires $1')
    // The kernel makes and removes these together with their address.
    if (line === '' || /^(?:local|broadcast|multicast|anycast) /.test(line)) return []
    return device === null || `${line} `.includes(` dev ${device} `) ? [line] : []
  })
}

function addressFact(item: Readonly<Record<string, unknown>>): readonly AddressFact[] {
  const local = asText(item['local'])
  const prefix = asNumber(item['prefixlen'])
  // A temporary address is made anew by the kernel (RFC 8981).
  if (local === null || prefix === null || item['temporary'] === true) return []
  const peer = asText(item['address'])
  const flags = ['noprefixroute', 'home', 'mngtmpaddr'].filter((flag) => item[flag] === true)
  const words = [
    peer === null ? `${local}/${prefix}` : `${local} peer ${peer}/${prefix}`,
    ...pair('broadcast', item['broadcast']),
    ...pair('scope', item['scope']),
    ...pair('label', item['family'] === 'inet' ? item['label'] : undefined),
    ...pair('metric', item['metric']),
    ...flags,
    // Known to be unique: it was in use.
    ...(item['family'] === 'inet6' ? ['nodad'] : []),
    ...(item['dynamic'] === true
      ? [
          'valid_lft',
          `${asNumber(item['valid_life_time']) ?? 0}`,
          'preferred_lft',
          `${asNumber(item['preferred_life_time']) ?? 0}`,
        ]
      : []),
  ]
  return [{local, prefix, words: words.join(' ')}]
}

function pair(word: string, value: unknown): readonly string[] {
  return typeof value === 'string' || typeof value === 'number' ? [`${word} ${value}`] : []
}

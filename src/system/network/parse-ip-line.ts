/** Reads single lines of `ip -oneline link|address|route|monitor` (iproute2). Pure. */
import {addressFamily, isNetwork} from '../../core/address.ts'

export type IpLine =
  | {
      readonly kind: 'link'
      readonly index: number
      readonly name: string
      readonly up: boolean
      readonly carrier: boolean
      readonly gone: boolean
    }
  | {
      readonly kind: 'address'
      readonly index: number
      readonly device: string
      /** With prefix. */
      readonly address: string
      readonly gone: boolean
    }
  | {
      readonly kind: 'route'
      /** Null for an ordinary one; `unreachable` and the like otherwise. */
      readonly refusing: string | null
      readonly destination: string
      readonly table: string
      readonly metric: string
      readonly devices: readonly string[]
      readonly via: readonly string[]
      readonly gone: boolean
    }
  | {
      readonly kind: 'neighbour'
      readonly device: string
      readonly address: string
      readonly state: string
      readonly gone: boolean
    }
  /** Known, and of no interest: local, broadcast and multicast routes, what bridges say of their ports and of hardware addresses. */
  | {readonly kind: 'other'}

const DELETED = 'Deleted '
const LINK = /^(\d{1,10}): ([^\s/]{1,64}): <([A-Z0-9_,-]*)> /
const ADDRESS = /^(\d{1,10}): ([^\s/]{1,64})\s+inet6? (\S+)(?: peer (\S+))? /
const NEIGHBOUR_STATES = new Set([
  'PERMANENT',
  'NOARP',
  'REACHABLE',
  'STALE',
  'NONE',
  'INCOMPLETE',
  'DELAY',
  'PROBE',
  'FAILED',
])
const REFUSING = new Set(['unreachable', 'blackhole', 'prohibit', 'throw'])
const UNINTERESTING = new Set(['local', 'broadcast', 'multicast', 'anycast', 'nat'])

/** Null for a line that says nothing we know. */
export function parseIpLine(line: string): IpLine | null {
  const gone = line.startsWith(DELETED)
  const text = `${gone ? line.slice(DELETED.length) : line} `
  if (/^\d{1,10}: /.test(text)) return parseLink(text, gone) ?? parseAddress(text, gone)
  const words = text.split(/[\s\\]+/).filter((word) => word !== '')
  if (words[0] === 'dev' && words.includes('lladdr')) return {kind: 'other'}
  return parseNeighbour(words, gone) ?? parseRoute(words, gone)
}

function parseLink(text: string, gone: boolean): IpLine | null {
  const match = LINK.exec(text)
  if (!match) return null
  const [, index, title = '', list = ''] = match
  // `eth0@if7` and `eth0.5@eth0` name a link and what it belongs to.
  const name = title.replace(/(?<=.)@[^@]*$/, '')
  // Without a queue it is what a bridge says of its port (PF_BRIDGE): `Deleted` then means that it has left the bridge.
  if (!text.includes(' qdisc ')) return {kind: 'other'}
  const flags = list.split(',')
  const up = flags.includes('UP')
  const carrier = up && flags.includes('LOWER_UP') && !flags.includes('NO-CARRIER')
  return {kind: 'link', index: Number(index), name, up, carrier, gone}
}

function parseAddress(text: string, gone: boolean): IpLine | null {
  const match = ADDRESS.exec(text)
  if (!match) return null
  const [, index, device = '', local = '', peer] = match
  // `192.0.2.1 peer 192.0.2.2/32`: the prefix is the peer's.
  const address = local.includes('/') || peer === undefined ? local : `${local}/${peer.split('/')[1] ?? ''}`
  if (!isNetwork(address) || !address.includes('/')) return null
  return {kind: 'address', index: Number(index), device, address, gone}
}

function parseNeighbour(words: readonly string[], gone: boolean): IpLine | null {
  const [address = '', dev, device] = words
  if (addressFamily(address) === null || dev !== 'dev' || device === undefined) return null
  if (words.includes('proxy')) return {kind: 'other'}
  const state = words.slice(3).findLast((word) => NEIGHBOUR_STATES.has(word))
  return state === undefined ? null : {kind: 'neighbour', device, address, state, gone}
}

function parseRoute(words: readonly string[], gone: boolean): IpLine | null {
  const [first = '', second = ''] = words
  if (UNINTERESTING.has(first) && isDestination(second)) return {kind: 'other'}
  if (REFUSING.has(first)) return readRoute(first, words.slice(1), gone)
  return readRoute(null, first === 'unicast' ? words.slice(1) : words, gone)
}

function readRoute(refusing: string | null, words: readonly string[], gone: boolean): IpLine | null {
  const [destination = ''] = words
  if (!isDestination(destination)) return null
  const [table = 'main'] = valuesOf(words, 'table')
  const [metric = '0'] = valuesOf(words, 'metric')
  const route = {kind: 'route' as const, refusing, destination, table, metric, via: nextHops(words), gone}
  // IPv6 hangs these on the loopback interface.
  if (refusing !== null) return {...route, devices: []}
  const devices = [...new Set(valuesOf(words, 'dev'))]
  // A next hop may be an object of its own, named by its number alone.
  return devices.length > 0 || valuesOf(words, 'nhid').length > 0 ? {...route, devices} : null
}

function valuesOf(words: readonly string[], key: string): readonly string[] {
  return words.flatMap((word, at) => (word === key ? words.slice(at + 1, at + 2) : []))
}

/** `via 192.0.2.1`, or `via inet6 fe80::1` for a next hop of the other family. */
function nextHops(words: readonly string[]): readonly string[] {
  return words.flatMap((word, at) => {
    if (word !== 'via') return []
    const skip = words[at + 1]?.startsWith('inet') === true ? 2 : 1
    return words.slice(at + skip, at + skip + 1)
  })
}

function isDestination(text: string): boolean {
  return text === 'default' || isNetwork(text)
}

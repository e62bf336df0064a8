/** GeneralNames of RFC 5280 §4.2.1.6: the names inside subjectAltName and name constraints. */
import {addressFamily} from '../../core/address.ts'
import {derChildren, latin1, readDer} from './der.ts'

export interface GeneralNames {
  readonly dns: readonly string[]
  /** Text form; the octets' canonical one for IPv6. */
  readonly ips: readonly string[]
  readonly emails: readonly string[]
  readonly uris: readonly string[]
}

export const GENERAL_NAME = {email: 0x81, dns: 0x82, directory: 0xa4, uri: 0x86, ip: 0x87} as const

/** An empty list for absent or damaged bytes. */
export function parseGeneralNames(der: Uint8Array | undefined): GeneralNames {
  const nodes = der ? derChildren(readDer(der)) : []
  const texts = (tag: number): string[] =>
    nodes.filter((node) => node.tag === tag).map((node) => latin1(node.body))
  return {
    dns: texts(GENERAL_NAME.dns),
    ips: nodes
      .filter((node) => node.tag === GENERAL_NAME.ip)
      .map((node) => ipText(node.body))
      .filter((text) => text !== null),
    emails: texts(GENERAL_NAME.email),
    uris: texts(GENERAL_NAME.uri),
  }
}

/** The text of 4 or 16 octets (RFC 5952 for IPv6); null for another length. */
export function ipText(octets: Uint8Array): string | null {
  if (octets.length === 4) return [...octets].join('.')
  if (octets.length !== 16) return null
  const groups = Array.from({length: 8}, (_, index) =>
    (((octets[2 * index] ?? 0) << 8) | (octets[2 * index + 1] ?? 0)).toString(16),
  )
  const longest = longestZeros(groups)
  if (longest.length < 2) return groups.join(':')
  const before = groups.slice(0, longest.start).join(':')
  return `${before}::${groups.slice(longest.start + longest.length).join(':')}`
}

function longestZeros(groups: readonly string[]): {readonly start: number; readonly length: number} {
  let best = {start: 0, length: 0}
  let start = 0
  groups.forEach((group, index) => {
    if (group !== '0') start = index + 1
    else if (index + 1 - start > best.length) best = {start, length: index + 1 - start}
  })
  return best
}

/** The octets of an IPv4 or IPv6 literal (without a zone); null for anything else. */
export function ipOctets(text: string): Uint8Array | null {
  if (text.includes('%')) return null
  switch (addressFamily(text)) {
    case 4:
      return Uint8Array.from(text.split('.'), Number)
    case 6:
      return ipv6Octets(text)
    case null:
      return null
  }
}

/** Of a text that is known to be sound. */
function ipv6Octets(text: string): Uint8Array {
  // The dotted form at the end stands for two groups.
  const plain = text.replace(/[\d.]+\.\d+$/, (dotted) => {
    const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number)
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  })
  const [head = [], tail = []] = plain
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''))
  const zeros = Array.from({length: 8 - head.length - tail.length}, () => '0')
  const groups = [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16))
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]))
}

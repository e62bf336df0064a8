/** Socket addresses as the kernel lays them out (ip(7), ipv6(7)). */
import {isIPv4, isIPv6} from 'node:net'
import {networkInterfaces} from 'node:os'
import {AF_INET, AF_INET6} from './ffi-constants.ts'

export interface SocketAddress {
  readonly address: string
  readonly port: number
}

/**
 * A `sockaddr_in` or `sockaddr_in6` for a literal address; null when the text is none. A zone (`fe80::1%eth0`,
 * `fe80::1%2`) becomes the scope id; a zone that names no interface of ours gives null.
 */
export function encodeSocketAddress({address, port}: SocketAddress): Buffer | null {
  if (isIPv4(address)) {
    const bytes = Buffer.alloc(16)
    bytes.writeUInt16LE(AF_INET, 0)
    bytes.writeUInt16BE(port, 2)
    bytes.set(address.split('.').map(Number), 4)
    return bytes
  }
  const [literal = '', zone] = address.split('%')
  if (!isIPv6(literal)) return null
  const scope = zone === undefined ? 0 : scopeOf(zone)
  if (scope === null) return null
  const bytes = Buffer.alloc(28)
  bytes.writeUInt16LE(AF_INET6, 0)
  bytes.writeUInt16BE(port, 2)
  bytes.set(encodeIpv6(literal), 8)
  bytes.writeUInt32LE(scope, 24)
  return bytes
}

/** The address in a `sockaddr`; null when the family is neither IPv4 nor IPv6 (an unset offender, for example). */
export function decodeSocketAddress(bytes: Buffer): SocketAddress | null {
  if (bytes.length < 8) return null
  const family = bytes.readUInt16LE(0)
  if (family === AF_INET) {
    return {address: [...bytes.subarray(4, 8)].join('.'), port: bytes.readUInt16BE(2)}
  }
  if (family !== AF_INET6 || bytes.length < 24) return null
  return {address: decodeIpv6(bytes.subarray(8, 24)), port: bytes.readUInt16BE(2)}
}

/** 16 octets of a valid literal without a zone. */
function encodeIpv6(literal: string): number[] {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(literal)
  const [a = 0, b = 0, c = 0, d = 0] = (tail?.[2] ?? '').split('.').map(Number)
  const text = tail
    ? `${tail[1] ?? ''}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
    : literal
  const [head = '', rest] = text.split('::')
  const words = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16))
  const before = words(head)
  const after = rest === undefined ? [] : words(rest)
  const middle = Array.from({length: 8 - before.length - after.length}, () => 0)
  return [...before, ...middle, ...after].flatMap((word) => [word >> 8, word & 0xff])
}

/** The canonical text of RFC 5952; a mapped IPv4 address is shown as such. */
function decodeIpv6(bytes: Buffer): string {
  const words = Array.from({length: 8}, (_, index) => bytes.readUInt16BE(index * 2))
  if (words.slice(0, 5).every((word) => word === 0) && words[5] === 0xff_ff) {
    return `::ffff:${[...bytes.subarray(12, 16)].join('.')}`
  }
  const hole = longestZeros(words)
  const text = (part: readonly number[]): string => part.map((word) => word.toString(16)).join(':')
  if (hole.length < 2) return text(words)
  return `${text(words.slice(0, hole.start))}::${text(words.slice(hole.start + hole.length))}`
}

function longestZeros(words: readonly number[]): {start: number; length: number} {
  let best = {start: 0, length: 0}
  let start = -1
  for (const [index, word] of words.entries()) {
    if (word !== 0) start = -1
    else if (start < 0) start = index
    if (start >= 0 && index - start + 1 > best.length) best = {start, length: index - start + 1}
  }
  return best
}

function scopeOf(zone: string): number | null {
  if (/^\d+$/.test(zone)) return Number(zone)
  const entry = networkInterfaces()[zone]?.find((each) => each.family === 'IPv6' && each.scopeid > 0)
  return entry?.scopeid ?? null
}

/** ICMP and ICMPv6 messages as octets (RFC 792, RFC 4443): echo, and the errors that quote one. */
import type {Family} from '../core/outcome.ts'

/** Octets at the start of the payload that tell our own replies from everybody else's. */
export const NONCE_LENGTH = 8
/** Of the ICMP header. */
export const HEADER_LENGTH = 8

export interface EchoMessage {
  readonly identifier: number
  readonly sequence: number
  readonly payload: Buffer
}

/** A received ICMP error, with the echo request that it quotes. */
export interface IcmpReport {
  readonly type: number
  readonly code: number
  /** Of "fragmentation needed" and "packet too big"; 0 when the router named none. */
  readonly mtu: number
  readonly to: Buffer
  readonly request: {readonly identifier: number; readonly sequence: number}
}

const REQUEST: Readonly<Record<Family, number>> = {4: 8, 6: 128}
const REPLY: Readonly<Record<Family, number>> = {4: 0, 6: 129}
/** Types that end a request; redirects (RFC 792, type 5) quote the packet as well, but it is delivered all the same. */
const ERRORS: Readonly<Record<Family, readonly number[]>> = {4: [3, 11, 12], 6: [1, 2, 3, 4]}

/** Whether a message of this type means that the request is lost. */
export function endsRequest(family: Family, type: number): boolean {
  return ERRORS[family].includes(type)
}

/** An echo request; the checksum is filled in for IPv4 and left to the kernel for IPv6, which has to know the addresses. */
export function encodeEchoRequest(family: Family, {identifier, sequence, payload}: EchoMessage): Buffer {
  const bytes = Buffer.alloc(HEADER_LENGTH + payload.length)
  bytes.writeUInt8(REQUEST[family], 0)
  bytes.writeUInt16BE(identifier, 4)
  bytes.writeUInt16BE(sequence, 6)
  bytes.set(payload, HEADER_LENGTH)
  if (family === 4) bytes.writeUInt16BE(checksum(bytes), 2)
  return bytes
}

/** The echo reply in `bytes`, which begin at the ICMP header; null when it is anything else. */
export function decodeEchoReply(family: Family, bytes: Buffer): EchoMessage | null {
  return bytes.length >= HEADER_LENGTH && bytes[0] === REPLY[family] ? decodeEcho(bytes) : null
}

/** The echo request in `bytes`, as an error quotes it: perhaps only its first eight octets. */
export function decodeEchoRequest(family: Family, bytes: Buffer): EchoMessage | null {
  return bytes.length >= HEADER_LENGTH && bytes[0] === REQUEST[family] ? decodeEcho(bytes) : null
}

/** The ICMP error in `bytes`; null when it is none, or quotes something else than an echo request. */
export function decodeIcmpReport(family: Family, bytes: Buffer): IcmpReport | null {
  const type = bytes[0]
  if (type === undefined || bytes.length < HEADER_LENGTH || !ERRORS[family].includes(type)) return null
  const quoted = family === 4 ? quotedIpv4(bytes) : quotedIpv6(bytes)
  const request = quoted && decodeEchoRequest(family, quoted.payload)
  if (!request) return null
  const mtu = family === 4 ? bytes.readUInt16BE(6) : bytes.readUInt32BE(4)
  const tellsMtu = family === 4 ? type === 3 && bytes[1] === 4 : type === 2
  return {type, code: bytes[1] ?? 0, mtu: tellsMtu ? mtu : 0, to: quoted.to, request}
}

/** Splits an IPv4 packet, as a raw socket delivers it; null when it is cut short. */
export function splitIpv4(
  bytes: Buffer,
): {readonly ttl: number; readonly protocol: number; readonly to: Buffer; readonly payload: Buffer} | null {
  const length = ((bytes[0] ?? 0) & 0x0f) * 4
  if (bytes.length < 20 || (bytes[0] ?? 0) >> 4 !== 4 || length < 20 || bytes.length < length) return null
  return {
    ttl: bytes[8] ?? 0,
    protocol: bytes[9] ?? 0,
    to: bytes.subarray(16, 20),
    payload: bytes.subarray(length),
  }
}

function quotedIpv4(bytes: Buffer): {to: Buffer; payload: Buffer} | null {
  const packet = splitIpv4(bytes.subarray(HEADER_LENGTH))
  return packet?.protocol === 1 ? packet : null
}

/** Only the plain header: our requests carry no extension headers, except when they were fragmented. */
function quotedIpv6(bytes: Buffer): {to: Buffer; payload: Buffer} | null {
  const packet = bytes.subarray(HEADER_LENGTH)
  if (packet.length < 48) return null
  const to = packet.subarray(24, 40)
  if (packet[6] === 58) return {to, payload: packet.subarray(40)}
  const isFirstFragment = packet[6] === 44 && packet[40] === 58 && (packet.readUInt16BE(42) & 0xff_f8) === 0
  return isFirstFragment ? {to, payload: packet.subarray(48)} : null
}

function decodeEcho(bytes: Buffer): EchoMessage {
  return {
    identifier: bytes.readUInt16BE(4),
    sequence: bytes.readUInt16BE(6),
    payload: bytes.subarray(HEADER_LENGTH),
  }
}

/** The internet checksum of RFC 1071: the complement of the one's complement sum of all 16-bit words. */
export function checksum(bytes: Buffer): number {
  let sum = 0
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readUInt16BE(at)
  if (bytes.length % 2 === 1) sum += (bytes[bytes.length - 1] ?? 0) << 8
  while (sum > 0xff_ff) sum = (sum & 0xff_ff) + (sum >>> 16)
  return ~sum & 0xff_ff
}

/** The errno that Linux makes of an ICMP error (net/ipv4/icmp.c, net/ipv6/icmp.c). */
export function errnoOfIcmp(family: Family, type: number, code: number): string {
  if (family === 6) return errnoOfIcmpv6(type, code)
  if (type !== 3) return type === 12 ? 'EPROTO' : 'EHOSTUNREACH'
  if ([0, 6, 9, 11].includes(code)) return 'ENETUNREACH'
  if (code === 2) return 'ENOPROTOOPT'
  if (code === 3) return 'ECONNREFUSED'
  return code === 4 ? 'EMSGSIZE' : 'EHOSTUNREACH'
}

function errnoOfIcmpv6(type: number, code: number): string {
  if (type === 2) return 'EMSGSIZE'
  if (type === 4) return 'EPROTO'
  if (type !== 1) return 'EHOSTUNREACH'
  if (code === 0) return 'ENETUNREACH'
  if (code === 4) return 'ECONNREFUSED'
  return [1, 5, 6].includes(code) ? 'EACCES' : 'EHOSTUNREACH'
}

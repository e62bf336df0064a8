/** Ethernet frames as a packet socket with PACKET_VNET_HDR gives and takes them: what is in them, and which fault means them. */
import {isIPv4} from 'node:net'
import type {LinkMatch} from '../../core/link-effects.ts'
import type {Family} from '../../core/outcome.ts'
import {addressBytes} from './address-bytes.ts'

/** `struct virtio_net_hdr`: flags, type of segmentation, header length, segment size, start and offset of the checksum. */
export const FRAME_HEADER = 10
const ETHERNET = 14
const PAYLOAD = FRAME_HEADER + ETHERNET

const TYPES: Readonly<Record<number, Family>> = {0x0800: 4, 0x86dd: 6}
const PROTOCOLS: Readonly<Record<number, 'tcp' | 'udp' | 'icmp'>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  58: 'icmp',
}
/** Extension headers of IPv6 that may stand before the transport header: hop-by-hop, routing, destination options. */
const EXTENSIONS: ReadonlySet<number> = new Set([0, 43, 60])

export interface Packet {
  readonly family: Family
  /** Where in the frame the addresses are. */
  readonly source: number
  readonly destination: number
  readonly protocol: 'tcp' | 'udp' | 'icmp' | null
  /** Null for what has none, and for fragments behind the first. */
  readonly ports: {readonly source: number; readonly destination: number} | null
}

/** Null for what is no IP packet, such as ARP. */
function readPacket(frame: Buffer): Packet | null {
  if (frame.length < PAYLOAD + 20) return null
  const family = TYPES[frame.readUInt16BE(FRAME_HEADER + 12)]
  if (family === undefined) return null
  return family === 4 ? readIpv4(frame) : frame.length < PAYLOAD + 40 ? null : readIpv6(frame)
}

function readIpv4(frame: Buffer): Packet {
  const transport = PAYLOAD + (frame.readUInt8(PAYLOAD) & 0x0f) * 4
  const first = (frame.readUInt16BE(PAYLOAD + 6) & 0x1fff) === 0
  return packetOf(frame, {
    family: 4,
    source: PAYLOAD + 12,
    destination: PAYLOAD + 16,
    number: frame.readUInt8(PAYLOAD + 9),
    transport: first ? transport : null,
  })
}

function readIpv6(frame: Buffer): Packet {
  let number = frame.readUInt8(PAYLOAD + 6)
  let at = PAYLOAD + 40
  while (EXTENSIONS.has(number) && at + 8 <= frame.length) {
    number = frame.readUInt8(at)
    at += (frame.readUInt8(at + 1) + 1) * 8
  }
  return packetOf(frame, {
    family: 6,
    source: PAYLOAD + 8,
    destination: PAYLOAD + 24,
    number,
    transport: at,
  })
}

function packetOf(
  frame: Buffer,
  read: {
    readonly family: Family
    readonly source: number
    readonly destination: number
    readonly number: number
    readonly transport: number | null
  },
): Packet {
  const {family, source, destination, number, transport} = read
  const protocol = PROTOCOLS[number] ?? null
  const hasPorts = protocol === 'tcp' || protocol === 'udp'
  const ports =
    hasPorts && transport !== null && transport + 4 <= frame.length
      ? {source: frame.readUInt16BE(transport), destination: frame.readUInt16BE(transport + 2)}
      : null
  return {family, source, destination, protocol, ports}
}

/** Says of a frame whether the match means it; made once per fault. ARP is never meant. */
export function matcherOf(match: LinkMatch, arriving: boolean): (frame: Buffer) => boolean {
  const to = match.to.map(networkOf)
  const from = match.from.map(networkOf)
  return (frame) => {
    const packet = readPacket(frame)
    if (!packet) return false
    const [near, far] = arriving ? [packet.destination, packet.source] : [packet.source, packet.destination]
    return (
      isOfKind(match, packet, arriving) &&
      isInOne(to, frame, packet.family, far) &&
      isInOne(from, frame, packet.family, near)
    )
  }
}

function isOfKind({family, protocol, port}: LinkMatch, packet: Packet, arriving: boolean): boolean {
  const far = arriving ? packet.ports?.source : packet.ports?.destination
  return (
    (family === null || family === packet.family) &&
    (protocol === null || protocol === packet.protocol) &&
    (port === null || port === far)
  )
}

interface NetworkBytes {
  readonly family: Family
  readonly bytes: readonly number[]
  readonly prefix: number
}

function networkOf(text: string): NetworkBytes {
  const [address = '', prefix] = text.split('/')
  const family = isIPv4(address) ? 4 : 6
  return {family, bytes: addressBytes(address), prefix: Number(prefix ?? (family === 4 ? 32 : 128))}
}

function isInOne(networks: readonly NetworkBytes[], frame: Buffer, family: Family, at: number): boolean {
  return networks.length === 0 || networks.some((one) => one.family === family && covers(one, frame, at))
}

function covers({bytes, prefix}: NetworkBytes, frame: Buffer, at: number): boolean {
  const whole = prefix >> 3
  for (let index = 0; index < whole; index++) if (bytes[index] !== frame[at + index]) return false
  const rest = prefix & 7
  if (rest === 0) return true
  const mask = (0xff << (8 - rest)) & 0xff
  return ((bytes[whole] ?? 0) & mask) === ((frame[at + whole] ?? 0) & mask)
}

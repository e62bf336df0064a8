/** Datagrams that a service of that kind answers. */
import type {Random} from '../../core/ports.ts'

export const UDP_PRESETS = ['dns', 'ntp', 'snmp'] as const
export type UdpPreset = (typeof UDP_PRESETS)[number]

const PORTS: Readonly<Record<number, UdpPreset>> = {53: 'dns', 123: 'ntp', 161: 'snmp'}

/** The preset that goes without saying on this port; null for any other. */
export function presetOfPort(port: number): UdpPreset | null {
  return PORTS[port] ?? null
}

/** A fresh request: its identifiers are drawn anew. */
export function presetPayload(preset: UdpPreset, random: Random): Uint8Array {
  switch (preset) {
    case 'dns':
      return dnsQuery(random)
    case 'ntp':
      return ntpRequest(random)
    case 'snmp':
      return snmpRequest(random)
  }
}

/** The name servers of the root, which every resolver knows (RFC 1035 section 4.1). */
function dnsQuery(random: Random): Uint8Array {
  return Buffer.from([...octets(2, random), 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1])
}

/** A client's request of version 4; the time stamp is random, which is enough to match the answer (RFC 5905, RFC 9109). */
function ntpRequest(random: Random): Uint8Array {
  const bytes = Buffer.alloc(48)
  bytes[0] = 0x23
  bytes.set(octets(8, random), 40)
  return bytes
}

/** GET of sysDescr.0, version 2c, community `public` (RFC 3416). An agent with another community stays silent. */
function snmpRequest(random: Random): Uint8Array {
  const [first = 0, ...rest] = octets(4, random)
  const head = Buffer.from('302902010104067075626c6963a01c0204', 'hex')
  const tail = Buffer.from('020100020100300e300c06082b060102010101000500', 'hex')
  // A leading zero bit keeps the number positive.
  return Buffer.concat([head, Buffer.from([first & 0x7f, ...rest]), tail])
}

function octets(count: number, random: Random): number[] {
  return Array.from({length: count}, () => Math.floor(random.next() * 256))
}

/** The client subnet option (RFC 7871): asks as if somebody of that network did. */
import {addressFamily} from '../../core/address.ts'
import {addressBytes} from './address-bytes.ts'

/** Of an address family as RFC 7871 section 6 numbers them. */
const FAMILY = {4: 1, 6: 2} as const

interface Subnet {
  readonly family: 4 | 6
  readonly prefix: number
  readonly address: string
}

/** `192.0.2.0/24` taken apart; null when it is none. Without a length the usual one for privacy is meant: 24 or 56. */
export function parseSubnet(text: string): Subnet | null {
  const [address = '', length] = text.split('/')
  const family = addressFamily(address)
  if (family === null || address.includes('%')) return null
  const prefix = length === undefined ? (family === 4 ? 24 : 56) : Number(length)
  const isLength = length === undefined || /^\d{1,3}$/.test(length)
  return isLength && prefix <= (family === 4 ? 32 : 128) ? {family, prefix, address} : null
}

/** The data of the option: bits beyond the prefix are zero, octets beyond it are left out (section 6). */
export function encodeSubnet({family, prefix, address}: Subnet): Uint8Array {
  const octets = addressBytes(address).slice(0, Math.ceil(prefix / 8))
  const spare = octets.length * 8 - prefix
  const last = octets.length - 1
  if (last >= 0) octets[last] = (octets[last] ?? 0) & (0xff << spare) & 0xff
  return Uint8Array.from([0, FAMILY[family], prefix, 0, ...octets])
}

/** `192.0.2.0/24, scope /20` of an answer: for whom it holds. Null when it is malformed. */
export function describeSubnet(data: Uint8Array): string | null {
  const [high = 0, low = 0, prefix = 0, scope = 0] = data
  const family = (high << 8) | low
  const octets = [...data.slice(4)]
  if (data.length < 4 || (family !== 1 && family !== 2)) return null
  const size = family === 1 ? 4 : 16
  if (octets.length > size) return null
  const whole = [...octets, ...Array.from({length: size - octets.length}, () => 0)]
  return `${family === 1 ? whole.join('.') : ipv6(whole)}/${prefix}, scope /${scope}`
}

function ipv6(octets: readonly number[]): string {
  const words = Array.from({length: 8}, (_, index) =>
    (((octets[index * 2] ?? 0) << 8) | (octets[index * 2 + 1] ?? 0)).toString(16),
  )
  return new URL(`http://[${words.join(':')}]`).hostname.slice(1, -1)
}

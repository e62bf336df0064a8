/** RDATA of SVCB and HTTPS records (RFC 9460 section 2). */
import {formatName, readName} from './names.ts'
import {DnsFormatError, type Reader} from './reader.ts'
import {base64, escapeText, formatAddress, quote, readString} from './text-forms.ts'

const KEYS: readonly string[] = [
  'mandatory',
  'alpn',
  'no-default-alpn',
  'port',
  'ipv4hint',
  'ech',
  'ipv6hint',
  'dohpath',
  'ohttp',
]

/** Priority, target and parameters in the order of the wire, which has to be ascending. */
export function formatServiceBinding(reader: Reader): string {
  const words = [String(reader.u16()), formatName(readName(reader))]
  let last = -1
  while (reader.left > 0) {
    const key = reader.u16()
    if (key <= last) throw new DnsFormatError('the parameters of a service binding are out of order')
    last = key
    words.push(formatParameter(key, reader.part(reader.u16())))
  }
  return words.join(' ')
}

function keyName(key: number): string {
  return KEYS[key] ?? `key${key}`
}

function formatParameter(key: number, value: Reader): string {
  const text = formatValue(key, value)
  if (value.left > 0) throw new DnsFormatError('a parameter of a service binding is malformed')
  return text === null ? keyName(key) : `${keyName(key)}=${text}`
}

function formatValue(key: number, value: Reader): string | null {
  switch (keyName(key)) {
    case 'mandatory':
      return list(value, () => keyName(value.u16()))
    case 'alpn':
      return `"${list(value, () => escapeAlpn(readString(value)))}"`
    case 'no-default-alpn':
    case 'ohttp':
      return null
    case 'port':
      return String(value.u16())
    case 'ipv4hint':
      return list(value, () => formatAddress(value.take(4)))
    case 'ipv6hint':
      return list(value, () => formatAddress(value.take(16)))
    case 'ech':
      return base64(value.rest())
    default:
      return value.left === 0 ? null : quote(value.rest())
  }
}

function list(value: Reader, read: () => string): string {
  if (value.left === 0) throw new DnsFormatError('a list in a service binding is empty')
  const words: string[] = []
  while (value.left > 0) words.push(read())
  return words.join(',')
}

/** Commas and backslashes are escaped once for the list and once more for the string (RFC 9460 appendix A.1). */
function escapeAlpn(protocol: Uint8Array): string {
  return escapeText(protocol)
    .replaceAll('\\\\', String.raw`\\\\`)
    .replaceAll(',', String.raw`\\,`)
}

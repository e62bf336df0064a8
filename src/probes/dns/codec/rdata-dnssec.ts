/** RDATA of DNSSEC records (RFC 4034, RFC 5155). */
import {formatName, readName} from './names.ts'
import {DnsFormatError, type Reader} from './reader.ts'
import {typeName} from './registry.ts'
import {base64, hex, readString} from './text-forms.ts'

/** RFC 4034 section 3.2. */
export function formatRrsig(reader: Reader): string {
  const words = [typeName(reader.u16()), reader.u8(), reader.u8(), reader.u32()]
  const times = [reader.u32(), reader.u32()].map(formatTime)
  const tag = reader.u16()
  const signer = formatName(readName(reader))
  return [...words, ...times, tag, signer, base64(reader.rest())].join(' ')
}

/** `YYYYMMDDHHmmSS` in UTC. */
function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/[-:T]|\.\d+Z$/g, '')
}

/** RFC 4034 section 4.2. */
export function formatNsec(reader: Reader): string {
  return [formatName(readName(reader)), ...readTypeBitmap(reader)].join(' ')
}

/** RFC 5155 section 3.3. */
export function formatNsec3(reader: Reader): string {
  const words = [reader.u8(), reader.u8(), reader.u16(), formatSalt(readString(reader))]
  return [...words, base32hex(readString(reader)), ...readTypeBitmap(reader)].join(' ')
}

/** RFC 5155 section 4.3. */
export function formatNsec3Param(reader: Reader): string {
  return [reader.u8(), reader.u8(), reader.u16(), formatSalt(readString(reader))].join(' ')
}

function formatSalt(salt: Uint8Array): string {
  return salt.length === 0 ? '-' : hex(salt)
}

/** RFC 4034 section 4.1.2: blocks of up to 32 octets, one bit per type. */
function readTypeBitmap(reader: Reader): readonly string[] {
  const types: string[] = []
  let last = -1
  while (reader.left > 0) {
    const block = reader.u8()
    const length = reader.u8()
    if (block <= last || length === 0 || length > 32) throw new DnsFormatError('a type bitmap is malformed')
    last = block
    for (const [index, octet] of reader.take(length).entries()) {
      for (let bit = 0; bit < 8; bit++) {
        if (octet & (0x80 >> bit)) types.push(typeName(block * 256 + index * 8 + bit))
      }
    }
  }
  return types
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUV'

/** Without padding (RFC 5155 section 3.3). */
function base32hex(bytes: Uint8Array): string {
  let text = ''
  let buffer = 0
  let bits = 0
  for (const octet of bytes) {
    buffer = ((buffer << 8) | octet) & 0xff_ff
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(buffer >> (bits - 5)) & 31] ?? ''
  }
  return bits > 0 ? text + (ALPHABET[(buffer << (5 - bits)) & 31] ?? '') : text
}

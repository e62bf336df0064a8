/** Pieces of master file syntax that many types share. */
import type {Reader} from './reader.ts'

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase()
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

/** A character string: a length and so many octets. */
export function readString(reader: Reader): Uint8Array {
  return reader.take(reader.u8())
}

/** In quotes; quote and backslash are escaped, and what is not printable ASCII becomes `\DDD`. */
export function quote(bytes: Uint8Array): string {
  return `"${escapeText(bytes)}"`
}

export function escapeText(bytes: Uint8Array): string {
  return [...bytes]
    .map((octet) => {
      if (octet < 0x20 || octet >= 0x7f) return `\\${String(octet).padStart(3, '0')}`
      const character = String.fromCharCode(octet)
      return character === '"' || character === '\\' ? `\\${character}` : character
    })
    .join('')
}

/** Four octets as dotted quad, sixteen as RFC 5952 has it. */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const words = Array.from(
    {length: 8},
    (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0),
  )
  const mapped = words.slice(0, 5).every((word) => word === 0) && words[5] === 0xff_ff
  if (mapped) return `::ffff:${bytes.subarray(12).join('.')}`
  const text = words.map((word) => word.toString(16)).join(':')
  // The longest run of at least two zero words, the first one of equals.
  const runs = [...text.matchAll(/(?:^|:)(0(?::0)+)(?=:|$)/g)].map(([, run = '']) => run)
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '')
  if (longest === '') return text
  const at = new RegExp(`(?:^|:)${longest}(?::|$)`).exec(text)
  return at ? `${text.slice(0, at.index)}::${text.slice(at.index + at[0].length)}` : text
}

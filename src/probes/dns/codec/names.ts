/** Domain names (RFC 1035 sections 2.3.4, 3.1, 4.1.4 and 5.1). */
import {domainToASCII} from 'node:url'
import {DnsFormatError, Reader} from './reader.ts'

const LONGEST_LABEL = 63
/** On the wire, with the length octets and the root. */
const LONGEST_NAME = 255

/** A name has at most 127 labels, so more pointers than that serve no purpose but to keep us busy. */
const MOST_JUMPS = 127

/** A name's labels, raw. */
export type Labels = readonly Uint8Array[]

/**
 * Takes a name in master file syntax apart; `\.`, `\\` and `\DDD` are escapes, a dot at the end is optional, and
 * other scripts become Punycode. Throws `DnsFormatError` for empty or too long labels and too long names.
 */
export function parseName(text: string): Labels {
  const ascii = /[^\u0000-\u007F]/.test(text) ? domainToASCII(text) : text
  if (ascii === '') throw new DnsFormatError(`"${text}" is no domain name`)
  if (ascii === '.') return []
  const labels = splitLabels(ascii)
  let length = 1
  for (const label of labels) {
    if (label.length === 0) throw new DnsFormatError(`"${text}" has an empty label`)
    if (label.length > LONGEST_LABEL) throw new DnsFormatError(`"${text}" has a label of more than 63 octets`)
    length += label.length + 1
  }
  if (length > LONGEST_NAME) throw new DnsFormatError(`"${text}" has more than 255 octets`)
  return labels
}

const PIECE = /\\(\d{3})|\\(\D)|(\.)|([^\\.])/y
const DOT = 0x2e

function splitLabels(text: string): Uint8Array[] {
  const labels: number[][] = [[]]
  PIECE.lastIndex = 0
  let at = 0
  while (at < text.length) {
    PIECE.lastIndex = at
    const piece = PIECE.exec(text)
    const octet = piece ? Number(piece[1] ?? (piece[2] ?? piece[3] ?? piece[4] ?? '').codePointAt(0)) : 256
    if (!piece || octet > 255) throw new DnsFormatError(`"${text}" has a wrong escape`)
    if (piece[3] === undefined) labels.at(-1)?.push(octet)
    else if (at < text.length - 1) labels.push([])
    at = PIECE.lastIndex
  }
  return labels.map((label) => Uint8Array.from(label))
}

/** Uncompressed wire form. */
export function encodeName(labels: Labels): Uint8Array {
  return Uint8Array.from([...labels.flatMap((label) => [label.length, ...label]), 0])
}

/** Master file syntax with the dot at the end; whatever is not a plain character is escaped, so it is safe to show. */
export function formatName(labels: Labels): string {
  return labels.length === 0 ? '.' : labels.map((label) => `${formatLabel(label)}.`).join('')
}

const SPECIAL = new Set([...'\\."();@$'].map((character) => character.charCodeAt(0)))

function formatLabel(label: Uint8Array): string {
  return [...label]
    .map((octet) => {
      if (octet <= 0x20 || octet >= 0x7f) return `\\${String(octet).padStart(3, '0')}`
      return octet === DOT || SPECIAL.has(octet)
        ? `\\${String.fromCharCode(octet)}`
        : String.fromCharCode(octet)
    })
    .join('')
}

/** Names are equal regardless of ASCII case (RFC 4343). Both in master file syntax. */
export function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

/**
 * Reads a name that may be compressed. A pointer has to lead to an earlier octet than the one before it did, so a
 * loop can't happen. Throws `DnsFormatError`.
 */
export function readName(reader: Reader): Labels {
  const labels: Uint8Array[] = []
  let cursor = reader
  let earliest = reader.at
  let length = 1
  let jumps = 0
  for (;;) {
    const octet = cursor.u8()
    if (octet === 0) return labels
    if (octet >= 0xc0) {
      const target = ((octet & 0x3f) << 8) | cursor.u8()
      if (target >= earliest) throw new DnsFormatError('a compression pointer does not lead backwards')
      if (++jumps > MOST_JUMPS) throw new DnsFormatError('a name has too many compression pointers')
      earliest = target
      cursor = new Reader(reader.bytes, target)
      continue
    }
    if (octet > LONGEST_LABEL) throw new DnsFormatError('a label has an unknown type')
    labels.push(cursor.take(octet))
    length += octet + 1
    if (length > LONGEST_NAME) throw new DnsFormatError('a name has more than 255 octets')
  }
}

/** The name under which the PTR record of a literal address lives (RFC 1035 section 3.5, RFC 3596 section 2.5). */
export function reverseName(bytes: Uint8Array): string {
  if (bytes.length === 4) return `${[...bytes].toReversed().join('.')}.in-addr.arpa.`
  const digits = [...bytes].flatMap((octet) => [octet >> 4, octet & 15]).map((digit) => digit.toString(16))
  return `${digits.toReversed().join('.')}.ip6.arpa.`
}

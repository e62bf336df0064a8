/** A reader for DER (X.690), as much as certificates and OCSP responses need. */

export interface DerNode {
  /** The identifier octet; numbers above 30 are not used in certificates. */
  readonly tag: number
  readonly body: Uint8Array
  /** Identifier, length and content. */
  readonly raw: Uint8Array
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** The element at the front of `bytes`; null when it is damaged or cut. */
export function readDer(bytes: Uint8Array): DerNode | null {
  const [tag, first] = bytes
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return null
  let length = first
  let start = 2
  if (first >= 0x80) {
    const octets = first & 0x7f
    if (octets === 0 || octets > 4 || bytes.length < 2 + octets) return null
    length = bytes.subarray(2, 2 + octets).reduce((sum, octet) => sum * 256 + octet, 0)
    start = 2 + octets
  }
  if (bytes.length < start + length) return null
  return {tag, body: bytes.subarray(start, start + length), raw: bytes.subarray(0, start + length)}
}

/** The elements inside a constructed one; those before the first damaged one. */
export function derChildren(node: DerNode | null | undefined): readonly DerNode[] {
  const children: DerNode[] = []
  let rest = node?.body ?? new Uint8Array()
  while (rest.length > 0) {
    const child = readDer(rest)
    if (!child) break
    children.push(child)
    rest = rest.subarray(child.raw.length)
  }
  return children
}

/** Such as `2.5.29.17`; empty for something that is no object identifier. */
export function derOid(node: DerNode | null | undefined): string {
  if (node?.tag !== TAG.oid) return ''
  const arcs: number[] = []
  let value = 0
  for (const octet of node.body) {
    value = value * 128 + (octet & 0x7f)
    if (octet >= 0x80) continue
    if (arcs.length === 0)
      arcs.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)))
    else arcs.push(value)
    value = 0
  }
  return arcs.join('.')
}

/** Milliseconds since the epoch of a UTCTime or GeneralizedTime in the form of RFC 5280 §4.1.2.5; null for others. */
export function derTime(node: DerNode | null | undefined): number | null {
  switch (node?.tag) {
    case TAG.utcTime: {
      const text = latin1(node.body)
      // Two digits for the year: 50 and more are of the last century.
      return parseTime(`${Number(text.slice(0, 2)) >= 50 ? '19' : '20'}${text}`)
    }
    case TAG.generalizedTime:
      return parseTime(latin1(node.body))
    default:
      return null
  }
}

function parseTime(text: string): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(text)
  if (!match) return null
  const [year, month, day, hour, minute, second] = match.slice(1)
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(time) ? null : time
}

/** A small non-negative INTEGER; null when it is absent, negative or large. */
export function derNumber(node: DerNode | null | undefined): number | null {
  if (node?.tag !== TAG.integer || node.body.length === 0 || node.body.length > 4) return null
  if ((node.body[0] ?? 0) >= 0x80) return null
  return node.body.reduce((sum, octet) => sum * 256 + octet, 0)
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0
}

/** Writes DNS messages byte by byte, independent of the code under test. */

export interface WireRecord {
  readonly name: string
  readonly type: number
  readonly class?: number
  readonly ttl?: number
  readonly data: Uint8Array
}

export interface WireReply {
  readonly id: number
  /** The 16 bits behind the id. */
  readonly bits: number
  /** Copied from the query; empty leaves the question out. */
  readonly question: Uint8Array
  readonly answer?: readonly WireRecord[]
  readonly authority?: readonly WireRecord[]
  readonly additional?: readonly WireRecord[]
}

const wireName = (name: string): Buffer => {
  const labels = name.split('.').filter((label) => label !== '')
  return Buffer.concat([
    ...labels.flatMap((label) => [Buffer.of(label.length), Buffer.from(label)]),
    Buffer.of(0),
  ])
}

export const u16 = (value: number): Buffer => Buffer.of((value >> 8) & 255, value & 255)
const u32 = (value: number): Buffer => Buffer.concat([u16(value >>> 16), u16(value & 0xff_ff)])

export function wireRecord({name, type, class: kind = 1, ttl = 60, data}: WireRecord): Buffer {
  return Buffer.concat([wireName(name), u16(type), u16(kind), u32(ttl), u16(data.length), data])
}

export function wireReply({
  id,
  bits,
  question,
  answer = [],
  authority = [],
  additional = [],
}: WireReply): Buffer {
  const counts = [question.length > 0 ? 1 : 0, answer.length, authority.length, additional.length]
  return Buffer.concat([
    u16(id),
    u16(bits),
    ...counts.map(u16),
    question,
    ...[...answer, ...authority, ...additional].map(wireRecord),
  ])
}

/** The id and the question's octets of a query. */
export function readQuery(query: Uint8Array): {readonly id: number; readonly question: Buffer} {
  const bytes = Buffer.from(query)
  let at = 12
  while ((bytes[at] ?? 0) !== 0) at += (bytes[at] ?? 0) + 1
  return {id: bytes.readUInt16BE(0), question: bytes.subarray(12, at + 5)}
}

export const address = (text: string): Uint8Array => Uint8Array.from(text.split('.').map(Number))

/** The few parts of RFC 1035 that a small authoritative server needs. */
import {addressBytes} from '../certificates/address-bytes.ts'

export interface Question {
  readonly id: number
  readonly name: string
  readonly type: number
  readonly class: number
  readonly recursionDesired: boolean
  /** The question section as it came, to be sent back as it came. */
  readonly wire: Buffer
}

export interface Answer {
  readonly rcode: number
  readonly truncated?: boolean
  readonly addresses: readonly string[]
  readonly ttl: number
}

/** The single question of a query; null for anything else. */
export function decodeQuestion(message: Buffer): Question | null {
  if (message.length < 12) return null
  const flags = message.readUInt16BE(2)
  const isQuery = (flags & 0x8000) === 0
  if (!isQuery || message.readUInt16BE(4) !== 1) return null
  const labels: string[] = []
  let at = 12
  for (;;) {
    const length = message[at]
    // Pointers have no place in a question.
    if (length === undefined || length > 63) return null
    at += 1
    if (length === 0) break
    if (at + length > message.length) return null
    labels.push(message.toString('latin1', at, at + length))
    at += length
  }
  if (at + 4 > message.length) return null
  return {
    id: message.readUInt16BE(0),
    name: labels.join('.').toLowerCase(),
    type: message.readUInt16BE(at),
    class: message.readUInt16BE(at + 2),
    recursionDesired: (flags & 0x0100) !== 0,
    wire: message.subarray(12, at + 4),
  }
}

/** An authoritative response with address records; names in answers point at the question (RFC 1035 §4.1.4). */
export function encodeAnswer(question: Question, answer: Answer): Buffer {
  const addresses = answer.truncated ? [] : answer.addresses
  const header = Buffer.alloc(12)
  const flags =
    0x8400 | (answer.truncated ? 0x0200 : 0) | (question.recursionDesired ? 0x0100 : 0) | answer.rcode
  header.writeUInt16BE(question.id, 0)
  header.writeUInt16BE(flags, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(addresses.length, 6)
  return Buffer.concat([header, question.wire, ...addresses.map((address) => record(address, answer.ttl))])
}

function record(address: string, ttl: number): Buffer {
  const data = addressBytes(address)
  const head = Buffer.alloc(12)
  // A pointer to the name at offset 12.
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(data.length === 4 ? 1 : 28, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(ttl, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

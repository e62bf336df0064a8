/** STUN messages on the wire (RFC 8489 section 5 and 14). Pure. */
import {stripControl} from '../../core/text.ts'
import {crc32} from './crc32.ts'

/** What came is no STUN message; the text says why, as the end of a sentence. */
export class StunError extends Error {
  override readonly name = 'StunError'
}

export interface Endpoint {
  readonly address: string
  readonly port: number
}

export interface StunMessage {
  readonly class: 'request' | 'indication' | 'success' | 'error'
  readonly method: number
  /** 24 hexadecimal digits. */
  readonly transaction: string
  readonly mapped: Endpoint | null
  /** From MAPPED-ADDRESS, which middleboxes may rewrite: the server is of the time of RFC 3489. */
  readonly legacy: boolean
  readonly error: {readonly code: number; readonly reason: string} | null
  /** Types that a 420 complains about. */
  readonly unknown: readonly number[]
  readonly software: string | null
  readonly alternate: Endpoint | null
  /** Where else the server listens (RFC 5780 section 7.4). */
  readonly other: Endpoint | null
  /** Attributes of this message that have to be understood, and aren't. */
  readonly strange: readonly number[]
}

const COOKIE = 0x2112_a442
const HEADER = 20
const BINDING = 1
const FINGERPRINT_XOR = 0x5354_554e
const TRANSACTION = 12

const TYPE = {
  mapped: 0x0001,
  integrity: 0x0008,
  error: 0x0009,
  unknown: 0x000a,
  integrity256: 0x001c,
  xorMapped: 0x0020,
  software: 0x8022,
  alternate: 0x8023,
  fingerprint: 0x8028,
  other: 0x802c,
} as const
/** Below 0x8000 an attribute has to be understood; these need no look, since nothing here depends on them. */
const HARMLESS: ReadonlySet<number> = new Set([
  TYPE.mapped,
  // SOURCE-ADDRESS and CHANGED-ADDRESS of RFC 3489.
  0x0004,
  0x0005,
  // USERNAME, MESSAGE-INTEGRITY, REALM, NONCE and their newer kin.
  0x0006,
  TYPE.integrity,
  0x0014,
  0x0015,
  TYPE.integrity256,
  0x001d,
  0x001e,
  TYPE.error,
  TYPE.unknown,
  TYPE.xorMapped,
])

/** A binding request with a fingerprint and nothing else. `transaction`: 12 octets. */
export function encodeBindingRequest(transaction: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(HEADER + 8)
  bytes.writeUInt16BE(BINDING, 0)
  bytes.writeUInt16BE(8, 2)
  bytes.writeUInt32BE(COOKIE, 4)
  bytes.set(transaction.subarray(0, TRANSACTION), 8)
  bytes.writeUInt16BE(TYPE.fingerprint, HEADER)
  bytes.writeUInt16BE(4, HEADER + 2)
  bytes.writeUInt32BE(fingerprintOf(bytes.subarray(0, HEADER)), HEADER + 4)
  return bytes
}

/** Reads one message; throws `StunError` and nothing else for octets that are none. */
export function decodeStun(data: Uint8Array): StunMessage {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  if (bytes.length < HEADER) throw new StunError(`it has ${bytes.length} octets only`)
  const type = bytes.readUInt16BE(0)
  if (type >= 0x4000) throw new StunError('its first two bits are not zero')
  if (bytes.readUInt32BE(4) !== COOKIE) throw new StunError('it lacks the magic cookie')
  const length = bytes.readUInt16BE(2)
  if (length % 4 !== 0 || length !== bytes.length - HEADER) {
    throw new StunError(`it says that ${length} octets follow the header, and ${bytes.length - HEADER} do`)
  }
  const transaction = bytes.subarray(8, HEADER)
  const attributes = readAttributes(bytes)
  const find = (wanted: number): Buffer | null => attributes.get(wanted) ?? null
  const xored = find(TYPE.xorMapped)
  const plain = find(TYPE.mapped)
  return {
    class: classOf(type),
    method: (type & 0x0f) | ((type & 0xe0) >> 1) | ((type & 0x3e00) >> 2),
    transaction: transaction.toString('hex'),
    mapped: xored ? endpoint(unmasked(xored, transaction)) : plain && endpoint(plain),
    legacy: xored === null && plain !== null,
    error: errorOf(find(TYPE.error)),
    unknown: unknownOf(find(TYPE.unknown)),
    software: textOf(find(TYPE.software)),
    alternate: endpointOr(find(TYPE.alternate)),
    other: endpointOr(find(TYPE.other)),
    strange: [...attributes.keys()].filter((key) => key < 0x8000 && !HARMLESS.has(key)),
  }
}

/** Bits 4 and 8 of the type, between those of the method (section 5). */
function classOf(type: number): StunMessage['class'] {
  const bits = ((type >> 7) & 2) | ((type >> 4) & 1)
  return (['request', 'indication', 'success', 'error'] as const)[bits] ?? 'request'
}

/** The first of each type; what follows the integrity is not protected by it and does not count (section 14.5). */
export function readAttributes(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>()
  let sealed = false
  for (let at = HEADER; at < bytes.length;) {
    const type = bytes.readUInt16BE(at)
    const length = bytes.readUInt16BE(at + 2)
    const end = at + 4 + length
    if (end > bytes.length) throw new StunError(`attribute 0x${hex(type)} is longer than the message`)
    const value = bytes.subarray(at + 4, end)
    if (type === TYPE.fingerprint) checkFingerprint(bytes, at, value)
    if (!sealed && !found.has(type)) found.set(type, value)
    sealed ||= type === TYPE.integrity || type === TYPE.integrity256
    at += 4 + Math.ceil(length / 4) * 4
  }
  return found
}

function checkFingerprint(bytes: Buffer, at: number, value: Buffer): void {
  if (value.length !== 4 || at + 8 !== bytes.length) throw new StunError('its fingerprint is not at its end')
  if (value.readUInt32BE(0) !== fingerprintOf(bytes.subarray(0, at))) {
    throw new StunError('its fingerprint is wrong')
  }
}

function fingerprintOf(bytes: Uint8Array): number {
  return (crc32(bytes) ^ FINGERPRINT_XOR) >>> 0
}

/** XOR-MAPPED-ADDRESS: port and address are hidden from middleboxes that rewrite addresses in payloads. */
export function unmasked(value: Buffer, transaction: Buffer): Buffer {
  const mask = Buffer.alloc(16)
  mask.writeUInt32BE(COOKIE, 0)
  mask.set(transaction, 4)
  // Port and address follow the octets for the family; both are masked from the cookie's beginning.
  const plain = value.map(
    (octet, index) => octet ^ (index < 2 ? 0 : (mask[index < 4 ? index - 2 : index - 4] ?? 0)),
  )
  return Buffer.from(plain)
}

export function endpoint(value: Buffer): Endpoint {
  const family = value.length >= 4 ? value[1] : 0
  const port = family === 0 ? 0 : value.readUInt16BE(2)
  if (family === 1 && value.length === 8) return {address: [...value.subarray(4)].join('.'), port}
  if (family === 2 && value.length === 20) {
    const words = Array.from({length: 8}, (_, index) => value.readUInt16BE(4 + index * 2).toString(16))
    return {address: new URL(`http://[${words.join(':')}]`).hostname.slice(1, -1), port}
  }
  throw new StunError('it holds an address that is none')
}

/** An address that only helps: a broken one is as good as none. */
function endpointOr(value: Buffer | null): Endpoint | null {
  try {
    return value && endpoint(value)
  } catch {
    return null
  }
}

function errorOf(value: Buffer | null): StunMessage['error'] {
  if (!value) return null
  const [hundreds = 0, rest = 0] = value.subarray(2, 4)
  if (value.length < 4 || rest > 99) throw new StunError('its error code is none')
  return {code: (hundreds & 7) * 100 + rest, reason: textOf(value.subarray(4)) ?? ''}
}

function unknownOf(value: Buffer | null): readonly number[] {
  if (!value) return []
  return Array.from({length: Math.floor(value.length / 2)}, (_, index) => value.readUInt16BE(index * 2))
}

function textOf(value: Buffer | null): string | null {
  return value && stripControl(value.toString('utf8')).trim().slice(0, 128)
}

function hex(type: number): string {
  return type.toString(16).padStart(4, '0')
}

/** STUN messages with the attributes of ICE and short-term credentials (RFC 8489 section 9.1, RFC 8445 section 16.1). Pure. */
import {createHmac, timingSafeEqual} from 'node:crypto'
import {addressBytes} from '../../probes/dns/address-bytes.ts'
import {crc32} from '../../probes/stun/crc32.ts'
import {type StunMessage, decodeStun} from '../../probes/stun/message.ts'

export {StunError} from '../../probes/stun/message.ts'

const COOKIE = 0x2112_a442
const HEADER = 20
const FINGERPRINT_XOR = 0x5354_554e
const TYPE = {
  username: 0x0006,
  integrity: 0x0008,
  error: 0x0009,
  xorMapped: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  fingerprint: 0x8028,
  controlled: 0x8029,
  controlling: 0x802a,
} as const
/** Binding (method 1) with the class bits of section 5. */
const CLASSES = {request: 0x0001, indication: 0x0011, success: 0x0101, error: 0x0111} as const

export interface OutgoingMessage {
  readonly class: keyof typeof CLASSES
  /** 24 hexadecimal digits. */
  readonly transaction: string
  readonly username?: string
  readonly priority?: number
  readonly role?: {readonly name: 'controlling' | 'controlled'; readonly tieBreaker: bigint}
  readonly nominate?: boolean
  readonly mapped?: {readonly address: string; readonly port: number}
  readonly error?: {readonly code: number; readonly reason: string}
  /** Absent: nothing proves who sent it, as with an indication. */
  readonly password?: string
}

export function encodePeerMessage(message: OutgoingMessage): Uint8Array {
  const transaction = Buffer.from(message.transaction, 'hex')
  const attributes = attributesOf(message, transaction)
  const head = Buffer.alloc(HEADER)
  head.writeUInt16BE(CLASSES[message.class], 0)
  head.writeUInt32BE(COOKIE, 4)
  head.set(transaction, 8)
  let bytes = withLength(Buffer.concat([head, ...attributes]), 0)
  if (message.password !== undefined) {
    const proof = proofOf(withLength(bytes, 24), message.password)
    bytes = Buffer.concat([withLength(bytes, 24), attribute(TYPE.integrity, proof)])
  }
  const sealed = withLength(bytes, 8)
  const print = Buffer.alloc(4)
  print.writeUInt32BE((crc32(sealed) ^ FINGERPRINT_XOR) >>> 0)
  return Buffer.concat([sealed, attribute(TYPE.fingerprint, print)])
}

function attributesOf(message: OutgoingMessage, transaction: Buffer): readonly Buffer[] {
  const {username, priority, role, nominate, mapped, error} = message
  return [
    ...(username === undefined ? [] : [attribute(TYPE.username, Buffer.from(username, 'utf8'))]),
    ...(priority === undefined ? [] : [attribute(TYPE.priority, word(priority))]),
    ...(role ? [attribute(TYPE[role.name], longWord(role.tieBreaker))] : []),
    ...(nominate === true ? [attribute(TYPE.useCandidate, Buffer.alloc(0))] : []),
    ...(mapped ? [attribute(TYPE.xorMapped, masked(mapped, transaction))] : []),
    ...(error ? [attribute(TYPE.error, errorBytes(error))] : []),
  ]
}

function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4)
  bytes.writeUInt16BE(type, 0)
  bytes.writeUInt16BE(value.length, 2)
  bytes.set(value, 4)
  return bytes
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function longWord(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt.asUintN(64, value))
  return bytes
}

function errorBytes({code, reason}: {readonly code: number; readonly reason: string}): Buffer {
  return Buffer.concat([Buffer.from([0, 0, Math.floor(code / 100), code % 100]), Buffer.from(reason, 'utf8')])
}

/** Section 14.2. */
function masked(
  {address, port}: {readonly address: string; readonly port: number},
  transaction: Buffer,
): Buffer {
  const mask = Buffer.concat([word(COOKIE), transaction])
  const octets = addressBytes(address)
  const bytes = Buffer.from([0, octets.length === 4 ? 1 : 2, 0, 0, ...octets])
  bytes.writeUInt16BE(port ^ (COOKIE >>> 16), 2)
  for (let at = 0; at < octets.length; at++) bytes[4 + at] = (octets[at] ?? 0) ^ (mask[at] ?? 0)
  return bytes
}

/** The length field counts what follows as if `more` octets were there already. */
function withLength(bytes: Buffer, more: number): Buffer {
  const copy = Buffer.from(bytes)
  copy.writeUInt16BE(bytes.length - HEADER + more, 2)
  return copy
}

function proofOf(bytes: Uint8Array, password: string): Buffer {
  return createHmac('sha1', password).update(bytes).digest()
}

export interface PeerMessage extends StunMessage {
  readonly username: string | null
  readonly priority: number | null
  readonly role: {readonly name: 'controlling' | 'controlled'; readonly tieBreaker: bigint} | null
  readonly nominate: boolean
  /** Whether its integrity proves that the sender knows the password. */
  proves(password: string): boolean
}

/** Reads one message; throws `StunError` and nothing else for octets that are none. */
export function decodePeerMessage(data: Uint8Array): PeerMessage {
  const message = decodeStun(data)
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const found = attributesIn(bytes)
  const value = (type: number): Buffer | null => found.get(type)?.value ?? null
  const username = value(TYPE.username)
  const priority = value(TYPE.priority)
  return {
    ...message,
    username: username && username.toString('utf8'),
    priority: priority?.length === 4 ? priority.readUInt32BE(0) : null,
    role: roleOf(value(TYPE.controlling), value(TYPE.controlled)),
    nominate: found.has(TYPE.useCandidate),
    proves: (password) => isProven(bytes, found.get(TYPE.integrity), password),
  }
}

interface Found {
  readonly at: number
  readonly value: Buffer
}

/** The first of each type, up to the integrity: what follows is not protected by it. */
function attributesIn(bytes: Buffer): ReadonlyMap<number, Found> {
  const found = new Map<number, Found>()
  for (let at = HEADER; at + 4 <= bytes.length;) {
    const type = bytes.readUInt16BE(at)
    const length = bytes.readUInt16BE(at + 2)
    if (!found.has(type)) found.set(type, {at, value: bytes.subarray(at + 4, at + 4 + length)})
    if (type === TYPE.integrity) break
    at += 4 + Math.ceil(length / 4) * 4
  }
  return found
}

function roleOf(controlling: Buffer | null, controlled: Buffer | null): PeerMessage['role'] {
  if (controlling?.length === 8) return {name: 'controlling', tieBreaker: controlling.readBigUInt64BE(0)}
  if (controlled?.length === 8) return {name: 'controlled', tieBreaker: controlled.readBigUInt64BE(0)}
  return null
}

function isProven(bytes: Buffer, integrity: Found | undefined, password: string): boolean {
  if (integrity?.value.length !== 20) return false
  const before = withLength(bytes.subarray(0, integrity.at), 24)
  return timingSafeEqual(proofOf(before, password), integrity.value)
}

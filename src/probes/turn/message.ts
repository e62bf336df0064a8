/** TURN messages on the wire (RFC 8656 section 18) with long-term credentials (RFC 8489 section 9.2). Pure. */
import {createHash, createHmac, timingSafeEqual} from 'node:crypto'
import {addressBytes} from '../dns/address-bytes.ts'
import {crc32} from '../stun/crc32.ts'
import {
  type Endpoint,
  StunError,
  type StunMessage,
  decodeStun,
  endpoint,
  readAttributes,
  unmasked,
} from '../stun/message.ts'

export {StunError} from '../stun/message.ts'

const COOKIE = 0x2112_a442
const HEADER = 20
const FINGERPRINT_XOR = 0x5354_554e
const UDP = 17
const TYPE = {
  username: 0x0006,
  integrity: 0x0008,
  lifetime: 0x000d,
  peer: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  relayed: 0x0016,
  family: 0x0017,
  transport: 0x0019,
  fingerprint: 0x8028,
} as const

/** The 14 bits of a request's or indication's type (RFC 8489 section 5). */
const TYPES = {
  allocate: 0x0003,
  refresh: 0x0004,
  permission: 0x0008,
  send: 0x0016,
} as const
export const METHODS = {allocate: 3, refresh: 4, data: 7, permission: 8} as const

/** What the server's challenge gave, and what answers it. */
export interface Credentials {
  readonly user: string
  readonly realm: string
  readonly nonce: Uint8Array
  /** 16 octets. */
  readonly key: Uint8Array
}

export interface TurnRequest {
  readonly type: keyof typeof TYPES
  /** 12 octets. */
  readonly transaction: Uint8Array
  readonly credentials?: Credentials | null
  /** Of an allocation: the family of the relayed address, where it is not the one of IPv4. */
  readonly family?: 4 | 6
  /** Of a refresh; 0 gives the allocation back. In seconds. */
  readonly lifetime?: number
  readonly peer?: Endpoint
  readonly data?: Uint8Array
}

/** RFC 8489 section 9.2.2: the key of long-term credentials, with MD5 as servers of today do it. */
export function longTermKey(user: string, realm: string, password: string): Uint8Array {
  return createHash('md5').update(`${user}:${realm}:${password}`, 'utf8').digest()
}

export function encodeTurn(request: TurnRequest): Uint8Array {
  const {type, transaction, credentials} = request
  const head = Buffer.alloc(HEADER)
  head.writeUInt16BE(TYPES[type], 0)
  head.writeUInt32BE(COOKIE, 4)
  head.set(transaction.subarray(0, 12), 8)
  let bytes = withLength(Buffer.concat([head, ...attributesOf(request)]), 0)
  if (credentials) {
    const proof = proofOf(withLength(bytes, 24), credentials.key)
    bytes = Buffer.concat([withLength(bytes, 24), attribute(TYPE.integrity, proof)])
  }
  const sealed = withLength(bytes, 8)
  return Buffer.concat([sealed, attribute(TYPE.fingerprint, word((crc32(sealed) ^ FINGERPRINT_XOR) >>> 0))])
}

function attributesOf(request: TurnRequest): readonly Buffer[] {
  const {type, transaction, credentials, family, lifetime, peer, data} = request
  return [
    ...(type === 'allocate' ? [attribute(TYPE.transport, Buffer.of(UDP, 0, 0, 0))] : []),
    ...(family === 6 ? [attribute(TYPE.family, Buffer.of(2, 0, 0, 0))] : []),
    ...(lifetime === undefined ? [] : [attribute(TYPE.lifetime, word(lifetime))]),
    ...(peer ? [attribute(TYPE.peer, masked(peer, transaction))] : []),
    ...(data ? [attribute(TYPE.data, data)] : []),
    ...(credentials
      ? [
          attribute(TYPE.username, Buffer.from(credentials.user, 'utf8')),
          attribute(TYPE.realm, Buffer.from(credentials.realm, 'utf8')),
          attribute(TYPE.nonce, credentials.nonce),
        ]
      : []),
  ]
}

function attribute(type: number, value: Uint8Array): Buffer {
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

/** XOR-PEER-ADDRESS; masking twice gives the address back. */
function masked({address, port}: Endpoint, transaction: Uint8Array): Buffer {
  const octets = addressBytes(address)
  const plain = Buffer.from([0, octets.length === 4 ? 1 : 2, 0, 0, ...octets])
  plain.writeUInt16BE(port, 2)
  return unmasked(plain, Buffer.from(transaction))
}

/** The length field counts what follows as if `more` octets were there already. */
function withLength(bytes: Buffer, more: number): Buffer {
  const copy = Buffer.from(bytes)
  copy.writeUInt16BE(bytes.length - HEADER + more, 2)
  return copy
}

function proofOf(bytes: Uint8Array, key: Uint8Array): Buffer {
  return createHmac('sha1', key).update(bytes).digest()
}

export interface TurnMessage extends StunMessage {
  readonly realm: string | null
  /** As sent: it goes back octet by octet. */
  readonly nonce: Uint8Array | null
  readonly relayed: Endpoint | null
  /** In seconds. */
  readonly lifetime: number | null
  readonly peer: Endpoint | null
  readonly data: Uint8Array | null
  /** Whether its integrity proves that the sender knows the key. */
  proves(key: Uint8Array): boolean
}

/** Reads one message; throws `StunError` and nothing else for octets that are none. */
export function decodeTurn(octets: Uint8Array): TurnMessage {
  const message = decodeStun(octets)
  const bytes = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
  const found = readAttributes(bytes)
  const transaction = bytes.subarray(8, HEADER)
  const address = (type: number): Endpoint | null => {
    const value = found.get(type)
    return value ? endpoint(unmasked(value, transaction)) : null
  }
  const lifetime = found.get(TYPE.lifetime)
  return {
    ...message,
    realm: found.get(TYPE.realm)?.toString('utf8') ?? null,
    nonce: found.get(TYPE.nonce) ?? null,
    relayed: address(TYPE.relayed),
    lifetime: lifetime?.length === 4 ? lifetime.readUInt32BE(0) : null,
    peer: address(TYPE.peer),
    data: found.get(TYPE.data) ?? null,
    proves: (key) => isProven(bytes, found.get(TYPE.integrity), key),
  }
}

/** `integrity` is a part of `bytes`. */
function isProven(bytes: Buffer, integrity: Buffer | undefined, key: Uint8Array): boolean {
  if (integrity?.length !== 20) return false
  const at = integrity.byteOffset - bytes.byteOffset - 4
  return timingSafeEqual(proofOf(withLength(bytes.subarray(0, at), 24), key), integrity)
}

/** How long the first message in a stream is; null while that can't be told. Throws `StunError` for what is no message. */
export function lengthOfFirst(bytes: Buffer): number | null {
  const [first] = bytes
  if (first === undefined) return null
  if (first >= 0x40) throw new StunError('its first two bits are not zero')
  return bytes.length < 4 ? null : HEADER + bytes.readUInt16BE(2)
}

/** The server's handshake messages (RFC 8446 §4, RFC 5246 §7.4), as far as they tell something about it. */
import {ByteReader} from './bytes.ts'
import {isKnownGroup} from './registry.ts'

export const MESSAGE = {
  serverHello: 2,
  newSessionTicket: 4,
  encryptedExtensions: 8,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  finished: 20,
  certificateStatus: 22,
  keyUpdate: 24,
} as const

const EXTENSION = {
  statusRequest: 5,
  preSharedKey: 41,
  supportedVersions: 43,
  authorities: 47,
  keyShare: 51,
} as const

export interface HandshakeMessage {
  readonly type: number
  readonly body: Uint8Array
}

/** A message can't be larger than this in practice; a longer length field means damage. */
const LONGEST = 1_048_576

/** Takes complete messages off the front; `rest` is the beginning of the next one, or null when it is damaged. */
export function splitMessages(bytes: Uint8Array): {
  readonly messages: readonly HandshakeMessage[]
  readonly rest: Uint8Array | null
} {
  const messages: HandshakeMessage[] = []
  let rest = bytes
  while (rest.length >= 4) {
    const reader = new ByteReader(rest)
    const type = reader.number(1)
    const length = reader.number(3)
    if (length > LONGEST) return {messages, rest: null}
    if (reader.left < length) break
    messages.push({type, body: reader.take(length)})
    rest = rest.subarray(4 + length)
  }
  return {messages, rest}
}

export interface ServerHello {
  /** The version in force, from `supported_versions` where it is given. */
  readonly version: number
  readonly cipher: number
  /** From `key_share`: TLS 1.3 only. */
  readonly group: number | null
  /** The server asks for another key share, and its real ServerHello follows (RFC 8446 §4.1.4). */
  readonly retry: boolean
  /** It accepted a pre-shared key: the session is resumed. */
  readonly resumed: boolean
}

/** SHA-256 of "HelloRetryRequest", which such a message has for its random (RFC 8446 §4.1.3). */
const RETRY_RANDOM = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c'

/** Null when the message is damaged. */
export function parseServerHello(body: Uint8Array): ServerHello | null {
  const reader = new ByteReader(body)
  const legacyVersion = reader.number(2)
  const random = reader.take(32)
  reader.vector(1)
  const cipher = reader.number(2)
  reader.take(1)
  if (reader.short) return null
  const extensions = reader.left > 0 ? parseExtensions(reader.vector(2)) : new Map<number, Uint8Array>()
  if (reader.short || !extensions) return null
  const version = extensions.get(EXTENSION.supportedVersions)
  const share = extensions.get(EXTENSION.keyShare)
  return {
    version: version ? new ByteReader(version).number(2) : legacyVersion,
    cipher,
    group: share ? new ByteReader(share).number(2) : null,
    retry: toHex(random) === RETRY_RANDOM,
    resumed: extensions.has(EXTENSION.preSharedKey),
  }
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

function parseExtensions(bytes: Uint8Array): Map<number, Uint8Array> | null {
  const reader = new ByteReader(bytes)
  const extensions = new Map<number, Uint8Array>()
  reader.each(() => extensions.set(reader.number(2), reader.vector(2)))
  return reader.short ? null : extensions
}

export interface CertificateMessage {
  /** DER, leaf first, as the server sent them. */
  readonly chain: readonly Uint8Array[]
  /** The stapled OCSP response of the leaf (TLS 1.3 carries it here). */
  readonly ocsp: Uint8Array | null
}

/** Null when the message is damaged. */
export function parseCertificate(body: Uint8Array, tls13: boolean): CertificateMessage | null {
  const outer = new ByteReader(body)
  if (tls13) outer.vector(1)
  const list = new ByteReader(outer.vector(3))
  const chain: Uint8Array[] = []
  let ocsp: Uint8Array | null = null
  let sound = !outer.short
  list.each(() => {
    chain.push(list.vector(3))
    if (!tls13) return
    const extensions = parseExtensions(list.vector(2))
    if (!extensions) sound = false
    const status = extensions?.get(EXTENSION.statusRequest)
    if (status && chain.length === 1) ocsp = parseCertificateStatus(status)
  })
  return sound && !list.short ? {chain, ocsp} : null
}

/** The OCSP response of a CertificateStatus (RFC 6066 §8); null when there is none in it. */
export function parseCertificateStatus(body: Uint8Array): Uint8Array | null {
  const reader = new ByteReader(body)
  const type = reader.number(1)
  const response = reader.vector(3)
  return type === 1 && !reader.short && response.length > 0 ? response : null
}

/** The distinguished names (DER) of the issuers that the server accepts for a client certificate. */
export function parseCertificateRequest(body: Uint8Array, tls13: boolean): readonly Uint8Array[] {
  const reader = new ByteReader(body)
  reader.vector(1)
  let names: Uint8Array
  if (tls13) {
    const authorities = parseExtensions(reader.vector(2))?.get(EXTENSION.authorities)
    names = authorities ? new ByteReader(authorities).vector(2) : new Uint8Array()
  } else {
    const rest = reader.vector(2)
    // TLS 1.0 and 1.1 have no list of signature algorithms between the types and the names.
    names = reader.left > 0 ? reader.vector(2) : rest
  }
  const list = new ByteReader(names)
  const issuers: Uint8Array[] = []
  list.each(() => issuers.push(list.vector(2)))
  return reader.short || list.short ? [] : issuers
}

export type KeyExchange = {readonly group: number} | {readonly dheBits: number}

/**
 * What a ServerKeyExchange of TLS 1.2 or older uses. ECDHE begins with type 3 and the curve's number; DHE begins
 * with the length of its prime, which can only look the same for a curve number that doesn't exist.
 */
export function parseKeyExchange(body: Uint8Array): KeyExchange | null {
  const reader = new ByteReader(body)
  const type = reader.number(1)
  const group = reader.number(2)
  if (!reader.short && type === 3 && isKnownGroup(group)) return {group}
  const prime = new ByteReader(body)
  const octets = prime.vector(2)
  return prime.short || octets.length < 32 ? null : {dheBits: octets.length * 8}
}

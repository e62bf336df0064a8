/**
 * Decrypts the server's side of a TLS 1.3 connection of our own, with the secrets that our library logged. So a
 * CertificateRequest, the chain as it was really sent, and alerts can be seen although they are encrypted.
 */
import {createDecipheriv, createHmac, createSecretKey, type KeyObject} from 'node:crypto'
import type {TlsRecord} from './records.ts'

interface Suite {
  readonly cipher: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305'
  readonly hash: 'sha256' | 'sha384'
  readonly keyLength: number
}

const SUITES: Readonly<Record<number, Suite>> = {
  0x1301: {cipher: 'aes-128-gcm', hash: 'sha256', keyLength: 16},
  0x1302: {cipher: 'aes-256-gcm', hash: 'sha384', keyLength: 32},
  0x1303: {cipher: 'chacha20-poly1305', hash: 'sha256', keyLength: 32},
}

const TAG = 16
const IV = 12

interface Decrypted {
  readonly type: number
  readonly content: Uint8Array
}
export interface RecordDecrypter {
  /** The inner record, or null when it doesn't decrypt: damaged, or other keys are in force. */
  open(record: TlsRecord): Decrypted | null
}

/** Null for a suite we don't have. Each record has to be passed in, in order, since its number is the nonce. */
export function recordDecrypter(cipherSuite: number, secret: Uint8Array): RecordDecrypter | null {
  const suite = SUITES[cipherSuite]
  if (!suite) return null
  // Key objects: Node takes several times as long to look at the bytes of a key at each use.
  const base = createSecretKey(secret)
  const key = createSecretKey(expandLabel(suite.hash, base, 'key', suite.keyLength))
  const iv = expandLabel(suite.hash, base, 'iv', IV)
  let sequence = 0
  return {
    open: (record) => {
      const inner = decrypt(suite, key, nonce(iv, sequence), record)
      sequence += 1
      return inner === null ? null : unpad(inner)
    },
  }
}

function decrypt(suite: Suite, key: KeyObject, iv: Uint8Array, record: TlsRecord): Uint8Array | null {
  const {fragment} = record
  if (fragment.length < TAG) return null
  try {
    // One call per cipher name would only repeat this for the type checker's sake.
    const decipher = createDecipheriv(suite.cipher as 'aes-128-gcm', key, iv, {authTagLength: TAG})
    decipher.setAAD(record.header)
    decipher.setAuthTag(fragment.subarray(fragment.length - TAG))
    const text = decipher.update(fragment.subarray(0, fragment.length - TAG))
    decipher.final()
    return text
  } catch {
    return null
  }
}

/** RFC 8446 §5.3: the record's number, padded to the left, exclusive-or the static iv. */
function nonce(iv: Uint8Array, sequence: number): Uint8Array {
  const result = Uint8Array.from(iv)
  new DataView(result.buffer).setUint32(IV - 4, new DataView(result.buffer).getUint32(IV - 4) ^ sequence)
  return result
}

/** RFC 8446 §5.2: content, its type, then any number of zeros. */
function unpad(inner: Uint8Array): Decrypted | null {
  const end = inner.findLastIndex((octet) => octet !== 0)
  return end < 0 ? null : {type: inner[end] ?? 0, content: inner.subarray(0, end)}
}

/** HKDF-Expand-Label of RFC 8446 §7.1 with an empty context, for results that fit into one block of the hash. */
function expandLabel(hash: Suite['hash'], secret: KeyObject, label: string, length: number): Uint8Array {
  const full = Buffer.from(`tls13 ${label}`, 'latin1')
  const info = Buffer.concat([Buffer.from([0, length, full.length]), full, Buffer.from([0, 1])])
  return createHmac(hash, secret).update(info).digest().subarray(0, length)
}

/** The secret of `label` in lines of the NSS key log format; null when it isn't there. */
export function findSecret(lines: readonly string[], label: string): Uint8Array | null {
  for (const line of lines) {
    const [name, , secret] = line.trim().split(' ')
    if (name === label && secret !== undefined && /^[0-9a-f]+$/i.test(secret))
      return Buffer.from(secret, 'hex')
  }
  return null
}

/** What the server said, read from its own bytes: independent of what the TLS library cares to tell. */
import type {TlsTranscript} from '../../core/ports.ts'
import {findSecret, recordDecrypter, type RecordDecrypter} from './decrypt.ts'
import {
  MESSAGE,
  parseCertificate,
  parseCertificateRequest,
  parseCertificateStatus,
  parseKeyExchange,
  parseServerHello,
  splitMessages,
  type HandshakeMessage,
  type ServerHello,
} from './handshake.ts'
import {cipherName, groupName, versionName} from './registry.ts'
import {CONTENT, parseAlert, splitRecords, type TlsAlert, type TlsRecord} from './records.ts'

export interface ServerSide {
  /** How many bytes the server sent before the look at them ended. */
  readonly bytes: number
  /** The first bytes, when they are no TLS record; null when they are, or nothing came. */
  readonly foreign: Uint8Array | null
  readonly hello: ServerHello | null
  readonly version: string | null
  readonly cipher: string | null
  readonly group: string | null
  readonly resumed: boolean
  /** DER, leaf first, as sent; null when no Certificate message was seen. */
  readonly chain: readonly Uint8Array[] | null
  readonly ocsp: Uint8Array | null
  /** False only when the place where it would have stood was seen; null when it could not be. */
  readonly certificateRequested: boolean | null
  /** Issuers the server accepts for client certificates (DER names). */
  readonly acceptedIssuers: readonly Uint8Array[]
  /** The last alert other than close_notify; close_notify itself when there was nothing else. */
  readonly alert: TlsAlert | null
  /** A message or record that can't be right. */
  readonly damaged: boolean
}

type Mutable<T> = {-readonly [K in keyof T]: T[K]}

/** Reads the transcript as far as it can be understood. Never throws. */
export function readTranscript(transcript: TlsTranscript): ServerSide {
  const {records, ends} = splitRecords(transcript.received)
  const side: Mutable<ServerSide> = {
    bytes: transcript.received.length,
    foreign: ends === 'foreign' && records.length === 0 ? transcript.received : null,
    hello: null,
    version: null,
    cipher: null,
    group: null,
    resumed: false,
    chain: null,
    ocsp: null,
    certificateRequested: null,
    acceptedIssuers: [],
    alert: null,
    damaged: ends === 'foreign' && records.length > 0,
  }
  new Reader(side, transcript.secrets).read(records)
  return side
}

class Reader {
  readonly #side: Mutable<ServerSide>
  readonly #secrets: readonly string[]
  #pending: Uint8Array = new Uint8Array()
  #keys: RecordDecrypter | null = null
  /** Nothing that follows can be read: encryption without keys. */
  #blind = false

  constructor(side: Mutable<ServerSide>, secrets: readonly string[]) {
    this.#side = side
    this.#secrets = secrets
  }

  read(records: readonly TlsRecord[]): void {
    for (const record of records) {
      if (this.#blind) return
      this.#record(record)
    }
  }

  #record(record: TlsRecord): void {
    const tls13 = this.#isTls13()
    if (record.type === CONTENT.changeCipherSpec) {
      // In TLS 1.3 it means nothing (RFC 8446 §D.4); before, everything after it is encrypted.
      this.#blind = !tls13 && this.#side.hello !== null
      return
    }
    if (record.type !== CONTENT.applicationData) return this.#content(record.type, record.fragment)
    if (!tls13) return
    this.#keys ??= this.#takeKeys('SERVER_HANDSHAKE_TRAFFIC_SECRET')
    const inner = this.#keys?.open(record) ?? null
    if (inner) this.#content(inner.type, inner.content)
    else this.#blind = true
  }

  #content(type: number, content: Uint8Array): void {
    if (type === CONTENT.alert) {
      const alert = parseAlert(content)
      if (alert && (alert.number !== 0 || this.#side.alert === null)) this.#side.alert = alert
    }
    if (type !== CONTENT.handshake) return
    const {messages, rest} = splitMessages(Buffer.concat([this.#pending, content]))
    this.#pending = rest ?? new Uint8Array()
    this.#side.damaged ||= rest === null
    for (const message of messages) this.#message(message)
  }

  #message({type, body}: HandshakeMessage): void {
    const side = this.#side
    switch (type) {
      case MESSAGE.serverHello:
        return this.#serverHello(parseServerHello(body))
      case MESSAGE.certificate: {
        const certificate = parseCertificate(body, this.#isTls13())
        side.damaged ||= certificate === null
        side.chain = certificate?.chain ?? side.chain
        side.ocsp = certificate?.ocsp ?? side.ocsp
        return
      }
      case MESSAGE.certificateStatus:
        side.ocsp = parseCertificateStatus(body)
        return
      case MESSAGE.serverKeyExchange: {
        const exchange = parseKeyExchange(body)
        if (exchange) side.group = 'group' in exchange ? groupName(exchange.group) : `dhe${exchange.dheBits}`
        return
      }
      case MESSAGE.certificateRequest:
        side.certificateRequested = true
        side.acceptedIssuers = parseCertificateRequest(body, this.#isTls13())
        return
      case MESSAGE.serverHelloDone:
        side.certificateRequested ??= false
        return
      case MESSAGE.finished:
        side.certificateRequested ??= false
        this.#keys = this.#takeKeys('SERVER_TRAFFIC_SECRET_0')
        return
      case MESSAGE.keyUpdate:
        this.#blind = true
        return
      default:
        return
    }
  }

  #serverHello(hello: ServerHello | null): void {
    const side = this.#side
    side.damaged ||= hello === null
    if (!hello) return
    side.group = hello.group === null ? side.group : groupName(hello.group)
    if (hello.retry) return
    side.hello = hello
    side.version = versionName(hello.version)
    side.cipher = cipherName(hello.cipher)
    side.resumed = hello.resumed
  }

  #isTls13(): boolean {
    return this.#side.hello?.version === 0x0304
  }

  /** Without the secret, or for a suite we don't have, the rest stays unread. */
  #takeKeys(label: string): RecordDecrypter | null {
    const secret = findSecret(this.#secrets, label)
    const keys = secret ? recordDecrypter(this.#side.hello?.cipher ?? 0, secret) : null
    this.#blind ||= keys === null
    return keys
  }
}

/** The door through which a connection is upgraded to TLS. */
import type {ByteStream, NetError} from './ports.ts'
import type {Millis} from './units.ts'

/** Versions by OpenSSL's names, oldest first. */
export const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const
export type TlsVersion = (typeof TLS_VERSIONS)[number]

export interface TlsClientOptions {
  readonly min: TlsVersion
  readonly max: TlsVersion
  /** Our own certificate (chain) and its key, both PEM. */
  readonly identity?: {readonly certificate: string; readonly key: string}
}
export interface TlsUpgradeRequest {
  /** Established and still unused; belongs to the handshake from now on, which closes it when it fails. */
  readonly stream: ByteStream
  /** The name of the SNI extension; null sends none. */
  readonly servername: string | null
  readonly alpn: readonly string[]
  /** A session of an earlier connection, to be resumed. */
  readonly session?: Uint8Array
  readonly signal: AbortSignal
}
/** What a handshake left behind, for those who want to know more than the library tells. */
export interface TlsTranscript {
  /** The first bytes that the server sent, as they were on the wire; at most 256 KiB. */
  readonly received: Uint8Array
  /** True when the bytes end because the limit was reached. */
  readonly cut: boolean
  /** Lines in the NSS key log format: secrets of this one connection, never to be written anywhere. */
  readonly secrets: readonly string[]
}
export type TlsUpgradeResult =
  | {readonly status: 'secure'; readonly connection: TlsConnection; readonly took: Millis}
  | {
      readonly status: 'failed'
      readonly error: NetError
      readonly transcript: TlsTranscript
      readonly took: Millis
    }
  | {readonly status: 'aborted'; readonly transcript: TlsTranscript; readonly took: Millis}

/** A completed handshake. Nothing about the certificates has been judged. */
export interface TlsConnection {
  readonly version: string
  /** IANA name of the suite. */
  readonly cipher: string
  readonly alpn: string | null
  readonly resumed: boolean
  /** The leaf certificate, DER; that of the first handshake when resumed. */
  readonly certificate: Uint8Array | null
  /** The plain text inside; its `close` says close_notify first. */
  readonly stream: ByteStream
  transcript(): TlsTranscript
  /** The newest session the server gave for resumption, if any. */
  session(): Uint8Array | null
  /**
   * Waits for the server's first word after the handshake. `accepted`: a ticket or data, so it has taken our part
   * of the handshake. In TLS 1.3 a server that refuses the client's certificate says so only here (RFC 8446 §4.4.2).
   */
  settled(signal: AbortSignal): Promise<TlsSettled>
}
export type TlsSettled =
  | {readonly type: 'accepted'}
  | {readonly type: 'end'}
  | {readonly type: 'error'; readonly error: NetError}
  | {readonly type: 'aborted'}

export interface TlsClient {
  upgrade(request: TlsUpgradeRequest): Promise<TlsUpgradeResult>
}
export interface TlsDoor {
  /**
   * Rejects with a `UserError` when the identity is unusable. One client serves many connections. The first one of
   * a process takes a few milliseconds, so that the first handshake is not slower than the others.
   */
  client(options: TlsClientOptions): Promise<TlsClient>
  /**
   * Trusted roots as PEM texts: those of the operating system, or those that Node brings along (and
   * NODE_EXTRA_CA_CERTS). Empty when there are none. Read once per process.
   */
  roots(store: 'system' | 'bundled'): Promise<readonly string[]>
}

/**
 * What a fault makes a userspace proxy do: toxics of the bytes or datagrams that pass, or a front that speaks the
 * protocol in the server's place. Travels to agents as JSON.
 */
import type {Millis, Ratio} from './units.ts'

/** A toxic by the words of the proxy's API: times in milliseconds, `rate` in 1000 bytes per second. */
export interface ToxicEffect {
  readonly type: 'toxic'
  readonly kind: string
  readonly stream: 'upstream' | 'downstream'
  /** Share of connections (of datagrams, with UDP) that it acts on. */
  readonly toxicity: Ratio
  readonly attributes: Readonly<Record<string, number>>
  /** Absent: whatever the proxy passes and the kind can act on. */
  readonly protocol?: 'tcp' | 'udp'
}

/** Which of the questions, handshakes or requests that fit a front's fault acts on. */
export interface FrontChoice {
  /** So many pass before the fault begins. */
  readonly after?: number | undefined
  /** It ends after so many. */
  readonly first?: number | undefined
  /** Of those in between; drawn by the seed. */
  readonly share?: Ratio | undefined
}

/** What is answered in place of the real answer. */
export const DNS_ANSWERS = [
  ...['nxdomain', 'servfail', 'refused', 'notimp', 'formerr'],
  ...['nodata', 'drop', 'truncated', 'malformed', 'wrong'],
] as const
export type DnsFrontAnswer = (typeof DNS_ANSWERS)[number]

export interface DnsFrontEffect {
  readonly type: 'dns'
  readonly choice: FrontChoice
  /** `api.test`, or `*.api.test` for all below it; absent: every name. */
  readonly names?: readonly string[] | undefined
  /** Such as A and AAAA; absent: every type. */
  readonly types?: readonly string[] | undefined
  readonly delay: Millis
  /** Absent: the real answer, after the delay. */
  readonly answer?: DnsFrontAnswer | undefined
  /** Of `wrong`. */
  readonly addresses: readonly string[]
  readonly ttl: number
}

export const CERTIFICATE_DEFECTS = [
  ...['expired', 'not-yet-valid', 'self-signed', 'wrong-name', 'unknown-issuer'],
  ...['missing-intermediate', 'wrong-usage', 'weak-key', 'weak-signature', 'revoked', 'none'],
] as const
/** `none` is a good certificate of the front's own. */
export type CertificateDefect = (typeof CERTIFICATE_DEFECTS)[number]

/** What happens at a point of the handshake. `malformed` is a record of the handshake with random content, `garbage` no TLS at all. */
export const HANDSHAKE_ENDS = ['silence', 'fin', 'reset', 'malformed', 'garbage', 'plaintext'] as const
export type HandshakeEnd = (typeof HANDSHAKE_ENDS)[number]

/** `hello`: after the client's, nothing was said; `server-hello`: after the server's first record; `finished`: after the client's last. */
export const HANDSHAKE_POINTS = ['hello', 'server-hello', 'finished'] as const
export type HandshakePoint = (typeof HANDSHAKE_POINTS)[number]

export const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const
export type TlsVersionName = (typeof TLS_VERSIONS)[number]

export interface TlsFrontEffect {
  readonly type: 'tls'
  readonly choice: FrontChoice
  /** Names asked for by SNI; absent: whatever is asked for. */
  readonly names?: readonly string[] | undefined
  /** The front ends TLS itself, with such a certificate and these limits. */
  readonly certificate?: CertificateDefect | undefined
  readonly minVersion?: TlsVersionName | undefined
  readonly maxVersion?: TlsVersionName | undefined
  /** In OpenSSL's words. */
  readonly ciphers?: string | undefined
  /** All that the front would agree to; empty: it knows no ALPN. */
  readonly alpn?: readonly string[] | undefined
  /** Number of the alert that answers the client's hello (RFC 8446 section 6). */
  readonly alert?: number | undefined
  readonly end?: {readonly at: HandshakePoint; readonly how: HandshakeEnd} | undefined
}

export interface HttpFrontEffect {
  readonly type: 'http'
  readonly choice: FrontChoice
  readonly methods?: readonly string[] | undefined
  /** Beginnings of paths; absent: every path. */
  readonly paths?: readonly string[] | undefined
  /** Nothing is said for so long. */
  readonly delay: Millis
  /** Answered in place of the server, which is not asked. */
  readonly status?: number | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** The credentials that come first are no longer good: 401 until others are sent, or until this path was asked. */
  readonly token?: {readonly refresh?: string | undefined} | undefined
  /** The status line and headers take so long, byte by byte. */
  readonly headerTime: Millis
  /** Bytes per second of the body. */
  readonly bodyRate?: number | undefined
  /** The body ends after this share of it, in an orderly way or by a reset. */
  readonly cut?: {readonly share: Ratio; readonly how: 'fin' | 'reset'} | undefined
  /** The connection ends after the answer: as announced by a header, or without a word. */
  readonly close?: 'announced' | 'silently' | undefined
}

/** The last two end nothing: pongs come late, or are those of earlier pings. */
export const WEBSOCKET_ENDS = [
  'close',
  'fin',
  'reset',
  'silence',
  'refuse',
  'late-pongs',
  'old-pongs',
] as const
export type WebSocketEnd = (typeof WEBSOCKET_ENDS)[number]

export interface WebSocketFrontEffect {
  readonly type: 'websocket'
  readonly choice: FrontChoice
  readonly paths?: readonly string[] | undefined
  readonly end: WebSocketEnd
  /** After the upgrade; of `refuse` there is none. */
  readonly wait: Millis
  /** Of `close`: code and reason of the frame. */
  readonly code: number
  readonly reason: string
  /** Of `refuse`: the HTTP status in place of 101. */
  readonly status: number
  /** Of `late-pongs`: how late. */
  readonly by: Millis
}

export type StreamFrontEffect = TlsFrontEffect | HttpFrontEffect | WebSocketFrontEffect
export type FrontEffect = DnsFrontEffect | StreamFrontEffect
export type ProxyEffect = ToxicEffect | FrontEffect

/** One fault in force on a proxy. */
export interface ProxyFaultOrder {
  /** Unique among the faults of the proxy. */
  readonly fault: string
  /** The proxy ends it by itself after so long, should nobody else. */
  readonly lasts: Millis
  readonly effects: readonly ProxyEffect[]
}

/** Connections, datagrams, questions, handshakes or requests: looked at, and changed, by one fault. */
export interface ProxyFaultCount {
  readonly matched: number
  readonly affected: number
}

export interface ProxyCounters {
  readonly connections: number
  readonly bytes: number
  /** By fault; those that have ended keep their last count. */
  readonly faults: Readonly<Record<string, ProxyFaultCount>>
}

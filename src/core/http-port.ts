/** The door through which one HTTP request goes over a connection that is already there. */
import type {ByteStream, NetError} from './ports.ts'
import type {Bytes, Millis} from './units.ts'

export type HttpVersion = '1.1' | '2'

/** Names in the case in which they came; one entry per field line, in order. */
export type HttpHeaders = readonly (readonly [name: string, value: string])[]

export interface HttpExchangeRequest {
  /** Established, unused, and of this machine's own doors; belongs to the exchange from now on, which closes it. */
  readonly stream: ByteStream
  /** 2 only where it was agreed on by ALPN. */
  readonly version: HttpVersion
  readonly secure: boolean
  /** `host` or `host:port` as the request names it. */
  readonly authority: string
  readonly method: string
  /** Origin form: begins with a slash. */
  readonly path: string
  readonly headers: HttpHeaders
  readonly body: Uint8Array | null
  /** Octets of the body that are handed over. */
  readonly keep: Bytes
  /** Reading stops, and the connection is given up, once more than so many octets of the body have come. */
  readonly limit: Bytes
  readonly signal: AbortSignal
}

export interface HttpHead {
  readonly status: number
  /** The reason phrase; empty in HTTP/2. */
  readonly reason: string
  /** As the response itself says: `1.0`, `1.1` or `2`. */
  readonly version: string
  readonly headers: HttpHeaders
}
export interface HttpBody {
  /** The first octets, as many as were to be kept. */
  readonly bytes: Uint8Array
  /** How many came, kept or not. */
  readonly received: Bytes
  /** The limit was reached and the rest was not read. */
  readonly cut: boolean
}
/** Each step begins where the one before ended; absent when it did not begin. */
export interface HttpTimes {
  /** Until all of the request was handed to the kernel. */
  readonly request: Millis
  /** Until the first octet of the response. */
  readonly wait?: Millis
  /** Until its last octet. */
  readonly download?: Millis
}
export type HttpStep = keyof HttpTimes

interface Seen {
  readonly times: HttpTimes
  readonly head: HttpHead | null
  readonly body: HttpBody
}
export type HttpExchangeResult = Seen &
  (
    | {readonly status: 'complete'; readonly head: HttpHead}
    | {
        readonly status: 'failed'
        /** What was under way. */
        readonly step: HttpStep
        /** With the code of undici (`UND_ERR_*`), its parser (`HPE_*`), Node's HTTP/2 or the socket. */
        readonly error: NetError
        /** The first octets that came over an HTTP/1 connection, for the message. */
        readonly first: Uint8Array
      }
    /** `signal` was aborted; whose it was is in its reason. */
    | {readonly status: 'aborted'; readonly step: HttpStep}
  )

export interface HttpClient {
  /** Never throws for what the peer does. Follows no redirect and has no deadline but the signal. */
  exchange(request: HttpExchangeRequest): Promise<HttpExchangeResult>
}
export interface HttpDoor {
  /**
   * One client serves many exchanges. The first of a process takes a while, since the library is loaded and tried
   * once, so that the first exchange is not slower than the others.
   */
  client(): Promise<HttpClient>
}

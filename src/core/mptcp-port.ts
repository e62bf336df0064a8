/** The door to Multipath TCP (RFC 8684), for which Node has no option. */
import type {SubflowFacts} from './facts.ts'
import type {ByteStream, DialRequest, DialResult, NetError} from './ports.ts'
import type {Millis} from './units.ts'

export interface MptcpDoor {
  /** Null when MPTCP sockets can be opened here; else why not, and what would help. */
  missing(): Promise<{readonly text: string; readonly remedies: readonly string[]} | null>
  /** Like a TCP connection, which it is in the end when the other side does not take part. */
  connect(request: DialRequest): Promise<MptcpResult>
  /** A socket for a server: bound and not listening yet; who takes the descriptor closes it. */
  bind(request: {
    readonly address: string
    readonly port: number
  }): Promise<
    | {readonly status: 'bound'; readonly descriptor: number}
    | {readonly status: 'failed'; readonly error: NetError}
  >
  /**
   * `MPTcpExt` of /proc/net/netstat: counts all connections of this network namespace, so a difference may hold others'
   * as well. Empty where it can't be read.
   */
  counters(): Promise<Readonly<Record<string, number>>>
}

export type MptcpResult =
  | {readonly status: 'connected'; readonly connection: MptcpConnection; readonly took: Millis}
  | Exclude<DialResult, {status: 'connected'}>

export interface MptcpConnection {
  readonly stream: ByteStream
  /** As the kernel sees it now. */
  look(): MptcpLook
  /** Closes the stream as well. */
  close(): void
}

export interface MptcpLook {
  /** False after a fallback to TCP. */
  readonly used: boolean
  /** Null after a fallback, or where the kernel does not tell. */
  readonly subflows: number | null
  readonly paths: readonly {readonly local: string; readonly remote: string}[]
  /** Names the connection for ss(8), in hexadecimal; absent after a fallback. */
  readonly token?: string
  /** What each subflow does, where the kernel tells (5.16 and later). */
  readonly flows?: readonly SubflowFacts[]
  /** Most subflows that the kernel makes for it beyond the first. */
  readonly most?: number
}

/**
 * The doors to the world. Everything outside `system` receives what it needs through these, so that a test can
 * pass a fake clock, seeded randomness and scripted input and output.
 */
import type {FromAgent, ToAgent} from './agent.ts'
import type {Family} from './outcome.ts'
import type {Capability, CapabilityReport} from './capabilities.ts'
import type {Place} from './place.ts'
import type {Guards} from './guards-port.ts'
import type {HttpDoor} from './http-port.ts'
import type {PrivateSockets} from './kept-links.ts'
import type {Listen} from './listen-port.ts'
import type {MptcpDoor} from './mptcp-port.ts'
import type {NetworkChanges} from './network-port.ts'
import type {Programs} from './programs-port.ts'
import type {TlsDoor} from './tls-port.ts'
import type {Bytes, Millis} from './units.ts'

export type * from './guards-port.ts'
export type * from './http-port.ts'
export type * from './listen-port.ts'
export type * from './programs-port.ts'
export type * from './tls-port.ts'

export interface Clock {
  /** Monotonic; the origin is arbitrary but the same for all processes of this boot (CLOCK_MONOTONIC). */
  now(): Millis
  /** Wall time in milliseconds since the epoch: for labels only, never for a difference. */
  wall(): number
  /** Resolves after `ms` (any length: long sleeps are chunked). Rejects with `signal.reason` on abort. */
  sleep(ms: Millis, signal?: AbortSignal): Promise<void>
  /** Calls back once after `ms`; the returned function cancels. Keeps the process alive. */
  after(ms: Millis, callback: () => void): () => void
  /** Resolves once everything that has arrived until now was looked at. Costs no time of the clock. */
  turn(): Promise<void>
}

export interface Random {
  /** The seed in force, so that it can be printed and journaled. */
  readonly seed: number
  /** Uniform in [0, 1). */
  next(): number
  /** Another independent stream that depends only on this stream's seed and the label. */
  fork(label: string): Random
}

export interface ExecRequest {
  readonly file: string
  readonly args: readonly string[]
  readonly input?: string
  /** Ended (TERM, then KILL) after this long. */
  readonly timeout?: Millis
  readonly signal?: AbortSignal
  readonly env?: Readonly<Record<string, string>>
}
export interface ExecResult {
  /** The exit code; null when the program could not be started or was ended by a signal. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  readonly took: Millis
  readonly timedOut: boolean
  /** The program isn't there. */
  readonly notFound: boolean
}
/** Runs programs by argument array, never through a shell; a non-zero exit is a result, not an exception. */
export interface Exec {
  run(request: ExecRequest): Promise<ExecResult>
}

/** A file written by us is private (mode 0600, its folder 0700) and replaced atomically. */
export interface Files {
  readText(path: string): Promise<string | null>
  writePrivate(path: string, text: string): Promise<void>
  /** Opens for appending; every `append` is one complete line, on disk (fdatasync) when it resolves. */
  openAppend(path: string): Promise<AppendFile>
  remove(path: string): Promise<void>
  list(folder: string): Promise<readonly string[]>
}
export interface AppendFile {
  readonly path: string
  append(line: string): Promise<void>
  close(): Promise<void>
}

/** Where the kernel reported an error, read from the socket's error queue (ip(7), IP_RECVERR). */
export interface NetError {
  /** Node's or libuv's code, such as `ECONNREFUSED`. */
  readonly code: string
  readonly syscall?: string
  readonly message: string
  /** The ICMP message behind it, if there was one and the platform lets us see it. */
  readonly icmp?: {
    readonly type: number
    readonly code: number
    readonly from: string | null
    /** Made by this very machine, whose neighbour lookup (ARP, ND) failed. */
    readonly own?: boolean
  }
  /** True when our own kernel said it without sending anything. */
  readonly local?: boolean
}

export interface DialRequest {
  /** A literal address: names are resolved before, so that each address has its own outcome. */
  readonly address: string
  readonly port: number
  readonly family: Family
  readonly source?: string
  readonly interface?: string
  readonly signal: AbortSignal
}
export type DialResult =
  | {readonly status: 'connected'; readonly stream: ByteStream; readonly took: Millis}
  | {readonly status: 'failed'; readonly error: NetError; readonly took: Millis}
  /** `signal` was aborted; whose it was is in its reason. */
  | {readonly status: 'aborted'; readonly took: Millis}

/** A connected byte stream. Exactly one of the end events happens: `end`, `error`, or our own close. */
export interface ByteStream {
  readonly local: string
  readonly remote: string
  write(data: Uint8Array): Promise<NetError | null>
  /** The next chunk, the peer's orderly end, or the error that ended it. */
  read(signal: AbortSignal): Promise<StreamEvent>
  /** Orderly close (FIN). */
  close(): void
  /** Abortive close (RST). */
  reset(): void
}
export type StreamEvent =
  | {readonly type: 'data'; readonly data: Uint8Array}
  | {readonly type: 'end'}
  | {readonly type: 'error'; readonly error: NetError}
  | {readonly type: 'aborted'}

export interface Dial {
  tcp(request: DialRequest): Promise<DialResult>
}

export interface DatagramRequest {
  readonly family: Family
  readonly source?: string
  /** The local port; by default any that is free. Not for a socket that shares its port (`strangers`). */
  readonly port?: number
  readonly interface?: string
  /** Connects the socket, so that ICMP errors of this peer come back as errors. */
  readonly connect?: {readonly address: string; readonly port: number}
  /** Also delivers what others than the connected peer send to this port; `from` tells them apart. */
  readonly strangers?: boolean
  /** Reports every ICMP error with its message, and errors of an unconnected socket too; where FFI is available. */
  readonly explain?: boolean
}
export interface DatagramMessage {
  readonly data: Uint8Array
  readonly from: {readonly address: string; readonly port: number}
  readonly at: Millis
}
export interface DatagramSocket {
  readonly local: {readonly address: string; readonly port: number}
  send(data: Uint8Array, to?: {readonly address: string; readonly port: number}): Promise<NetError | null>
  onMessage(listener: (message: DatagramMessage) => void): () => void
  onError(listener: (error: NetError) => void): () => void
  close(): void
}
export interface Datagram {
  open(request: DatagramRequest): Promise<DatagramSocket | NetError>
}

/** What all echo requests through one socket share. */
export interface EchoSocketRequest {
  readonly family: Family
  /** A literal address of this machine. */
  readonly source?: string
  readonly interface?: string
  /** Time to live or hop limit of the requests, 1 to 255; absent leaves it to the kernel. */
  readonly ttl?: number
  /** Differentiated services code point of the requests, 0 to 63 (RFC 2474). */
  readonly dscp?: number
  /**
   * Nobody may fragment the requests, this machine included. What the kernel remembers of the path is not used, so
   * that each request asks the path anew; one that is larger than the own link fails with EMSGSIZE and that link's MTU.
   */
  readonly dontFragment?: boolean
}
export interface EchoRequest {
  /** A literal address; `%zone` for a link-local one. */
  readonly address: string
  /** The caller's own count; comes back in reports about late and duplicate replies. */
  readonly sequence: number
  /** Octets behind the ICMP header, 8 to 65507: the first eight prove that a reply is ours. */
  readonly size: Bytes
  readonly timeout: Millis
  readonly signal: AbortSignal
}
export type EchoResult =
  | {
      readonly status: 'reply'
      readonly rtt: Millis
      /** As it arrived; null where it can't be seen. */
      readonly ttl: number | null
      /** ICMP header and payload. */
      readonly bytes: Bytes
      readonly from: string
      /** Who stamped this one, when it was not the clock of the socket. */
      readonly clock?: EchoSocket['clock']
    }
  | {
      readonly status: 'failed'
      readonly error: NetError
      /** The MTU that the reporting router or our own kernel named. */
      readonly mtu?: Bytes
      readonly took: Millis
    }
  | {readonly status: 'timeout'; readonly took: Millis}
  | {readonly status: 'aborted'; readonly took: Millis}
/** A reply beyond the first, or after its request's deadline; it changes no result that was already given. */
export interface EchoExtra {
  readonly kind: 'duplicate' | 'late'
  readonly sequence: number
  readonly rtt: Millis
}
export interface EchoSocket {
  /** `icmp datagram socket`, `icmp raw socket` or `ping program`. */
  readonly method: string
  /** Who stamps the arrival: the kernel, or a program that was perhaps scheduled late. */
  readonly clock: 'kernel' | 'user'
  echo(request: EchoRequest): Promise<EchoResult>
  onExtra(listener: (extra: EchoExtra) => void): () => void
  /** Ends what is under way as `aborted`. */
  close(): void
}
export type EchoOpening =
  | {readonly status: 'open'; readonly socket: EchoSocket}
  /** Such as an unknown interface or a foreign source address. */
  | {readonly status: 'failed'; readonly error: NetError}
  /** No way to send an echo request here; one line per way: why not, and what would help. */
  | {readonly status: 'missing'; readonly tried: readonly string[]; readonly remedies: readonly string[]}
/** ICMP echo by the best way there is: datagram socket, raw socket, `ping` program. */
export interface Icmp {
  open(request: EchoSocketRequest): Promise<EchoOpening>
}

export interface ResolvedAddress {
  readonly address: string
  readonly family: Family
}
export interface SystemResolver {
  /** getaddrinfo(3): hosts file, mDNS and all. The error carries the EAI_* or Node code. */
  lookup(
    name: string,
    family: Family | 0,
    signal: AbortSignal,
  ): Promise<readonly ResolvedAddress[] | NetError>
  /** `nameserver`, `search` and `ndots` of resolv.conf(5). */
  configuration(): Promise<ResolverConfiguration>
}
export interface ResolverConfiguration {
  readonly servers: readonly string[]
  readonly search: readonly string[]
  readonly ndots: number
}

/** The part of the environment that programs may read; `system` alone touches `process`. */
export interface Host {
  env(name: string): string | undefined
  /** Effective user id; -1 where there is none. */
  readonly uid: number
  readonly pid: number
  /** `$XDG_STATE_HOME/netdrill` or its default; a private folder for root as well. */
  readonly stateFolder: string
  readonly runtimeFolder: string
  /** How the program is started that holds things for faults: file and first arguments; absent in tests without one. */
  readonly holder?: readonly string[]
  readonly platform: {
    readonly os: string
    readonly kernel: string
    readonly node: string
    readonly arch: string
  }
}

export interface Capabilities {
  /** Asks once per process and capability; never changes the system lastingly. */
  check(capability: Capability): Promise<CapabilityReport>
}

/** A child process of ours that speaks `core/agent.ts` over its standard input and output. */
export interface AgentProcess {
  readonly pid: number
  send(message: ToAgent): void
  onMessage(listener: (message: FromAgent) => void): () => void
  /** Why it ended; resolves exactly once. */
  readonly ended: Promise<string>
  /** Closes its input, then TERM, then KILL. */
  stop(): Promise<void>
}
export interface SpawnOptions {
  /**
   * The agent gets a new network namespace and holds it as long as it lives. `user-and-network` makes a user
   * namespace as well, in which it is root; with `network` the user namespace is that of the place.
   */
  readonly unshare?: 'network' | 'user-and-network'
  /** A new mount namespace as well, so that it can have a resolv.conf of its own. */
  readonly mounts?: boolean
}
export interface Agents {
  /** Starts an agent in the given place. Throws `UserError` (exit 6) when the place can't be entered or made. */
  spawn(place: Place, options?: SpawnOptions): Promise<AgentProcess>
}

/** Mutual exclusion between all processes of a user; a lock goes with its process, however that ends. */
export interface Locks {
  /** Waits until nobody else holds it; the returned function lets it go. */
  hold(name: string): Promise<() => Promise<void>>
}

/** All doors; a function asks for the ones it uses: `Pick<Ports, 'clock' | 'dial'>`. */
export interface Ports {
  readonly clock: Clock
  readonly random: Random
  readonly exec: Exec
  readonly files: Files
  readonly dial: Dial
  readonly listen: Listen
  readonly datagram: Datagram
  readonly icmp: Icmp
  readonly tls: TlsDoor
  readonly http: HttpDoor
  readonly mptcp: MptcpDoor
  readonly network: NetworkChanges
  readonly resolver: SystemResolver
  readonly host: Host
  readonly capabilities: Capabilities
  readonly agents: Agents
  readonly programs: Programs
  readonly locks: Locks
  readonly guards: Guards
  readonly sockets: PrivateSockets
}

/**
 * The words between the main process and its agents. An agent is a child process, perhaps in another network
 * namespace, that probes or serves there, so that round-trip times are never taken on a thread that renders.
 * One JSON document per line on standard input and output; end of input means that the main process is gone, and
 * the agent ends itself.
 */
import type {Problem} from './errors.ts'
import type {RunEvent} from './events.ts'
import type {ExitCode} from './exit-codes.ts'
import type {LinkOrder, LinkState} from './link-effects.ts'
import type {PeerSpec} from './peer-spec.ts'
import type {ProxyCounters, ProxyFaultOrder} from './proxy-effects.ts'
import type {CarriedSpec, SteerOrder} from './stream-spec.ts'
import type {Millis} from './units.ts'
import type {WatchSpec} from './watch.ts'
import type {WebhookRequest, WebhookResult} from './webhook-port.ts'

/** A server that an agent runs. `port` 0 means any free one; the answer tells which. */
export interface ServerSpec {
  readonly name: string
  readonly kind:
    'tcp-echo' | 'tls-echo' | 'dns' | 'http' | 'webhook' | 'command' | 'webrtc' | 'herd' | 'peer' | 'proxy'
  readonly address: string
  readonly port: number
  /** Of a `proxy`: where it connects to. */
  readonly upstream?: {readonly address: string; readonly port: number}
  /** Of a `proxy`: what it passes; TCP if not given. */
  readonly passes?: readonly ('tcp' | 'udp')[]
  /** Names and addresses its certificate should be valid for, beside `name` and `address`. */
  readonly names?: readonly string[]
  readonly options?: Readonly<Record<string, unknown>>
}
export interface ServingServer {
  readonly name: string
  readonly address: string
  readonly port: number
  /** PEM of the authority that signed a TLS server's certificate. */
  readonly ca?: string
}

export type ToAgent =
  | {
      readonly type: 'start'
      readonly origin: Millis
      readonly seed: number
      /** The agent holds a network namespace of its own and opens ICMP sockets to everybody in it. */
      readonly openPing?: boolean
      /** It passes packets on between its devices. */
      readonly forward?: boolean
      /** It has a mount namespace of its own, and this for resolv.conf. */
      readonly resolver?: {readonly servers: readonly string[]; readonly search: readonly string[]}
    }
  | {readonly type: 'serve'; readonly id: number; readonly servers: readonly ServerSpec[]}
  | {
      readonly type: 'impair'
      readonly id: number
      readonly proxy: string
      /** All that are in force from now on. */
      readonly faults: readonly ProxyFaultOrder[]
    }
  /** Pass the packets between two devices on from now on. */
  | {
      readonly type: 'join-link'
      readonly id: number
      readonly link: string
      readonly devices: readonly [string, string]
      readonly orders: readonly LinkOrder[]
    }
  /** Change what is done to them; the answer tells what is in force then. */
  | {
      readonly type: 'impair-link'
      readonly id: number
      readonly link: string
      readonly set?: LinkOrder
      readonly clear?: string
    }
  /** Tell the counters of all proxies now. */
  | {readonly type: 'count'; readonly id: number}
  | {
      readonly type: 'watch'
      readonly id: number
      readonly targets: readonly WatchSpec[]
      /** Streams that are carried over some of them. */
      readonly streams?: readonly CarriedSpec[]
    }
  | {readonly type: 'steer'; readonly id: number; readonly order: SteerOrder}
  /** Keep these peers until `unwatch`. */
  | {readonly type: 'keep-peers'; readonly id: number; readonly peers: readonly PeerSpec[]}
  /** What another peer of the drill tells this one, as JSON. */
  | {readonly type: 'peer-signal'; readonly id: number; readonly peer: string; readonly text: string}
  /** Post a message from here; `failed` when nobody answered. */
  | {
      readonly type: 'post'
      readonly id: number
      readonly request: Omit<WebhookRequest, 'signal'>
      readonly timeout: Millis
    }
  /** Stop probing; servers go on. */
  | {readonly type: 'unwatch'; readonly id: number}

export type FromAgent =
  | {readonly type: 'ready'; readonly pid: number}
  | {
      readonly type: 'done'
      readonly id: number
      readonly servers?: readonly ServingServer[]
      /** Of an `impair-link`. */
      readonly link?: LinkState
      /** Of a `post`. */
      readonly posted?: WebhookResult
    }
  | {
      readonly type: 'failed'
      readonly id: number
      readonly message: string
      /** Of a `UserError`: what it said and how the process should end. */
      readonly problems?: readonly Problem[]
      readonly exit?: ExitCode
    }
  | {readonly type: 'event'; readonly event: RunEvent}
  /** For a peer of the drill that another agent may keep. */
  | {readonly type: 'peer-signal'; readonly peer: string; readonly text: string}
  /** Sent before the `done` of an `impair` or `count`, and once a second when they have changed. */
  | ({readonly type: 'proxy-counters'; readonly proxy: string} & ProxyCounters)

/** Sets what a running proxy does to what passes, and reads its counters. */
export interface ProxyControl {
  readonly name: string
  /** Those that it has already go on with their state; those that are missing end. */
  impair(faults: readonly ProxyFaultOrder[]): Promise<void>
  counters(): Promise<ProxyCounters>
}

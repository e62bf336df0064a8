/** What happens to the own network of a watch, and what that means for targets. */
import type {NetworkChangeKind} from './network-port.ts'
import type {BitsPerSecond, Millis} from './units.ts'

/** What of the own machine's network is missing: the interface, its carrier, the address to send from, or the way. */
export type LinkCause = (typeof LINK_CAUSES)[number]

export const LINK_CAUSES = ['link', 'carrier', 'address', 'route'] as const

export interface InterfaceFacts {
  readonly device: string
  /** Received and sent together, as all counters here. */
  readonly packets: number
  readonly errors: number
  readonly dropped: number
  readonly carrierChanges: number
  /** Absent where nobody can tell: without a carrier, of a virtual device, of a radio. */
  readonly speed?: BitsPerSecond
  readonly duplex?: Duplex
  readonly bond?: BondFacts
}

export interface BondFacts {
  /** Such as `active-backup`. */
  readonly mode: string
  /** The member in use; null where there is none, or where all are. */
  readonly active: string | null
  /** The member that is preferred. */
  readonly primary?: string | null
  /** How the kernel judges members: by their carrier, by a neighbour's answers, or not at all. */
  readonly monitor?: 'mii' | 'arp' | null
  readonly members: readonly BondMember[]
}

export interface BondMember {
  readonly device: string
  /** `active` or `backup`. */
  readonly state: string
  /** The kernel thinks that it can be used. */
  readonly up: boolean
  /** In the kernel's words, with its waits: `up`, `going down`, `down`, `going back`. */
  readonly mii?: string
  /** How often its link has failed. */
  readonly failures: number
  /** As of its last link; null where the kernel doesn't know. */
  readonly speed?: BitsPerSecond | null
  readonly duplex?: Duplex | null
}

export type Duplex = 'full' | 'half'

export type NetworkEvent =
  | MptcpEvent
  /** Told at first, and when more than the number of packets has changed. */
  | {readonly type: 'interface-seen'; readonly interface: InterfaceFacts}
  /** An early sign: it works, and something got worse. */
  | {
      readonly type: 'interface-warning'
      readonly device: string
      /** False: what was warned of is over. */
      readonly active: boolean
      readonly because: string
    }
  /** At first, and when another member took over. */
  | {
      readonly type: 'bond-switched'
      readonly device: string
      readonly mode: string
      /** Null for none, at first, and for modes that use all. */
      readonly from: string | null
      readonly to: string | null
      readonly because: string
    }
  /** The kernel thinks otherwise of a member than before; at first, that it is down. */
  | {
      readonly type: 'bond-member'
      readonly device: string
      readonly member: string
      readonly up: boolean
      readonly failures: number
      readonly because: string
    }
  /** Which targets are reached through a bond: at first, and when that has changed. At most 256 are named. */
  | {readonly type: 'bond-used'; readonly device: string; readonly targets: readonly string[]}
  /** Of an interface that a target is reached through, or of a default route. */
  | {
      readonly type: 'network-changed'
      readonly what: NetworkChangeKind
      readonly device: string | null
      readonly subject: string
      /** Of links: it can be used after the change. */
      readonly usable?: boolean
    }
  /** What a target is reached through is gone. Known by the kernel, without any sample. */
  | {
      readonly type: 'link-lost'
      readonly target: string
      /** Null where none was known. */
      readonly device: string | null
      readonly cause: LinkCause
      readonly because: string
    }
  /** It is there again; whether the target answers is for the next sample to say. */
  | {
      readonly type: 'link-restored'
      readonly target: string
      readonly device: string | null
      readonly because: string
    }

/** How a connection that should be multipath works: on several subflows, on one, or as plain TCP. The last two are degraded. */
export const MPTCP_MODES = ['multipath', 'single-path', 'tcp'] as const
export type MptcpMode = (typeof MPTCP_MODES)[number]

export type MptcpEvent =
  | {
      readonly type: 'mptcp-changed'
      readonly target: string
      /** Null before the first sample. */
      readonly from: MptcpMode | null
      readonly to: MptcpMode
      /** Names the connection in `ss -M`; null for plain TCP. */
      readonly token: string | null
      readonly because: string
      /** Why MPTCP was tried just now: `first`, `timer`, or what had changed; null when it was not. */
      readonly trigger: string | null
      /** Until MPTCP is tried again by itself; null when that isn't planned. */
      readonly retryIn: Millis | null
    }
  /** `stalled`: it is there and nothing gets through. `closed`: the kernel has it no longer. */
  | ({readonly type: 'subflow-lost'; readonly cause: 'stalled' | 'closed'} & SubflowChange)
  | ({readonly type: 'subflow-returned'} & SubflowChange)

interface SubflowChange {
  readonly target: string
  readonly token: string
  readonly local: string
  readonly remote: string
  readonly because: string
}

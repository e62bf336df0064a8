/** What the planners know about the place a fault is to act in; gathered before, so that planning stays pure. */
import type {Capability, CapabilityReport} from '../core/capabilities.ts'
import type {KeptDevice} from '../core/kept-links.ts'
import type {NamedTable} from '../core/delay-table.ts'
import type {LinkEffect} from '../core/link-effects.ts'
import type {Place} from '../core/place.ts'
import type {ProxyEffect} from '../core/proxy-effects.ts'
import type {BitsPerSecond, Millis} from '../core/units.ts'
import type {ExpectedEffect, Step} from './fault.ts'
import type {NetworkState} from './backends/network-state.ts'
import type {ForeignRoot, ReplacedRoot} from './backends/foreign-root.ts'
import type {Snapshot} from './backends/snapshot.ts'
import type {Mix} from './join-leaves.ts'
import type {Offload} from './offload.ts'
import type {Sight} from './sight.ts'
import type {Trace} from './trace.ts'
import type {Work} from './work.ts'
import type {Scope} from './scope.ts'

/** How the device's root stands before the fault. */
export interface RootState {
  /** `default`: attached by the kernel, comes back by itself. `ours`: a tree of ours. `unknown`: tc said nothing. */
  readonly owner: 'default' | 'ours' | 'foreign' | 'unknown'
  readonly kind: string
  readonly handle: string
  /** Leaves of ours in use, by minor number. */
  readonly used: readonly number[]
}

export interface DeviceFacts {
  readonly name: string
  readonly loopback: boolean
  readonly mtu: number
  /** 0 on devices without a queue of their own. */
  readonly queueLength: number
  readonly root: RootState
  /** The bond or bridge that it is a part of; absent for one that stands for itself. */
  readonly partOf?: string
  /** A root that somebody configured, looked at because it may be replaced. */
  readonly foreign?: ForeignRoot
  /** What our root stands instead of, and what comes back when it goes. */
  readonly replaced?: ReplacedRoot
  /** What is switched off for the time of the fault. */
  readonly offload?: Offload
  /** Of an ifb: the device whose arriving packets pass it, and whether it is there already. */
  readonly ingress?: {readonly of: string; readonly there: boolean}
}

export interface Situation {
  readonly id: string
  readonly lasts: Millis
  readonly place: Place
  readonly scope: Scope
  /** Null when the scope needs no device (a partition by address). */
  readonly device: DeviceFacts | null
  /** Addresses and routes; null where the kind does not need them, or ip does not tell. */
  readonly network: NetworkState | null
  /** What the kind has looked at; null where it looks at nothing, or nothing could be seen. */
  readonly sight: Sight | null
  /** What the machine says about a capability, in this place. */
  readonly report: (capability: Capability) => CapabilityReport
  /** A proxy stands in front of the target. */
  readonly proxy: boolean
  /** netdrill itself carries the packets of the link on the device. */
  readonly carried?: boolean
  /** The device belongs to a node of a lab that another process keeps. */
  readonly kept?: KeptDevice | null
  /** The kernel must not be touched. */
  readonly proxyOnly: boolean
  /** How many times a round trip passes the fault: 2 on loopback, where both directions leave by the same device. */
  readonly crossings: 1 | 2
  /** iproute2's version as a number (6.1), null when unknown. */
  readonly tcVersion: number | null
  readonly kernelVersion: number | null
}

/** A qdisc that shapes, as tc words, and what its JSON read-back must say. */
export interface Leaf {
  readonly kind: 'netem' | 'tbf' | 'pfifo'
  readonly options: readonly string[]
  /** Paths into the `options` of `tc -j qdisc show`, with the numbers expected there. */
  readonly expect: Readonly<Record<string, number | boolean>>
  /** The class itself limits to this rate (htb without tbf). */
  readonly classRate?: BitsPerSecond
  /** Of the distributions that the words name, those that tc has to be given. */
  readonly tables?: readonly NamedTable[]
}

/** What packets of the scope must be like, to be hit. */
export type PacketMatch =
  /** Opens a TCP connection. */
  | {readonly type: 'new'}
  /** Belongs to a TCP connection from before the fault. */
  | {readonly type: 'established'}
  /** Opens a TCP connection while so many are open. */
  | {readonly type: 'over'; readonly connections: number}
  /** Larger than this with its IP header, and not to be fragmented; with the answers that say so. */
  | {readonly type: 'bigger'; readonly bytes: number}
  /** Carries the option of Multipath TCP. */
  | {readonly type: 'mptcp'; readonly part: 'any' | 'syn' | 'join'}

export interface Verdict {
  /** `strip-mptcp` lets the packet pass, without the option. */
  readonly action: 'drop' | 'reject' | 'strip-mptcp'
  /** Absent: every packet of the scope. */
  readonly match?: PacketMatch
  /** For `reject`: a TCP reset for TCP, or this ICMP answer for everything. */
  readonly answer: 'rst' | 'port-unreachable' | 'host-unreachable' | 'admin-prohibited'
  readonly direction: 'both' | 'out' | 'in'
}

/** What `ip` changes, and how it is seen. Lines are words of `ip -batch`. */
export interface NetworkChange {
  readonly do: readonly string[]
  /** In this order; a line that finds nothing to do may fail. */
  readonly undo: readonly string[]
  /** Whose addresses and routes are compared afterwards; null compares the routes of the whole place. */
  readonly device: string | null
  /** Only lines that begin so are compared; absent: all. */
  readonly about?: readonly string[]
  readonly before: Snapshot
  /** Beginnings of lines of the state that must not be there while the fault lasts. */
  readonly gone: readonly string[]
  /** Beginnings of lines that must be there. */
  readonly there: readonly string[]
  readonly hit: readonly string[]
  readonly why: string
}

/**
 * What is done to sockets, flows, settings and processes: by programs, without a device, and told from what they name.
 */
export interface Act {
  readonly steps: readonly Step[]
  readonly hit: readonly string[]
  /** How it is seen. */
  readonly trace: Trace
  /** The text of a table of ours that goes with it. */
  readonly table?: string
  /** What the holder does; it reads that in the ledger. */
  readonly work?: Work
  /** Nothing stays that would have to be undone. */
  readonly once?: true
  /** The kernel itself ends what it does when the time is over. */
  readonly timed?: true
}

interface BlueprintBase {
  /** Why this backend. */
  readonly because: string
  /** The fault in words, without the scope: `100ms delay, 5% loss`. */
  readonly words: string
  readonly effect: ExpectedEffect
  readonly warnings: readonly string[]
  readonly notes: readonly string[]
}

/** What a kind decided; `compile-plan.ts` turns it into steps. */
export type Blueprint = BlueprintBase &
  (
    | {readonly backend: 'netem' | 'tbf' | 'htb'; readonly leaf: Leaf; readonly mix: Mix}
    | {readonly backend: 'nft'; readonly verdict: Verdict}
    | {readonly backend: 'ip'; readonly change: NetworkChange}
    | {
        readonly backend: 'ss' | 'conntrack' | 'sysctl' | 'signal' | 'holder' | 'neigh' | 'prlimit' | 'cgroup'
        readonly act: Act
      }
    | {readonly backend: 'proxy'; readonly effects: readonly ProxyEffect[]}
    | {readonly backend: 'carrier'; readonly carry: LinkEffect; readonly arriving: boolean}
  )

/** The contract of a fault kind, and of the engine that puts faults in force and takes them back. */
import type * as z from 'zod'
import type {ProxyControl} from '../core/agent.ts'
import type {NamedTable} from '../core/delay-table.ts'
import type {FailureCode} from '../core/codes/index.ts'
import type {Capability} from '../core/capabilities.ts'
import type {KeptDevice} from '../core/kept-links.ts'
import type {LinkControl, LinkEffect} from '../core/link-effects.ts'
import type {Place} from '../core/place.ts'
import type {ProxyEffect} from '../core/proxy-effects.ts'
import type {ProbeKind} from '../core/target.ts'
import type {Millis, Ratio} from '../core/units.ts'

/** Programs that faults call; `holder` is netdrill's own, which keeps something until it is told to let go. */
export type ProgramName =
  | 'tc'
  | 'nft'
  | 'ip'
  | 'ss'
  | 'sysctl'
  | 'lsns'
  | 'unshare'
  | 'conntrack'
  | 'kill'
  | 'readlink'
  | 'stat'
  | 'faketime'
  | 'docker'
  | 'podman'
  | 'prlimit'
  | 'tee'
  | 'holder'

/** One program call or proxy setting. Programs get argument arrays; a batch goes to standard input. */
export type Action =
  | {
      readonly type: 'exec'
      readonly file: ProgramName
      readonly args: readonly string[]
      readonly input?: string
      /** Distributions that tc finds beside its own while it runs. */
      readonly tables?: readonly NamedTable[]
    }
  | {readonly type: 'impair'; readonly effects: readonly ProxyEffect[]}
  | {readonly type: 'impair-link'; readonly effect: LinkEffect | null}
  | {readonly type: 'none'}

/** How a step is checked after it was done: what the kernel says must equal what was asked. */
export interface Check {
  readonly type: 'tc-qdisc' | 'nft-table' | 'ip' | 'proxy' | 'link' | 'act' | 'none'
  /** What the read-back must contain, in words for people. */
  readonly expect: string
}

export interface Step {
  readonly do: Action
  readonly undo: Action
  /** What it makes is used by several faults: the last one to leave undoes it. */
  readonly shared?: true
  /** Its undo removes the leaf with this number. */
  readonly minor?: number
  /** Switches offload: undone unless another fault wants it so. */
  readonly offload?: true
  /** Belongs to several faults: the first one to leave undoes it. */
  readonly joint?: string
  /** It acts on processes, which are found here, whatever network they are in. */
  readonly onHost?: true
  /** The undo makes sense only while this very process lives. */
  readonly victim?: {readonly pid: number; readonly start: number}
  readonly verify: Check
  /** One sentence: why this step is needed. */
  readonly why: string
}

/** What the probes should see while the fault is in force; the proof compares with it. */
export interface ExpectedEffect {
  /** Added to a round trip through the scope: both directions together. */
  readonly rtt?: {readonly mean: Millis; readonly spread: Millis}
  /** Share of round trips lost through the scope. */
  readonly loss?: Ratio
  /** Nothing gets through: silently, or with an answer that says so. */
  readonly blocked?: 'drop' | 'reject'
  readonly rate?: number
  /** Samples of these probe kinds fail, with one of these codes. */
  readonly fails?: {
    readonly kinds: readonly ProbeKind[]
    readonly codes: readonly FailureCode[]
    /** Every one of them; else some of them do. */
    readonly all: boolean
  }
}

export interface FaultPlan {
  readonly id: string
  readonly name: string
  readonly kind: string
  /** Such as `netem`, `tbf`, `nft`, `proxy`. */
  readonly backend: string
  /** Why this backend was chosen. */
  readonly because: string
  /** In words: `100ms delay, 5% loss to 10.0.0.2:443`. */
  readonly summary: string
  readonly place: Place
  readonly device: string | null
  readonly lasts: Millis
  readonly steps: readonly Step[]
  /** What is hit, and what is not, in words. */
  readonly blastRadius: readonly string[]
  readonly effect: ExpectedEffect
  /** True when the kernel itself ends the fault after `lasts`. */
  readonly endsByKernel: boolean
  /** It is done once: nothing stays that would have to end. */
  readonly once?: true
  readonly warnings: readonly string[]
  /** How figures came about and what to expect; nothing to worry about. */
  readonly notes?: readonly string[]
  /** On another host; absent: on this one. */
  readonly on?: FaultHost
  /** What it was made from: `apply` plans again, since the kernel's state may have changed in between. */
  readonly request?: FaultRequest
}

/** The other host on which a fault is planned, kept and undone. */
export interface FaultHost {
  /** As in the document: `ssh://root@web`. */
  readonly name: string
  /** The addresses of our connection to it, as that host sees them; null when it does not know. */
  readonly ends: {readonly client: string; readonly server: string} | null
  /** The destinations of the scope as addresses of there. */
  readonly to: string | null
}

/** Where a fault is to act, with names already resolved. */
export interface FaultBinding {
  readonly place: Place
  /** The device whose traffic is hit; null lets the route to the scope's address decide. */
  readonly device: string | null
  /** The proxy in front of the target, if there is one. */
  readonly proxy: ProxyControl | null
  /** The link on the device, where netdrill itself carries its packets. */
  readonly carrier?: LinkControl
  /** Looks for a kept lab one of whose nodes lives in that network namespace. */
  readonly kept?: (namespace: string, device: string) => Promise<KeptDevice | null>
}

export interface FaultRequest {
  readonly id: string
  readonly name: string
  /** As validated by the kind's schema. */
  readonly spec: FaultSpec
  readonly binding: FaultBinding
  readonly lasts: Millis
  /** Take this backend, whatever else would be possible; a lab on loopback must not touch the host's kernel. */
  readonly backend?: 'proxy'
  readonly allow: {readonly broad: boolean; readonly lockout: boolean}
}

/** Shared by all kinds; every kind's schema adds its own keys. */
export interface FaultSpec {
  readonly kind: string
  /** `ssh://user@host[:port]`: the netdrill there does it. */
  readonly on?: string | undefined
  readonly scope?: FaultScope | undefined
}

/** All given parts must match (AND). Names of lab nodes are replaced by addresses before planning. */
export interface FaultScope {
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** So many of the destinations, chosen by the seed before planning. */
  readonly pick?: number | undefined
  readonly port?: number | undefined
  readonly protocol?: 'tcp' | 'udp' | 'icmp' | undefined
  readonly family?: 'ipv4' | 'ipv6' | undefined
  /** Only what programs of this user send. */
  readonly uid?: number | undefined
  /** Only what programs of this control group send, such as `/system.slice/nginx.service` (cgroup v2). */
  readonly cgroup?: string | undefined
  readonly device?: string | undefined
  /** Where the fault acts, one of them: a named namespace, that of a process, that of a container. */
  readonly namespace?: string | undefined
  readonly pid?: number | undefined
  readonly container?: string | undefined
}

export interface FaultCounters {
  /** Packets (or connections) the fault has looked at. */
  readonly matched: number
  /** Packets (or connections) it has changed, delayed, dropped or refused. */
  readonly affected: number
}

export interface ActiveFault {
  readonly plan: FaultPlan
  /** What the kernel or proxy says is in force. */
  readonly readback: string
  /** Whether that equals what was asked; null where it can't be read back. */
  readonly asAsked: boolean | null
  readonly took: Millis
  /** Since it was applied. */
  counters(): Promise<FaultCounters | null>
  /** Undoes on its own deadline, whatever was aborted. Idempotent. */
  remove(): Promise<{
    readonly took: Millis
    readonly restored: boolean
    readonly differences: readonly string[]
    /** Nobody could look, so it is not known to be undone. */
    readonly unknown?: true
    /** What a person should know, though nothing is left: a program that did not survive it. */
    readonly remarks?: readonly string[]
  }>
}

export interface FaultEngine {
  /** Throws `UserError`: exit 6 when no backend can do it here, 7 when it is refused, 2 when it makes no sense. */
  plan(request: FaultRequest): Promise<FaultPlan>
  /** Ledger first, then act, then read back. A failed step undoes the earlier ones and throws `FAULT_APPLY`. */
  apply(plan: FaultPlan, binding: FaultBinding): Promise<ActiveFault>
  /** Leaves the faults in force to the guard, which ends them when their time is over; then `close` keeps them. */
  detach?(): Promise<void>
  /** Undoes whatever is still in force, and lets the guard go. Idempotent. */
  close(): Promise<void>
}

export interface FaultKind<Spec extends FaultSpec = FaultSpec> {
  readonly kind: string
  readonly summary: string
  readonly example: string
  /** Any of these sets is enough. */
  readonly needs: readonly (readonly Capability[])[]
  readonly schema: z.ZodType<Spec>
}

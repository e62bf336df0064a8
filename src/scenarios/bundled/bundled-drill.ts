/** What is known of a drill that comes with netdrill. */
import type {Capability} from '../../core/capabilities.ts'

/** What a drill is about, in the order of the list. */
export const DRILL_TOPICS = {
  start: 'to begin with',
  bonding: 'two paths of one machine',
  relay: 'a direct path and a relay',
  mobility: 'networks that change',
  tunnel: 'a client that keeps a connection',
  retry: 'retries of many',
} as const

export interface BundledDrill {
  readonly file: string
  readonly topic: keyof typeof DRILL_TOPICS
  /** For `drill list`; lower case, no full stop. */
  readonly summary: string
  /** Without these it ends with exit 6. */
  readonly needs: readonly Capability[]
  /** Delays or loses packets in its lab: by the kernel's netem, or on links that netdrill carries itself. */
  readonly impairs?: true
}

export type BundledDrills = Readonly<Record<string, BundledDrill>>

/** Kernel faults in namespaces. */
export const LAB = ['ip', 'nft', 'network-namespaces'] as const

/** And bonds of the kernel. */
export const BOND = [...LAB, 'bonding'] as const

/** A link of several cables that a kernel bonds. */
import type {Millis} from '../core/units.ts'

export const BOND_MODES = ['active-backup', 'balance-rr', 'balance-xor', 'broadcast'] as const

export interface LinkBond {
  readonly mode: (typeof BOND_MODES)[number]
  /** How many cables are bonded. */
  readonly members: number
  /** What the second node makes of them. A bond that uses one cable needs somebody who listens to all, as a switch does. */
  readonly otherEnd: 'bridge' | 'bond'
  readonly monitor: BondMonitor
  /** The cable that is preferred, counted from 0; null: none. */
  readonly primary: number | null
  /** Null: the kernel's default. */
  readonly primaryReselect: 'always' | 'better' | 'failure' | null
  readonly failOverMac: 'none' | 'active' | 'follow' | null
}

/** How the kernel finds out that a cable can't be used: it has no carrier, or a neighbour doesn't answer through it. */
export type BondMonitor =
  | {readonly kind: 'mii'; readonly interval: Millis; readonly updelay: Millis; readonly downdelay: Millis}
  | {
      readonly kind: 'arp'
      readonly interval: Millis
      /** Null: the other end of the link. */
      readonly targets: readonly string[] | null
      readonly validate: 'none' | 'active' | 'backup' | 'all'
    }

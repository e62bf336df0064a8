/** What it takes to follow a group: plain data, names resolved and quantities as numbers. */
import type {GroupMember} from './group-events.ts'
import type {StreamSpec} from './stream-spec.ts'
import type {Millis, Ratio} from './units.ts'

export interface PathGroupSpec {
  readonly mode: 'active-backup'
  readonly name: string
  /** The preferred one first. */
  readonly paths: readonly GroupMember[]
  readonly failover: {
    /** Leaves a path that works, but badly. A path that is down is always left. */
    readonly onQuality: boolean
    /** Median of the last ten samples. */
    readonly maxRtt: Millis
    readonly maxLoss: Ratio
  }
  readonly failback: {
    readonly policy: 'never' | 'immediate' | 'after_stable' | 'better'
    /** The preferred path must have been good for so long; not asked by `never` and `immediate`. */
    readonly holdDown: Millis
    /** `better` asks for a median round trip that is shorter by this share. */
    readonly minImprovement: Ratio
  }
  /** At most so many switches within the window; leaving a dead path is never refused. */
  readonly switches: {readonly most: number; readonly within: Millis}
  /** A numbered stream that is carried over it: then the way back runs in stages. */
  readonly stream?: StreamSpec
}

/** Paths that are used in another way than one at a time, or in the way that is the best just now. */
export interface ModeGroupSpec extends Omit<PathGroupSpec, 'mode'> {
  readonly mode: 'single' | 'mptcp' | 'auto'
  /** The target of the connection over all paths; null for none. */
  readonly multipath: string | null
}

export interface QuorumSpec {
  readonly mode: 'quorum'
  readonly name: string
  readonly members: readonly GroupMember[]
  readonly needed: number
  readonly leaveBelow: number
}

export type GroupSpec = PathGroupSpec | ModeGroupSpec | QuorumSpec

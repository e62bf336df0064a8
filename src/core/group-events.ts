/** What happens to groups of targets, and what is said about many targets at once. */
import type {ConnectionState} from './events.ts'
import type {Millis} from './units.ts'

/**
 * How the paths of a group are used: the preferred one alone, one at a time with the others behind it, or all at once by one
 * multipath connection.
 */
export const PATH_MODES = ['single', 'active-backup', 'mptcp'] as const
export type PathMode = (typeof PATH_MODES)[number]

/** `auto` takes the mode that capability and health allow; `quorum` needs so many members. */
export type GroupMode = PathMode | 'auto' | 'quorum'

/** Name of the path that stands for all at once. */
export const MULTIPATH = 'mptcp'

/**
 * `connecting`: nothing is known yet. `connected`: on the path that is preferred, or enough members. `degraded`: works on another
 * path. `reconnecting`: all paths are down, or too few members.
 */
export type GroupState = Extract<
  ConnectionState,
  'idle' | 'connecting' | 'connected' | 'degraded' | 'reconnecting' | 'disconnected'
>

/** Why a group takes another path. */
export type SwitchKind = 'start' | 'down' | 'quality' | 'failback' | 'better' | 'all-down'

export interface GroupMember {
  /** The path's name; of a quorum the target's. */
  readonly name: string
  readonly target: string
}

export interface GroupInfo {
  readonly name: string
  readonly mode: GroupMode
  /** In the order of preference; the multipath connection is the first, with the name `mptcp`. */
  readonly members: readonly GroupMember[]
  /** Of a quorum: so many healthy members make it healthy, and below so many it is left. */
  readonly needed?: number
  readonly leaveBelow?: number
  /** The longest time between two samples of a member. */
  readonly interval: Millis
}

export type GroupEvent =
  | {readonly type: 'group-added'; readonly group: GroupInfo}
  | {readonly type: 'group-removed'; readonly group: string}
  | {
      readonly type: 'group-changed'
      readonly group: string
      readonly from: GroupState
      readonly to: GroupState
      readonly because: string
      /** Members that carry traffic now, of all. */
      readonly healthy: number
      readonly of: number
    }
  | {
      readonly type: 'path-switched'
      readonly group: string
      /** Names of paths; null: none. */
      readonly from: string | null
      readonly to: string | null
      readonly kind: SwitchKind
      readonly because: string
      /** From the evidence (when the old path was declared down) to the switch. */
      readonly took: Millis
    }
  /** Of `auto`, after any switch that goes with it. */
  | {
      readonly type: 'mode-changed'
      readonly group: string
      /** Null for the first one. */
      readonly from: PathMode | null
      readonly to: PathMode
      readonly because: string
    }
  /** A switch was wanted and not made; told once until something changes. */
  | {readonly type: 'switch-held'; readonly group: string; readonly because: string}
  /** Most targets fail at once, so the own network is suspected; their states are held until it is over. */
  | {readonly type: 'own-network'; readonly suspected: boolean; readonly because: string}
  /** A target that changes its state too often: alerts about it should wait. */
  | {
      readonly type: 'flapping'
      readonly target: string
      readonly flapping: boolean
      /** 1000 for each loss, halved every half-life. */
      readonly penalty: number
    }

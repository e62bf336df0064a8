/** What it takes to carry a numbered stream over the paths of a group: plain data, quantities as numbers. */
import type {GroupMember} from './group-events.ts'
import type {SlowDown} from './health.ts'
import type {Millis} from './units.ts'

/** The steps of the way back to a preferred path, in their order. */
export const UPGRADE_STAGES = ['listener', 'connect', 'handshake', 'migration', 'closing'] as const
export type UpgradeStage = (typeof UPGRADE_STAGES)[number]

export interface StreamSpec {
  /** Between two messages. */
  readonly interval: Millis
  /** So many messages are kept until they are confirmed, and sent again over another connection; 0 keeps none. */
  readonly buffer: number
  /** Both ends prove that they have it; null for ends that need not. */
  readonly key: string | null
  /** Whether the paths that stand by have their connection already. */
  readonly standby: 'warm' | 'cold'
  /** So long the connection of the path that was left is kept, when it isn't warm anyway. */
  readonly grace: Millis
  /** Whether we connect to the other end; without it, only the other end connects to us. */
  readonly dial: boolean
  /** Where the other end may connect to us; null: nowhere. */
  readonly listen: ListenSpec | null
  /** How long each stage may take. */
  readonly limits: Readonly<Record<UpgradeStage, Millis>>
  /** From a way back that failed to the next attempt. */
  readonly retry: Millis
  readonly slowDown: SlowDown
}

export interface ListenSpec {
  /** An address of this machine. */
  readonly address: string
  /** 0 for any free one. */
  readonly port: number
  /** Without a listener the preferred path isn't even tried. */
  readonly required: boolean
}

/** For an agent, which knows the targets by their names. */
export interface CarriedSpec {
  readonly group: string
  /** The preferred one first. */
  readonly paths: readonly GroupMember[]
  readonly stream: StreamSpec
}

/** What an agent has to do with a stream that it carries. `at`: when it was decided, on the run's clock. */
export type SteerOrder = {readonly group: string; readonly at: Millis} & (
  | {readonly do: 'move'; readonly to: string | null}
  | {readonly do: 'upgrade'; readonly to: string; readonly attempt: number}
)

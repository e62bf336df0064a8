/** A group of targets: a fold over the events of its members. */
import type {RunEvent} from '../../core/events.ts'
import type {GroupEvent} from '../../core/group-events.ts'
import type {StreamEvent} from '../../core/stream-events.ts'

/** What a group says: about itself, or about the way back of its stream. */
export type GroupStep = GroupEvent | StreamEvent

export interface Group {
  /** Names of its members' targets. */
  readonly targets: readonly string[]
  /** What follows from this event for the group; other targets' events give nothing. */
  add(event: RunEvent, ownNetwork: boolean): readonly GroupStep[]
}

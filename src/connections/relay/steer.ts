/** What the agent that carries a group's stream has to do when the group has decided something. */
import type {RunEvent} from '../../core/events.ts'
import type {GroupSpec} from '../../core/group-spec.ts'
import type {CarriedSpec, SteerOrder} from '../../core/stream-spec.ts'

/** Of groups that carry one. */
export function carriedSpecs(groups: readonly GroupSpec[]): readonly CarriedSpec[] {
  return groups.flatMap((group) =>
    group.mode === 'active-backup' && group.stream
      ? [{group: group.name, paths: group.paths, stream: group.stream}]
      : [],
  )
}

/** Null when there is nothing to do. */
function steerOrder(event: RunEvent): SteerOrder | null {
  switch (event.type) {
    case 'upgrade-begun': {
      const {group, at, to, attempt} = event
      return {do: 'upgrade', group, at, to, attempt}
    }
    case 'path-switched': {
      const {group, at, to} = event
      return {do: 'move', group, at, to}
    }
    default:
      return null
  }
}

/** Between what the groups of a run decide and the agent that carries their streams. */
export class Steering {
  readonly #carried: ReadonlySet<string>
  readonly #send: (order: SteerOrder) => void

  constructor(groups: readonly GroupSpec[], send: (order: SteerOrder) => void) {
    this.#carried = new Set(carriedSpecs(groups).map(({group}) => group))
    this.#send = send
  }

  /** Every event of the run, in its order. */
  see(event: RunEvent): void {
    const order = steerOrder(event)
    if (order && this.#carried.has(order.group)) this.#send(order)
  }
}

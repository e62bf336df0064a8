/** A `quorum` group: so many healthy members make it healthy, and it stays so until fewer than another number are. */
import type {ConnectionState, RunEvent} from '../../core/events.ts'
import type {GroupEvent, GroupState} from '../../core/group-events.ts'
import type {QuorumSpec} from '../../core/group-spec.ts'
import type {Group} from './group.ts'

/**
 * All members are tried at the same time. `connecting` until enough have answered or too many have failed; `degraded` while fewer
 * than needed are healthy, but not fewer than the number below which it is left.
 */
export class QuorumGroup implements Group {
  readonly #spec: QuorumSpec
  readonly #states: Map<string, ConnectionState>
  #state: GroupState = 'idle'

  constructor(spec: QuorumSpec) {
    this.#spec = spec
    this.#states = new Map(spec.members.map(({target}) => [target, 'idle']))
  }

  get targets(): readonly string[] {
    return this.#spec.members.map(({target}) => target)
  }

  add(event: RunEvent): readonly GroupEvent[] {
    if (event.type !== 'state-changed' || !this.#states.has(event.target)) return []
    this.#states.set(event.target, event.to)
    const {healthy, to} = this.#judge()
    const from = this.#state
    if (to === from) return []
    this.#state = to
    const {name, needed, leaveBelow} = this.#spec
    const because =
      to === 'disconnected'
        ? 'the watch ended'
        : `${event.target} is ${event.to}; ${needed} are needed, and at least ${leaveBelow} to go on`
    return [{type: 'group-changed', group: name, from, to, because, healthy, of: this.#states.size}]
  }

  #judge(): {readonly healthy: number; readonly to: GroupState} {
    const states = [...this.#states.values()]
    const healthy = states.filter((state) => UP.has(state)).length
    const open = states.filter((state) => state === 'idle' || state === 'connecting').length
    if (this.#state === 'disconnected' || states.includes('disconnected')) {
      return {healthy, to: 'disconnected'}
    }
    const {needed, leaveBelow} = this.#spec
    if (healthy >= needed) return {healthy, to: 'connected'}
    const isIn = this.#state === 'connected' || this.#state === 'degraded'
    if (isIn && healthy >= leaveBelow) return {healthy, to: 'degraded'}
    const isStarting = this.#state === 'idle' || this.#state === 'connecting'
    return {healthy, to: isStarting && healthy + open >= needed ? 'connecting' : 'reconnecting'}
  }
}

const UP: ReadonlySet<ConnectionState> = new Set(['connected', 'degraded', 'suspect'])

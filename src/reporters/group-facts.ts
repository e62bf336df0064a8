/** What a watch has seen of its groups, folded from their events. */
import type {RunEvent} from '../core/events.ts'
import type {GroupInfo, GroupState, PathMode, SwitchKind} from '../core/group-events.ts'
import type {Millis} from '../core/units.ts'
import {type MonitoredStream, foldStream} from './stream-facts.ts'

export interface MonitoredGroup {
  readonly info: GroupInfo
  readonly state: GroupState
  /** When it took this state. */
  readonly since: Millis
  readonly healthy: number
  /** How its paths are used; null where that is not known yet, and of a quorum. */
  readonly mode: PathMode | null
  readonly modeChanges: number
  readonly lastMode: {readonly at: Millis; readonly because: string} | null
  /** Name of the path in use; null for none and for a quorum. */
  readonly path: string | null
  /** Changes from one path to another. */
  readonly switches: number
  readonly lastSwitch: {readonly at: Millis; readonly kind: SwitchKind; readonly because: string} | null
  /** The stream that is carried over it; null for none. */
  readonly stream: MonitoredStream | null
}

export class GroupFacts {
  readonly #groups = new Map<string, MonitoredGroup>()
  #ownNetwork = false

  /** Most targets are lost at once. */
  get ownNetworkSuspected(): boolean {
    return this.#ownNetwork
  }

  /** In the order of the document. */
  groups(): readonly MonitoredGroup[] {
    return [...this.#groups.values()]
  }

  add(event: RunEvent): void {
    if ('group' in event && typeof event.group === 'string') {
      const {stream = null} = this.#groups.get(event.group) ?? {}
      this.#update(event.group, {stream: foldStream(stream, event)})
    }
    switch (event.type) {
      case 'group-added':
        this.#groups.set(event.group.name, newGroup(event.group, event.at))
        return
      case 'group-removed':
        this.#groups.delete(event.group)
        return
      case 'group-changed':
        // The watch has ended: how the group stood is of more interest.
        if (event.to === 'disconnected') return
        this.#update(event.group, {state: event.to, since: event.at, healthy: event.healthy})
        return
      case 'path-switched': {
        const {at, kind, because, from, to} = event
        const old = this.#groups.get(event.group)?.switches ?? 0
        const switches = from !== null && to !== null ? old + 1 : old
        this.#update(event.group, {path: to, switches, lastSwitch: {at, kind, because}})
        return
      }
      case 'mode-changed':
        this.#changeMode(event)
        return
      case 'own-network':
        this.#ownNetwork = event.suspected
        return
      default:
    }
  }

  #changeMode({at, group, from, to, because}: RunEvent & {type: 'mode-changed'}): void {
    const old = this.#groups.get(group)?.modeChanges ?? 0
    const modeChanges = from === null ? old : old + 1
    this.#update(group, {mode: to, modeChanges, lastMode: {at, because}})
  }

  #update(name: string, change: Partial<MonitoredGroup>): void {
    const old = this.#groups.get(name)
    if (old) this.#groups.set(name, {...old, ...change})
  }
}

function newGroup(info: GroupInfo, at: Millis): MonitoredGroup {
  const mode = info.mode === 'quorum' || info.mode === 'auto' ? null : info.mode
  const path = {path: null, switches: 0, lastSwitch: null, stream: null}
  return {info, state: 'idle', since: at, healthy: 0, mode, modeChanges: 0, lastMode: null, ...path}
}

/** What follows from the events of a run for its groups, and for all targets together. */
import type {RunEvent} from '../../core/events.ts'
import {type GroupInfo, type GroupMember, MULTIPATH} from '../../core/group-events.ts'
import type {GroupSpec} from '../../core/group-spec.ts'
import type {Millis} from '../../core/units.ts'
import {FlapDamping} from './flap-damping.ts'
import type {Group, GroupStep} from './group.ts'
import {LastWords} from './last-words.ts'
import {ModeGroup} from './mode-group.ts'
import {OwnNetwork} from './own-network.ts'
import {PathGroup} from './path-group.ts'
import {QuorumGroup} from './quorum-group.ts'

/** What the carrier of a stream tells its group. */
const OF_STREAMS: ReadonlySet<RunEvent['type']> = new Set(['upgrade-stage', 'stream-moved', 'stream-failed'])

type Followed = Map<string, {readonly key: string; readonly group: Group}>

/**
 * Give it every event of a run in order; what `add` returns follows at once, with the same time. It is a fold without a clock: the
 * samples of the members are what moves it on, so that hold times are kept to within one interval.
 */
export class FollowGroups {
  readonly #ownNetwork = new OwnNetwork()
  readonly #flaps = new FlapDamping()
  readonly #words = new LastWords()
  #groups: Followed = new Map()
  #byTarget = new Map<string, readonly Group[]>()

  /** Follows these from now on; one with the same spec as before goes on with its state. */
  replace(specs: readonly GroupSpec[], intervalOf: (target: string) => Millis): readonly GroupStep[] {
    const events: GroupStep[] = []
    const next: Followed = new Map()
    for (const spec of specs) {
      const key = JSON.stringify(spec)
      const old = this.#groups.get(spec.name)
      const same = old?.key === key ? old : null
      const group = same?.group ?? makeGroup(spec, old?.group)
      next.set(spec.name, {key, group})
      if (same) continue
      if (old) events.push({type: 'group-removed', group: spec.name})
      events.push({type: 'group-added', group: infoOf(spec, intervalOf)})
      // Targets that go on as before say nothing new.
      for (const word of this.#words.of(group.targets))
        events.push(...group.add(word, this.#ownNetwork.suspected))
    }
    const gone = [...this.#groups.keys()].filter((name) => !next.has(name))
    this.#groups = next
    this.#index()
    return [...gone.map((group): GroupStep => ({type: 'group-removed', group})), ...events]
  }

  add(event: RunEvent): readonly RunEvent[] {
    const {at} = event
    this.#words.add(event)
    const stamp = (one: GroupStep): RunEvent => ({...one, at})
    const general = [...this.#ownNetwork.add(event), ...this.#flaps.add(event)].map(stamp)
    const all = [event, ...general]
    const ofGroups = all.flatMap((one) =>
      this.#groupsOf(one).flatMap((group) => group.add(one, this.#ownNetwork.suspected).map(stamp)),
    )
    return [...general, ...ofGroups]
  }

  #groupsOf(event: RunEvent): readonly Group[] {
    if (event.type === 'observer-gap') return [...this.#groups.values()].map(({group}) => group)
    if (OF_STREAMS.has(event.type) && 'group' in event && typeof event.group === 'string') {
      const followed = this.#groups.get(event.group)
      return followed ? [followed.group] : []
    }
    if (!('target' in event) || typeof event.target !== 'string') return []
    return this.#byTarget.get(event.target) ?? []
  }

  #index(): void {
    this.#byTarget = new Map()
    for (const {group} of this.#groups.values()) {
      for (const target of new Set(group.targets))
        this.#byTarget.set(target, [...(this.#byTarget.get(target) ?? []), group])
    }
  }
}

/** `old` is the group that had its name. */
function makeGroup(spec: GroupSpec, old: Group | undefined): Group {
  switch (spec.mode) {
    case 'quorum':
      return new QuorumGroup(spec)
    case 'active-backup':
      return new PathGroup(spec)
    default:
      return new ModeGroup(spec, spec.mode === 'auto' && old instanceof ModeGroup ? old.mode : null)
  }
}

function infoOf(spec: GroupSpec, intervalOf: (target: string) => Millis): GroupInfo {
  const members = membersOf(spec)
  const {name, mode} = spec
  const interval = Math.max(...members.map(({target}) => intervalOf(target)))
  const numbers = spec.mode === 'quorum' ? {needed: spec.needed, leaveBelow: spec.leaveBelow} : {}
  return {name, mode, members, ...numbers, interval}
}

function membersOf(spec: GroupSpec): readonly GroupMember[] {
  if (spec.mode === 'quorum') return spec.members
  if (spec.mode === 'active-backup' || spec.multipath === null) return spec.paths
  return [{name: MULTIPATH, target: spec.multipath}, ...spec.paths]
}

/** One group as the terminal shows it. */
import type {RunEvent} from '../core/events.ts'
import type {GroupEvent, GroupInfo, GroupState, PathMode, SwitchKind} from '../core/group-events.ts'
import type {Millis} from '../core/units.ts'

export interface PathSwitch {
  readonly at: Millis
  readonly from: string | null
  readonly to: string | null
  readonly kind: SwitchKind
  readonly because: string
  readonly took: Millis
}

export interface GroupModeView {
  /** Null for the first one. */
  readonly from: PathMode | null
  readonly now: PathMode
  readonly since: Millis
  readonly because: string
}

export interface GroupView {
  readonly info: GroupInfo
  readonly state: GroupState
  readonly since: Millis
  readonly because: string
  readonly healthy: number
  /** How the paths are used now, since when and why; null where that is not known yet, and of a quorum. */
  readonly mode: GroupModeView | null
  /** The path in use; null for none, and always of a quorum. */
  readonly path: string | null
  /** The last ones, oldest first. */
  readonly switches: readonly PathSwitch[]
  readonly switchCount: number
  /** Why a switch that was wanted was not made; null when none is held back. */
  readonly held: string | null
}

const MOST_SWITCHES = 6

type AboutGroups = Exclude<GroupEvent, {readonly type: 'own-network' | 'flapping'}>

/** The groups after an event, in the order of the document; events of unknown groups change nothing. */
export function foldGroups(
  groups: readonly GroupView[],
  event: RunEvent & AboutGroups,
): readonly GroupView[] {
  switch (event.type) {
    case 'group-added':
      return [...groups.filter(({info}) => info.name !== event.group.name), newGroup(event.group, event.at)]
    case 'group-removed':
      return groups.filter(({info}) => info.name !== event.group)
    case 'group-changed': {
      const {to: state, at: since, because, healthy} = event
      return change(groups, event.group, () => ({state, since, because, healthy, held: null}))
    }
    case 'path-switched': {
      const {at, from, to, kind, because, took} = event
      return change(groups, event.group, (old) => ({
        path: to,
        held: null,
        switchCount: old.switchCount + (from !== null && to !== null ? 1 : 0),
        switches: [...old.switches, {at, from, to, kind, because, took}].slice(-MOST_SWITCHES),
      }))
    }
    case 'mode-changed': {
      const {from, to: now, at: since, because} = event
      return change(groups, event.group, () => ({mode: {from, now, since, because}}))
    }
    case 'switch-held':
      return change(groups, event.group, () => ({held: event.because}))
  }
}

function change(
  groups: readonly GroupView[],
  name: string,
  by: (old: GroupView) => Partial<GroupView>,
): readonly GroupView[] {
  return groups.map((group) => (group.info.name === name ? {...group, ...by(group)} : group))
}

function newGroup(info: GroupInfo, at: Millis): GroupView {
  return {
    info,
    state: 'idle',
    since: at,
    because: '',
    healthy: 0,
    mode: fixedMode(info, at),
    path: null,
    switches: [],
    switchCount: 0,
    held: null,
  }
}

/** Of a group whose document says it. */
function fixedMode({mode}: GroupInfo, since: Millis): GroupView['mode'] {
  return mode === 'quorum' || mode === 'auto' ? null : {from: null, now: mode, since, because: ''}
}

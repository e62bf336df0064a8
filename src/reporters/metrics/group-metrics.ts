/** The series of groups, their paths and the own network. */
import type {RunEvent} from '../../core/events.ts'
import {
  type GroupInfo,
  type GroupState,
  PATH_MODES,
  type PathMode,
  type SwitchKind,
} from '../../core/group-events.ts'
import type {MetricSink} from '../../core/metrics.ts'

const STATES: readonly GroupState[] = [
  'idle',
  'connecting',
  'connected',
  'degraded',
  'reconnecting',
  'disconnected',
]
const KINDS: readonly SwitchKind[] = ['start', 'down', 'quality', 'failback', 'better', 'all-down']
/** Leaving the path that was in use because it no longer serves. */
const FALLBACKS: ReadonlySet<SwitchKind> = new Set(['down', 'quality', 'all-down'])

/** Feeds a sink; each event is taken once, in its order. */
export class GroupMetrics {
  readonly #sink: MetricSink
  readonly #paths = new Map<string, readonly string[]>()

  constructor(sink: MetricSink) {
    this.#sink = sink
  }

  add(event: RunEvent): void {
    switch (event.type) {
      case 'group-added':
        this.#begin(event.group)
        return
      case 'group-removed':
        this.#state(event.group, null)
        this.#active(event.group, null)
        this.#mode(event.group, null)
        return
      case 'group-changed':
        this.#state(event.group, event.to)
        return
      case 'path-switched': {
        const {group, kind, from, to} = event
        this.#active(group, to)
        this.#sink.add('netdrill_path_switches_total', 1, {group, kind})
        if (from !== null && FALLBACKS.has(kind)) this.#sink.add('netdrill_fallback_total', 1, {group})
        return
      }
      case 'mode-changed':
        this.#mode(event.group, event.to)
        if (event.from !== null) this.#sink.add('netdrill_group_mode_changes_total', 1, {group: event.group})
        return
      case 'own-network':
        this.#sink.set('netdrill_own_network_suspected', Number(event.suspected), {})
        return
      default:
    }
  }

  #begin({name: group, mode, members}: GroupInfo): void {
    this.#paths.set(group, mode === 'quorum' ? [] : members.map(({name}) => name))
    this.#state(group, 'idle')
    if (mode === 'quorum') return
    this.#active(group, null)
    this.#mode(group, mode === 'auto' ? null : mode)
    if (mode === 'auto') this.#sink.add('netdrill_group_mode_changes_total', 0, {group})
    for (const kind of KINDS) this.#sink.add('netdrill_path_switches_total', 0, {group, kind})
    this.#sink.add('netdrill_fallback_total', 0, {group})
  }

  #state(group: string, to: GroupState | null): void {
    for (const state of STATES) this.#sink.set('netdrill_group_state', Number(state === to), {group, state})
  }

  #mode(group: string, to: PathMode | null): void {
    for (const mode of PATH_MODES) this.#sink.set('netdrill_group_mode', Number(mode === to), {group, mode})
  }

  #active(group: string, to: string | null): void {
    for (const path of this.#paths.get(group) ?? [])
      this.#sink.set('netdrill_path_active', Number(path === to), {group, path})
  }
}

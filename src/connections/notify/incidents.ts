/** Folds the events of a watch into incidents. */
import type {ConnectionState, RunEvent} from '../../core/events.ts'
import type {GroupState} from '../../core/group-events.ts'
import type {Millis} from '../../core/units.ts'
import type {Incident} from './incident.ts'
import {MptcpIncidents} from './mptcp-incidents.ts'

type Begin = Pick<Incident, 'key' | 'kinds' | 'labels' | 'annotations' | 'level'>

const LOST: ReadonlySet<ConnectionState> = new Set(['reconnecting'])
const GAVE_UP: ReadonlySet<ConnectionState> = new Set(['exhausted', 'failed'])
const UP: ReadonlySet<ConnectionState> = new Set(['connected', 'degraded', 'suspect'])
const GROUP_LEVELS: Partial<Record<GroupState, number>> = {degraded: 1, reconnecting: 2}

/**
 * Each call takes one event and gives the incidents that it began, made worse or ended. A target that flaps stays in its incident
 * until it is steady, and while the own network is suspected that is the one incident: what is lost meanwhile is only told if it
 * is still lost when that is over.
 */
export class Incidents {
  readonly #open = new Map<string, Incident>()
  /** Not told while the own network is suspected. */
  readonly #held = new Map<string, {readonly begin: Begin; readonly at: Millis}>()
  readonly #flapping = new Set<string>()
  /** Flapping targets that are up just now. */
  readonly #calm = new Set<string>()
  readonly #mptcp = new MptcpIncidents()
  #ownNetwork = false

  add(event: RunEvent): readonly Incident[] {
    switch (event.type) {
      case 'alert':
        return this.#alert(event)
      case 'state-changed':
        return this.#target(event)
      case 'target-removed':
        this.#flapping.delete(event.target)
        this.#calm.delete(event.target)
        this.#mptcp.forget(event.target)
        return [
          ...this.#end(`target ${event.target}`, event.at),
          ...this.#end(`mptcp ${event.target}`, event.at),
        ]
      case 'mptcp-changed': {
        const step = this.#mptcp.add(event)
        if (step === null) return []
        return step === 'over'
          ? this.#end(`mptcp ${event.target}`, event.at)
          : this.#beginOrHold({key: `mptcp ${event.target}`, ...step}, event.at)
      }
      case 'flapping':
        return this.#flap(event)
      case 'group-changed':
        return this.#group(event)
      case 'group-removed':
        return this.#end(`group ${event.group}`, event.at)
      case 'own-network':
        return this.#suspect(event)
      default:
        return []
    }
  }

  #alert({
    at,
    rule,
    labels,
    state,
    since,
    annotations,
    value,
  }: RunEvent & {type: 'alert'}): readonly Incident[] {
    const key = `alert ${JSON.stringify([rule, Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))])}`
    if (state === 'resolved') return this.#end(key, at)
    if (state !== 'firing') return []
    const texts = {...annotations, value: String(value)}
    const begin: Begin = {
      key,
      kinds: ['alerts'],
      labels: {alertname: rule, ...labels},
      annotations: texts,
      level: 1,
    }
    return this.#begin(begin, since)
  }

  #target({at, target, to, because}: RunEvent & {type: 'state-changed'}): readonly Incident[] {
    const key = `target ${target}`
    const gaveUp = GAVE_UP.has(to)
    if (gaveUp || LOST.has(to)) {
      this.#calm.delete(target)
      const labels = {alertname: gaveUp ? 'TargetGivenUp' : 'TargetDown', target, severity: 'critical'}
      return this.#beginOrHold(
        {
          key,
          kinds: gaveUp ? ['targets', 'exhausted'] : ['targets'],
          labels,
          annotations: {summary: `${target} is ${to}${because === '' ? '' : `: ${because}`}`},
          level: gaveUp ? 2 : 1,
        },
        at,
      )
    }
    if (!UP.has(to)) return []
    if (!this.#flapping.has(target)) return this.#end(key, at)
    this.#calm.add(target)
    return []
  }

  #flap({at, target, flapping}: RunEvent & {type: 'flapping'}): readonly Incident[] {
    if (flapping) this.#flapping.add(target)
    else this.#flapping.delete(target)
    const isCalm = this.#calm.delete(target)
    return !flapping && isCalm ? this.#end(`target ${target}`, at) : []
  }

  #group({at, group, to, because, healthy, of}: RunEvent & {type: 'group-changed'}): readonly Incident[] {
    const key = `group ${group}`
    const level = GROUP_LEVELS[to]
    if (to === 'connected') return this.#end(key, at)
    if (level === undefined) return []
    const [alertname, severity] = level === 1 ? ['GroupDegraded', 'warning'] : ['GroupDown', 'critical']
    const summary = `${group} is ${to} (${healthy} of ${of} healthy)${because === '' ? '' : `: ${because}`}`
    return this.#beginOrHold(
      {key, kinds: ['groups'], labels: {alertname, group, severity}, annotations: {summary}, level},
      at,
    )
  }

  #suspect({at, suspected, because}: RunEvent & {type: 'own-network'}): readonly Incident[] {
    this.#ownNetwork = suspected
    if (suspected) {
      const labels = {alertname: 'OwnNetworkSuspected', severity: 'critical'}
      const kinds = ['targets', 'groups'] as const
      return this.#begin({key: 'own network', kinds, labels, annotations: {summary: because}, level: 1}, at)
    }
    const held = [...this.#held.values()]
    this.#held.clear()
    return [
      ...this.#end('own network', at),
      ...held.flatMap(({begin, at: since}) => this.#begin(begin, since)),
    ]
  }

  #beginOrHold(begin: Begin, at: Millis): readonly Incident[] {
    if (!this.#ownNetwork || this.#open.has(begin.key)) return this.#begin(begin, at)
    this.#held.set(begin.key, {begin, at: this.#held.get(begin.key)?.at ?? at})
    return []
  }

  #begin(begin: Begin, at: Millis): readonly Incident[] {
    const old = this.#open.get(begin.key)
    const incident: Incident = {...begin, status: 'firing', startsAt: old?.startsAt ?? at, endsAt: null}
    this.#open.set(begin.key, incident)
    return [incident]
  }

  #end(key: string, at: Millis): readonly Incident[] {
    this.#held.delete(key)
    const old = this.#open.get(key)
    if (!old) return []
    this.#open.delete(key)
    return [{...old, status: 'resolved', endsAt: at}]
  }
}

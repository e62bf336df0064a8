/** An `active-backup` group: which of its paths carries the traffic. A fold over events, so that a journal gives the same again. */
import type {RunEvent} from '../../core/events.ts'
import type {GroupEvent, GroupState, SwitchKind} from '../../core/group-events.ts'
import type {PathGroupSpec} from '../../core/group-spec.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {type Attempt, WayBack, type WayBackResult} from '../relay/way-back.ts'
import type {Group, GroupStep} from './group.ts'
import {type Path, isPoor} from './path.ts'
import {PathHealth} from './path-health.ts'
import {type Wish, wishedPath} from './wished-path.ts'

/**
 * Rules: a path that is down is left at once for the first one that is ready; no other switch is made to a path that isn't, so
 * that the new one works before the old one is left. While several are still being tried for the first time, the first that
 * answers is taken, and the preferred one as soon as it answers too.
 */
export class PathGroup implements Group {
  readonly #spec: PathGroupSpec
  readonly #paths: readonly Path[]
  #active: Path | null = null
  #state: GroupState = 'idle'
  /** Times of switches that count against the limit. */
  #switches: Millis[] = []
  #held = ''
  /** When the last path was lost; null while one is active. */
  #lostAt: Millis | null = null
  #ended = false
  /** Null without a stream: then a switch is a decision and no more. */
  readonly #wayBack: WayBack | null

  constructor(spec: PathGroupSpec) {
    this.#spec = spec
    this.#paths = spec.paths.map(({name, target}) => ({name, target, health: new PathHealth()}))
    this.#wayBack = spec.stream ? new WayBack(spec.name, spec.stream) : null
  }

  get targets(): readonly string[] {
    return this.#paths.map(({target}) => target)
  }

  add(event: RunEvent, ownNetwork: boolean): readonly GroupStep[] {
    if (isOfStream(event)) return this.#hear(event, ownNetwork)
    if (event.type === 'observer-gap') {
      for (const {health} of this.#paths) health.skip(event.length)
      return []
    }
    if (!('target' in event) || typeof event.target !== 'string') return []
    const touched = this.#paths.filter(({target}) => target === event.target)
    for (const {health} of touched) {
      health.add(event)
      // It may be somebody else who answers afterwards.
      if (health.isDown) this.#wayBack?.forgive()
    }
    // The watch ends: nothing is wrong with the paths.
    if (touched.some(({health}) => health.state === 'disconnected')) this.#ended = true
    if (touched.length === 0) return []
    if (this.#ended) return this.#become('disconnected', 'the watch ended')
    return [...this.#decide(event.at, ownNetwork), ...this.#judge()]
  }

  #decide(at: Millis, ownNetwork: boolean): readonly GroupStep[] {
    const active = this.#active
    const wish = wishedPath(this.#spec, this.#paths, active, at)
    if (wish === null) {
      this.#held = ''
      return []
    }
    if (wish.to === null && wish.kind !== 'all-down') return this.#hold(wish.because)
    const isFree = wish.kind === 'down' || wish.kind === 'all-down' || wish.kind === 'start'
    const refusal = isFree ? null : this.#refusal(at, ownNetwork)
    if (refusal !== null) return this.#hold(refusal)
    const {to, kind, because} = wish
    // Only the way to a better path has the time for stages.
    if (this.#wayBack === null || active === null || to === null || !STAGED.has(kind))
      return this.#switch(wish, at)
    const step = this.#wayBack.want({from: active.name, to: to.name, because}, at)
    return this.#follow(step, at)
  }

  #hear(event: OfStream, ownNetwork: boolean): readonly GroupStep[] {
    const {at} = event
    if (event.type === 'upgrade-stage') {
      const result = this.#wayBack?.add(event, at) ?? null
      return result === null ? [] : this.#follow(result, at)
    }
    this.#block(event)
    return event.type === 'stream-failed' ? [...this.#decide(at, ownNetwork), ...this.#judge()] : []
  }

  #block(event: RunEvent & {type: 'stream-failed' | 'stream-moved'}): void {
    const isFailed = event.type === 'stream-failed'
    const path = isFailed ? event.path : event.to
    const {health} = this.#paths.find(({name}) => name === path) ?? {health: null}
    if (!health) return
    health.blocked = isFailed ? event.failure.code : null
    // What its checks said before that proves nothing any more.
    if (isFailed && health.goodSince !== null) health.goodSince = event.at
  }

  #follow({events, arrived}: WayBackResult, at: Millis): readonly GroupStep[] {
    const wish = arrived === null ? null : this.#arrival(arrived)
    if (wish === null) return events
    return [...events, ...this.#switch(wish, at), ...this.#judge()]
  }

  #arrival({to: name, because}: Attempt): Wish | null {
    const to = this.#paths.find((path) => path.name === name) ?? null
    const kind = to?.health.everDown || to?.health.left ? 'failback' : 'start'
    return to && {to, kind, because}
  }

  #refusal(at: Millis, ownNetwork: boolean): string | null {
    if (ownNetwork) return 'most targets fail at once, so the own network is suspected'
    const {most, within} = this.#spec.switches
    this.#switches = this.#switches.filter((one) => at - one < within)
    if (this.#switches.length < most) return null
    return `${most} switches within ${formatDuration(within)} are the limit`
  }

  #switch({to, kind, because}: Wish, at: Millis): readonly GroupEvent[] {
    const from = this.#active
    const lostAt = from === null ? this.#lostAt : from.health.downAt
    this.#leave(from, kind, at)
    if (!STAGED.has(kind)) this.#wayBack?.cancel()
    this.#active = to
    this.#lostAt = to === null ? (lostAt ?? at) : null
    const names = {from: nameOf(from), to: nameOf(to)}
    const took = at - (lostAt ?? at)
    return [{type: 'path-switched', group: this.#spec.name, ...names, kind, because, took}]
  }

  #leave(from: Path | null, kind: SwitchKind, at: Millis): void {
    this.#held = ''
    if (from && kind !== 'start') from.health.left = true
    if (kind !== 'start' && kind !== 'all-down') this.#switches.push(at)
  }

  #hold(because: string): readonly GroupEvent[] {
    if (because === this.#held) return []
    this.#held = because
    return [{type: 'switch-held', group: this.#spec.name, because}]
  }

  #judge(): readonly GroupEvent[] {
    const active = this.#active
    if (active === null) {
      const isKnown = this.#paths.every(({health}) => health.isDown || health.isUnproven)
      if (!isKnown) return this.#become('connecting', 'no path has answered yet')
      return this.#become('reconnecting', `all paths are down${this.#causes()}`)
    }
    if (active !== this.#paths[0]) return this.#become('degraded', `works on ${active.name}`)
    if (active.health.state === 'degraded' || isPoor(this.#spec, active))
      return this.#become('degraded', `${active.name} works badly`)
    return this.#become('connected', `works on ${active.name}`)
  }

  /** What is known without any sample: ` (wifi: carrier, cable: address)`. */
  #causes(): string {
    const known = this.#paths.flatMap(({name, health}) =>
      health.cause === null ? [] : [`${name}: ${health.cause}`],
    )
    return known.length === 0 ? '' : ` (${known.join(', ')})`
  }

  #become(to: GroupState, because: string): readonly GroupEvent[] {
    const from = this.#state
    if (from === to) return []
    this.#state = to
    const healthy = this.#paths.filter(({health}) => health.isUp).length
    const of = this.#paths.length
    return [{type: 'group-changed', group: this.#spec.name, from, to, because, healthy, of}]
  }
}

type OfStream = RunEvent & {type: 'upgrade-stage' | 'stream-failed' | 'stream-moved'}

function isOfStream(event: RunEvent): event is OfStream {
  return ['upgrade-stage', 'stream-failed', 'stream-moved'].includes(event.type)
}

const STAGED: ReadonlySet<SwitchKind> = new Set(['start', 'failback', 'better'])

function nameOf(path: Path | null): string | null {
  return path === null ? null : path.name
}

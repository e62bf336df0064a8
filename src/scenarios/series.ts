/** What happened to one target in the course of a drill: a fold over the event stream. */
import type {ConnectionState, RunEvent, TargetInfo} from '../core/events.ts'
import type {GroupEvent, GroupInfo, SwitchKind} from '../core/group-events.ts'
import type {Failure} from '../core/failure.ts'
import type {Phases, Reading} from '../core/outcome.ts'
import type {Millis} from '../core/units.ts'
import {insertBySending, pointOfGroup} from './group-points.ts'
import type {AlertSeries, StepMark, WarningMark} from './series-marks.ts'
import {ModeCollector, type ModeSeries} from './mode-figures.ts'
import {ShareCollector, type ShareSeries} from './share-figures.ts'
import {StreamCollector, type StreamSeries} from './stream-figures.ts'
import {WebhookCollector, type WebhookSeries} from './webhook-figures.ts'
import {PeerCollector, type PeerSeries} from './peer-figures.ts'
import {BondCollector, type BondSeries} from './bond-figures.ts'
import {type Growing, grow, growGroup, growNamed, growRule} from './grow-series.ts'

/** One sample, reduced to what figures need. */
export interface Point {
  readonly sentAt: Millis
  readonly endedAt: Millis
  readonly ok: boolean
  readonly rtt: Millis | null
  readonly phase: Phases
  readonly failure: Failure | null
}

export interface StateChange {
  readonly at: Millis
  readonly from: ConnectionState
  readonly to: ConnectionState
}

export interface AttemptMark {
  readonly at: Millis
  readonly attempt: number
  readonly ok: boolean
  readonly took: Millis
}

/** A change of the path of a group. */
export interface SwitchMark {
  readonly at: Millis
  readonly to: string | null
  readonly kind: SwitchKind
  readonly took: Millis
}

/** What only groups have. A group with paths has the samples of the path that was active when they were sent, see `pointOfGroup`. */
export interface GroupSeries {
  readonly info: GroupInfo
  readonly switches: readonly SwitchMark[]
}

export interface TargetSeries {
  readonly info: TargetInfo
  /** In the order of sending; samples that were skipped say nothing about the target and are left out. */
  readonly points: readonly Point[]
  readonly states: readonly StateChange[]
  readonly attempts: readonly AttemptMark[]
  readonly missed: number
  /** The last reading, for facts that don't change from sample to sample. */
  readonly last: Reading | null
  readonly steps: readonly StepMark[]
  /** When an attempt was due and a guard did not let it through. */
  readonly denials: readonly Millis[]
  readonly warnings: readonly WarningMark[]
  /** Of a target that is reached through a bond. */
  readonly bond?: BondSeries
  /** Of a group. */
  readonly group?: GroupSeries
  /** Of a group that carries one. */
  readonly stream?: StreamSeries
  /** Of a group with `mode: auto`, and of a connection by MPTCP. */
  readonly modes?: ModeSeries
  /** Of a group with a multipath connection. */
  readonly shares?: ShareSeries
  /** Of a peer. */
  readonly peer?: PeerSeries
  /** Of a receiver of webhooks. */
  readonly webhook?: WebhookSeries
  /** Of a rule. */
  readonly alert?: AlertSeries
}

export type SeriesByTarget = ReadonlyMap<string, TargetSeries>

/** Collects events as they come; `all()` may be read at any time. */
export class SeriesCollector {
  readonly #series = new Map<string, Growing>()
  readonly #bonds = new BondCollector()
  readonly #streams = new StreamCollector()
  readonly #modes = new ModeCollector()
  readonly #shares = new ShareCollector()
  readonly #webhooks = new WebhookCollector()
  readonly #peers = new PeerCollector()
  /** Observer gaps: nothing that was sent inside counts against a target. */
  readonly #gaps: {readonly from: Millis; readonly to: Millis}[] = []

  all(): SeriesByTarget {
    return this.#series
  }

  add(event: RunEvent): void {
    this.#collect(event)
    switch (event.type) {
      case 'target-added':
        this.#series.set(event.target.name, grow(event.target))
        return
      case 'sample':
        this.#sample(event)
        return
      case 'state-changed':
        this.#series.get(event.target)?.states.push({at: event.at, from: event.from, to: event.to})
        return
      case 'attempt':
      case 'attempt-denied':
      case 'strategy-step':
      case 'early-warning':
        this.#mark(event)
        return
      case 'alert-rule-added':
      case 'alert':
        this.#alert(event)
        return
      case 'slot-missed':
        this.#countMissed(event.target)
        return
      case 'observer-gap':
        this.#gaps.push({from: event.at - event.length, to: event.at})
        return
      case 'group-added':
      case 'group-changed':
      case 'path-switched':
        this.#group(event)
        return
      case 'bond-used':
      case 'bond-switched':
        this.#bonds.add(event)
        for (const [name, series] of this.#series) this.#bonds.give(name, series)
        return
      default:
    }
  }

  /** What others have gathered goes to the series that it is about. */
  #collect(event: RunEvent): void {
    const followed = this.#streams.add(event)
    const carrying = followed && this.#series.get(followed.group)
    if (carrying) carrying.stream = followed.stream
    const hook = this.#webhooks.add(event)
    if (hook) this.#series.set(hook.name, {...growNamed(hook.name, 'webhook'), ...hook.part})
    for (const known of [this.#modes.add(event), this.#shares.add(event)])
      Object.assign(this.#series.get(known?.name ?? '') ?? {}, known?.part)
    for (const {name, peer} of this.#peers.add(event))
      this.#series.set(name, {...growNamed(name, 'peer'), peer})
  }

  #group(event: GroupEvent & {readonly at: Millis}): void {
    if (event.type === 'group-added') this.#series.set(event.group.name, growGroup(event.group))
    else if (event.type === 'group-changed')
      this.#series.get(event.group)?.states.push({at: event.at, from: event.from, to: event.to})
    else if (event.type === 'path-switched') {
      const {at, to, kind, took} = event
      this.#series.get(event.group)?.group?.switches.push({at, to, kind, took})
    }
  }

  #mark(event: RunEvent & {type: 'attempt' | 'attempt-denied' | 'strategy-step' | 'early-warning'}): void {
    const series = this.#series.get(event.target)
    if (!series) return
    const {at} = event
    if (event.type === 'attempt')
      series.attempts.push({at, attempt: event.attempt, ok: event.failure === null, took: event.took})
    else if (event.type === 'attempt-denied') series.denials.push(at)
    else if (event.type === 'strategy-step') series.steps.push({at, strategy: event.strategy})
    else this.#warn(event)
  }

  /** A group is warned by what is said of any of its paths. */
  #warn({at, target, active}: RunEvent & {type: 'early-warning'}): void {
    for (const {info, group, warnings} of this.#series.values()) {
      const isMember = group?.info.members.some((member) => member.target === target)
      if (info.name !== target && isMember !== true) continue
      const open = warnings.findLastIndex((mark) => mark.of === target && mark.until === null)
      if (active) warnings.push({of: target, at, until: null})
      else if (open >= 0) warnings[open] = {of: target, at: warnings[open]?.at ?? at, until: at}
    }
  }

  #alert(event: RunEvent & {type: 'alert-rule-added' | 'alert'}): void {
    if (event.type === 'alert-rule-added') this.#series.set(event.rule.name, growRule(event.rule.name))
    else {
      const {at, state, rule} = event
      this.#series.get(rule)?.alert?.marks.push({at, state, labels: JSON.stringify(event.labels)})
    }
  }

  #countMissed(target: string): void {
    const series = this.#series.get(target)
    if (series) series.missed += 1
  }

  #sample(event: RunEvent & {type: 'sample'}): void {
    const series = this.#series.get(event.target)
    const {outcome, sentAt} = event.sample
    if (!series || outcome.status === 'skipped') return
    if (this.#gaps.some((gap) => sentAt >= gap.from && sentAt <= gap.to)) return
    const reading = outcome.status === 'ok' ? outcome.reading : outcome.partial
    series.last = reading
    const point: Point = {
      sentAt,
      endedAt: sentAt + outcome.took,
      ok: outcome.status === 'ok',
      rtt: outcome.status === 'ok' ? (reading.rtt ?? null) : null,
      phase: reading.phase,
      failure: outcome.status === 'failed' ? outcome.failure : null,
    }
    series.points.push(point)
    for (const one of this.#series.values()) {
      const own = one.group && pointOfGroup(one.group, event.target, point)
      if (own) insertBySending(one.points, own)
    }
  }
}

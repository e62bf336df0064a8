/** What a watch has seen of each target so far, folded from its events in bounded memory. */
import type {ConnectionState, RunEvent, RunInfo, TargetInfo} from '../core/events.ts'
import type {BreakerStatus} from '../core/guard-events.ts'
import type {DetectionTime} from '../core/health.ts'
import type {Outcome} from '../core/outcome.ts'
import {LogHistogram} from '../core/log-histogram.ts'
import type {Millis} from '../core/units.ts'
import {AlertFacts} from './alert-facts.ts'
import {type MptcpStanding, foldMptcp} from '../core/mptcp-standing.ts'
import {GroupFacts} from './group-facts.ts'
import {NetworkFacts} from './interface-facts.ts'
import {PeerFacts} from './peer-facts.ts'
import {TargetTrack} from './target-track.ts'

export interface MonitoredTarget {
  readonly name: string
  readonly url: string
  readonly interval: Millis
  /** How long a silent loss stays unnoticed; null where that is not known. */
  readonly detection: DetectionTime | null
  readonly state: ConnectionState
  /** When it took this state. */
  readonly since: Millis
  readonly ok: number
  readonly failed: number
  /** Could not be taken, or came too late to be: they say nothing about the target. */
  readonly skipped: number
  /** Of those the slots that passed unused. */
  readonly missed: number
  readonly rtt: LogHistogram
  readonly outages: number
  /** Time in an outage, the present one not included. */
  readonly down: Millis
  readonly longest: Millis
  /** Start of the present outage. */
  readonly downSince: Millis | null
  readonly lastFailure: {readonly code: string; readonly text: string} | null
  /** Null for a policy without a breaker, and for none. */
  readonly breaker: BreakerStatus | null
  readonly track: TargetTrack
  /** Null for all but multipath connections. */
  readonly mptcp: MptcpStanding | null
}

/** States in which a target that was up counts as lost. */
const DOWN: ReadonlySet<ConnectionState> = new Set(['reconnecting', 'exhausted', 'failed'])

export function isDown(state: ConnectionState): boolean {
  return DOWN.has(state)
}

/** It is thought to carry traffic. */
export function isUp(state: ConnectionState): boolean {
  return state === 'connected' || state === 'degraded' || state === 'suspect'
}

/** The fold of a watch. Mutable inside: ten thousand targets several times a second leave no time for copies. */
export class MonitorFacts {
  #run: RunInfo | null = null
  #at: Millis = 0
  #epoch = Number.NaN
  #gaps: Millis = 0
  #lag: Millis = 0
  readonly #targets = new Map<string, MonitoredTarget>()
  /** Of the groups. */
  readonly groups = new GroupFacts()
  readonly peers = new PeerFacts()
  /** Of the own network. */
  readonly network = new NetworkFacts()
  /** Of the alerts. */
  readonly alerts = new AlertFacts()

  get run(): RunInfo | null {
    return this.#run
  }

  /** Wall clock at the start of the run's clock; NaN before the run has begun. */
  get epoch(): number {
    return this.#epoch
  }

  /** Time of the last event. */
  get at(): Millis {
    return this.#at
  }

  /** How long the observer itself was not there. */
  get gaps(): Millis {
    return this.#gaps
  }

  /** How late the process that probes ran at most. */
  get longestLag(): Millis {
    return this.#lag
  }

  /** In the order of the document. */
  targets(): readonly MonitoredTarget[] {
    return [...this.#targets.values()]
  }

  target(name: string): MonitoredTarget | undefined {
    return this.#targets.get(name)
  }

  add(event: RunEvent): void {
    this.#at = Math.max(this.#at, event.at)
    this.groups.add(event)
    this.peers.add(event)
    this.network.add(event)
    this.alerts.add(event)
    switch (event.type) {
      case 'run-started':
        this.#run = event.run
        this.#epoch = Date.parse(event.run.started) - event.at
        return
      case 'target-added':
        this.#targets.set(event.target.name, newTarget(event.target, event.at))
        return
      case 'target-removed':
        this.#targets.delete(event.target)
        return
      case 'sample':
        this.#lag = Math.max(this.#lag, event.sample.lag ?? 0)
        this.#update(event.target, (old) => withMptcp(foldOutcome(old, event.sample.outcome), event))
        this.#targets.get(event.target)?.track.add(event)
        return
      case 'breaker-changed': {
        const {to: phase, until, because} = event
        this.#update(event.target, (old) => ({...old, breaker: {phase, until, because}}))
        return
      }
      case 'mptcp-changed':
        this.#update(event.target, (old) => withMptcp(old, event))
        return
      case 'attempt':
        this.#targets.get(event.target)?.track.add(event)
        return
      case 'slot-missed':
        this.#update(event.target, (old) => ({...old, skipped: old.skipped + 1, missed: old.missed + 1}))
        return
      case 'state-changed':
        this.#update(event.target, (old) => foldState(old, event.to, event.at))
        this.#targets.get(event.target)?.track.add(event)
        return
      case 'observer-gap':
        this.#gaps += event.length
        this.#leaveOut(event.at - (event.since ?? event.at), event.at)
        return
      default:
    }
  }

  /** Time in which nothing was measured is no downtime. */
  #leaveOut(length: Millis, at: Millis): void {
    for (const [name, target] of this.#targets) {
      if (target.downSince === null) continue
      const downSince = target.downSince + Math.min(length, Math.max(0, at - target.downSince))
      this.#targets.set(name, {...target, downSince})
    }
  }

  #update(name: string, change: (old: MonitoredTarget) => MonitoredTarget): void {
    this.#targets.set(
      name,
      change(this.#targets.get(name) ?? newTarget({name, url: '', interval: 0}, this.#at)),
    )
  }
}

type NewTarget = Pick<TargetInfo, 'name' | 'url' | 'interval' | 'detection' | 'breaker'> & {
  readonly policy?: string | null
}

function newTarget(
  {name, url, interval, detection, policy, breaker}: NewTarget,
  at: Millis,
): MonitoredTarget {
  return {
    name,
    url,
    interval,
    detection: detection ?? null,
    state: 'idle',
    since: at,
    ok: 0,
    failed: 0,
    skipped: 0,
    missed: 0,
    rtt: new LogHistogram(),
    outages: 0,
    down: 0,
    longest: 0,
    downSince: null,
    lastFailure: null,
    breaker: breaker === undefined ? null : {phase: breaker, until: null, because: 'nothing has failed yet'},
    track: new TargetTrack({policy: policy ?? null}),
    mptcp: null,
  }
}

function withMptcp(old: MonitoredTarget, event: RunEvent): MonitoredTarget {
  const mptcp = foldMptcp(old.mptcp, event)
  return mptcp === old.mptcp ? old : {...old, mptcp}
}

function foldOutcome(old: MonitoredTarget, outcome: Outcome): MonitoredTarget {
  switch (outcome.status) {
    case 'ok':
      old.rtt.add(outcome.reading.rtt ?? outcome.took)
      return {...old, ok: old.ok + 1}
    case 'failed': {
      const {code, message} = outcome.failure
      return {...old, failed: old.failed + 1, lastFailure: {code, text: message}}
    }
    case 'skipped':
      return {...old, skipped: old.skipped + 1}
  }
}

function foldState(old: MonitoredTarget, state: ConnectionState, at: Millis): MonitoredTarget {
  // The watch has ended: how the target stood is of more interest.
  if (state === 'disconnected') return old
  const next = {...old, state, since: at}
  if (old.downSince === null) return isDown(state) ? {...next, downSince: at, outages: old.outages + 1} : next
  if (isDown(state)) return next
  const length = at - old.downSince
  return {...next, downSince: null, down: old.down + length, longest: Math.max(old.longest, length)}
}

/** The connection under test of a watched target: its ladder, guards and remedies, and how they are told. */
import type {RunEvent} from '../core/events.ts'
import type {Ports} from '../core/ports.ts'
import {parseTargetUrl} from '../core/target.ts'
import type {Millis} from '../core/units.ts'
import type {WatchSpec} from '../core/watch.ts'
import {type BreakerChange, Gate, identityOf, peerOf} from '../policies/guards/gate.ts'
import {untilOnRunClock} from '../policies/guards/on-run-clock.ts'
import {SharedGuards} from '../policies/guards/shared.ts'
import type {Policy} from '../policies/policy.ts'
import {Remedies} from '../probes/remedies/remedies.ts'
import type {MachineEvent} from './machine.ts'
import type {Probers} from './probers.ts'
import {Reconnector, type ReconnectorOptions} from './reconnector.ts'
import type {TargetRun} from './watch-target.ts'

type WithoutStamp<E> = E extends RunEvent ? Omit<E, 'at'> : never
export type EmitUnstamped = (event: WithoutStamp<RunEvent>) => void

export interface ReconnectorRun {
  readonly policy: Policy
  readonly spec: WatchSpec
  readonly ports: Ports
  readonly run: TargetRun
  readonly probers: Probers
  readonly remedies: Remedies | null
  readonly emit: EmitUnstamped
  readonly feed: (event: MachineEvent, because: string) => void
  /** An attempt began then: evidence from before it is old. */
  readonly onFresh: (startedAt: Millis) => void
  /** Retrying can't help. */
  readonly onRejected: (because: string) => void
}

/** Null without a policy, or for a target that makes no sense: whoever opens its probe says so. */
export function openRemedies(spec: WatchSpec, ports: Ports): Remedies | null {
  const policy = spec.policy as Policy | null
  const url = parseTargetUrl(spec.url)
  return policy === null || !url.ok
    ? null
    : new Remedies({policy, url: url.value, options: spec.options, ports})
}

/** Not started. */
export function openReconnector(opening: ReconnectorRun): Reconnector {
  const {policy, spec, ports, run, probers, remedies, emit} = opening
  const {clock, random} = ports
  const {name: target} = spec
  const guards = run.guards ?? new SharedGuards()
  remedies?.onStep((step, attempt) => emit({type: 'strategy-step', target, attempt, ...step}))
  return new Reconnector({
    policy,
    clock,
    random: random.fork(`retries of ${target}`),
    probers,
    observer: run.observer,
    stagger: run.stagger ?? 0,
    gate: openGate(opening, guards),
    ...(spec.takesTurns && run.panic && {panic: run.panic}),
    ...(remedies && {care: {remedies, guards}}),
    ...callbacks(opening),
  })
}

function openGate({policy, spec, run, emit}: ReconnectorRun, shared: SharedGuards): Gate {
  const {name: target, url, options} = spec
  const onBreaker = (change: BreakerChange): void =>
    emit({type: 'breaker-changed', target, ...change, ...untilOnRunClock(change, run.origin)})
  const identity = identityOf(target, url, options)
  return new Gate({shared, policy, target, identity, peer: peerOf(url), onBreaker})
}

type Callbacks = Pick<ReconnectorOptions, 'onDenied' | 'onScheduled' | 'onAttempt' | 'onStop' | 'onRevived'>

function callbacks({spec, run, emit, feed, onFresh, onRejected}: ReconnectorRun): Callbacks {
  const {name: target} = spec
  const {origin} = run
  return {
    onDenied: ({attempt, phase}, permit) => {
      const until = permit.type === 'wait' ? permit.until - origin : null
      const {code, because} = permit
      emit({type: 'attempt-denied', target, attempt, phase, code, until, because})
    },
    onScheduled: ({attempt, phase, due, because}) =>
      emit({type: 'attempt-scheduled', target, attempt, phase, due: due - origin, because}),
    onAttempt: ({attempt, phase}, took, failure, startedAt) => {
      emit({type: 'attempt', target, attempt, phase, took, failure})
      onFresh(startedAt)
      if (failure === null) feed({type: 'success'}, `attempt ${attempt} succeeded (${phase})`)
      else feed({type: 'failure'}, `attempt ${attempt} failed: ${failure.code}`)
    },
    onStop: ({reason, because}) => {
      emit({type: 'strategy-step', target, attempt: null, strategy: 'stop', result: 'told', text: because})
      if (reason === 'failed') onRejected(because)
      else feed({type: 'given-up'}, because)
    },
    onRevived: (because) => feed({type: 'start'}, `tries once more: ${because}`),
  }
}

/**
 * The circuit breaker, without time or timers of its own.
 *
 *     closed ─trips→ open ─its time is over→ half-open ─`trials` successes→ closed
 *                      ▲                        │ failure: open for longer
 *                      └────────────────────────┘          isolated: no way out but another policy
 */
import type {BreakerPhase} from '../../core/guard-events.ts'
import type {Failure} from '../../core/failure.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import type {BreakerSettings} from './settings.ts'

/** How an attempt ended, as far as the breaker cares: `neither` says nothing about the target's health. */
export type BreakerResult = 'ok' | 'failed' | 'neither'

interface Slice {
  readonly from: Millis
  readonly ok: number
  readonly failed: number
}

export interface BreakerState {
  readonly settings: BreakerSettings
  readonly phase: BreakerPhase
  /** When it lets a trial through; null unless open. */
  readonly until: Millis | null
  /** Why it is in this phase. */
  readonly because: string
  /** Failures in a row while closed, successes in a row while half-open. */
  readonly run: number
  /** How often it has opened without closing in between. */
  readonly openings: number
  /** A trial is under way: no second one is let through. */
  readonly trial: boolean
  /** Results of the window, oldest first, at most `SLICES` and the one that is filling. */
  readonly slices: readonly Slice[]
}

export interface BreakerAnswer {
  readonly state: BreakerState
  readonly admitted: boolean
  /** When to ask again; null when asking again is useless (isolated). */
  readonly retryAt: Millis | null
}

const SLICES = 10
/** Someone else's trial is under way: its result is worth waiting for in steps of this. */
const TRIAL_POLL: Millis = 100

export function startBreaker(settings: BreakerSettings): BreakerState {
  const isolated = settings.mode === 'isolated'
  return {
    settings,
    phase: isolated ? 'isolated' : 'closed',
    until: null,
    because: isolated ? 'the policy isolates this target' : 'nothing has failed yet',
    run: 0,
    openings: 0,
    trial: false,
    slices: [],
  }
}

/** Whether an attempt may begin at `now`. An admitted one must be told the end of by `tellBreaker`. */
export function askBreaker(state: BreakerState, now: Millis): BreakerAnswer {
  switch (state.phase) {
    case 'closed':
      return {state, admitted: true, retryAt: null}
    case 'isolated':
      return {state, admitted: false, retryAt: null}
    case 'open':
      if (state.until !== null && now < state.until) return {state, admitted: false, retryAt: state.until}
      return {state: {...halfOpen(state), trial: true}, admitted: true, retryAt: null}
    case 'half-open':
      return state.trial
        ? {state, admitted: false, retryAt: now + TRIAL_POLL}
        : {state: {...state, trial: true}, admitted: true, retryAt: null}
  }
}

/** An admitted attempt ended. In the open and the isolated phase nothing changes: it had begun before. */
export function tellBreaker(state: BreakerState, result: BreakerResult, now: Millis): BreakerState {
  if (state.phase === 'open' || state.phase === 'isolated') return state
  if (state.phase === 'half-open') return afterTrial({...state, trial: false}, result, now)
  if (result === 'neither') return state
  const {settings} = state
  const run = result === 'ok' ? 0 : state.run + 1
  if (settings.mode !== 'ratio') {
    const next = {...state, run}
    return run >= settings.failures ? openAt(next, now, `${run} failures in a row`) : next
  }
  const slices = addResult(state, result, now)
  const next = {...state, run, slices}
  const {ok, failed} = sum(slices)
  const total = ok + failed
  const trips = total >= settings.minThroughput && failed >= settings.ratio * total && failed > 0
  const because = `${failed} of ${total} attempts failed within ${formatDuration(settings.window)}`
  return trips ? openAt(next, now, because) : next
}

/** A person cuts the target off: no attempt until `rejoin`. */
export function isolate(state: BreakerState, because: string): BreakerState {
  return {...state, phase: 'isolated', until: null, because, run: 0, trial: false}
}

/** Ends an isolation with a clean slate. */
export function rejoin(state: BreakerState, because: string): BreakerState {
  if (state.phase !== 'isolated') return state
  return {...state, phase: 'closed', because, run: 0, openings: 0, slices: []}
}

/**
 * What a failure says: only what may pass by itself and is the target's or the network's counts. A refused credential,
 * a mistake in the configuration or a shortage on this machine says nothing about the target's health.
 */
export function resultOf(failure: Failure | null): BreakerResult {
  if (failure === null) return 'ok'
  const passes = failure.retry === 'ladder' || failure.retry === 'fallback' || failure.retry === 'backoff'
  const remote = ['network', 'protocol', 'resource'].includes(failure.category) && failure.detail !== 'local'
  return passes && remote ? 'failed' : 'neither'
}

function afterTrial(state: BreakerState, result: BreakerResult, now: Millis): BreakerState {
  if (result === 'neither') return state
  if (result === 'failed') return openAt(state, now, 'the trial failed')
  const run = state.run + 1
  const {trials} = state.settings
  if (run < trials) return {...state, run}
  const because = run === 1 ? 'the trial succeeded' : `${run} trials succeeded`
  return {...state, phase: 'closed', because, run: 0, openings: 0, slices: [], until: null}
}

function halfOpen(state: BreakerState): BreakerState {
  const because = `its ${formatDuration(openTime(state.settings, state.openings))} are over`
  return {...state, phase: 'half-open', until: null, because, run: 0, trial: false}
}

function openAt(state: BreakerState, now: Millis, because: string): BreakerState {
  const openings = state.openings + 1
  const until = now + openTime(state.settings, openings)
  return {...state, phase: 'open', until, because, run: 0, openings, trial: false, slices: []}
}

/** How long it stays open the n-th time in a row; finite for any n. */
export function openTime({open, multiplier, maxOpen}: BreakerSettings, openings: number): Millis {
  return Math.min(maxOpen, open * multiplier ** Math.min(1000, Math.max(0, openings - 1)))
}

function addResult({settings, slices}: BreakerState, result: 'ok' | 'failed', now: Millis): readonly Slice[] {
  const length = settings.window / SLICES
  const kept = slices.filter(({from}) => from + length > now - settings.window)
  const last = kept.at(-1)
  const fills = last !== undefined && now < last.from + length
  const slice = fills ? last : {from: now, ok: 0, failed: 0}
  const added = result === 'ok' ? {...slice, ok: slice.ok + 1} : {...slice, failed: slice.failed + 1}
  return [...(fills ? kept.slice(0, -1) : kept), added]
}

function sum(slices: readonly Slice[]): {readonly ok: number; readonly failed: number} {
  return slices.reduce((all, {ok, failed}) => ({ok: all.ok + ok, failed: all.failed + failed}), {
    ok: 0,
    failed: 0,
  })
}

/** One target as the terminal shows it. */
import type {ConnectionState, RunEvent, TargetInfo} from '../core/events.ts'
import type {Failure} from '../core/failure.ts'
import {type MptcpStanding, foldMptcp} from '../core/mptcp-standing.ts'
import type {Sample} from '../core/outcome.ts'
import {show} from '../core/show.ts'
import type {Millis} from '../core/units.ts'
import {EMPTY_HISTORY, type History, foldHistory} from './history.ts'
import {type RecentSample, foldRecent} from './recent.ts'

interface ScheduledAttempt {
  readonly attempt: number
  readonly phase: string
  readonly due: Millis
  readonly because: string
}

export interface FinishedAttempt {
  readonly at: Millis
  readonly attempt: number
  readonly phase: string
  readonly took: Millis
  readonly failure: Failure | null
}

/** The same failure several times in a row counts as one. */
export interface FailureStreak {
  readonly first: Millis
  readonly last: Millis
  readonly count: number
  readonly failure: Failure
}

type LastResult =
  | {readonly status: 'ok'; readonly rtt: Millis}
  | {readonly status: 'failed'; readonly code: string}
  | {readonly status: 'skipped'; readonly text: string}

export interface TargetView {
  readonly name: string
  /** Null for a target that sent events before it was announced. */
  readonly info: TargetInfo | null
  readonly state: ConnectionState
  readonly since: Millis
  readonly because: string
  readonly last: LastResult | null
  readonly recent: readonly RecentSample[]
  readonly history: History
  readonly sent: number
  readonly failed: number
  readonly skipped: number
  /** Replies that came twice or too late; they change no other figure. */
  readonly extra: number
  readonly next: ScheduledAttempt | null
  readonly attempts: readonly FinishedAttempt[]
  readonly failures: readonly FailureStreak[]
  /** Null for all but multipath connections. */
  readonly mptcp: MptcpStanding | null
}

const MOST_ATTEMPTS = 12
const MOST_FAILURES = 8

export function newTargetView(name: string, at: Millis): TargetView {
  return {
    name: show(name),
    info: null,
    state: 'idle',
    since: at,
    because: '',
    last: null,
    recent: [],
    history: EMPTY_HISTORY,
    sent: 0,
    failed: 0,
    skipped: 0,
    extra: 0,
    next: null,
    attempts: [],
    failures: [],
    mptcp: null,
  }
}

export type TargetEvent = Extract<RunEvent, {readonly target: string}>

/** Takes an event about this target in. */
export function foldTarget(view: TargetView, event: TargetEvent): TargetView {
  switch (event.type) {
    case 'sample':
      return foldSample(withMptcp(view, event), event.sample)
    case 'state-changed': {
      const next = event.to === 'connected' ? null : view.next
      return {...view, state: event.to, since: event.at, because: event.because, next}
    }
    case 'attempt-scheduled': {
      const {attempt, phase, due, because} = event
      return {...view, next: {attempt, phase, due, because}}
    }
    case 'attempt-denied': {
      const {attempt, phase, until, because} = event
      return {...view, next: until === null ? null : {attempt, phase, due: until, because}}
    }
    case 'attempt': {
      const {at, attempt, phase, took, failure} = event
      const attempts = [...view.attempts.slice(1 - MOST_ATTEMPTS), {at, attempt, phase, took, failure}]
      const next = view.next && view.next.attempt > attempt ? view.next : null
      return {...view, attempts, next}
    }
    case 'reply-extra':
      return {...view, extra: view.extra + 1}
    case 'slot-missed': {
      const history = foldHistory(view.history, event.at, {kind: 'skipped'})
      return {...view, history, skipped: view.skipped + 1}
    }
    case 'mptcp-changed':
      return withMptcp(view, event)
    case 'target-judged':
    case 'target-removed':
    case 'flapping':
    case 'early-warning':
    case 'link-lost':
    case 'link-restored':
    case 'subflow-lost':
    case 'subflow-returned':
    case 'strategy-step':
    case 'breaker-changed':
      return view
  }
}

function withMptcp(view: TargetView, event: TargetEvent): TargetView {
  const mptcp = foldMptcp(view.mptcp, event)
  return mptcp === view.mptcp ? view : {...view, mptcp}
}

function foldSample(view: TargetView, {sentAt, outcome}: Sample): TargetView {
  switch (outcome.status) {
    case 'ok': {
      const rtt = outcome.reading.rtt ?? outcome.took
      return {
        ...view,
        sent: view.sent + 1,
        last: {status: 'ok', rtt},
        recent: foldRecent(view.recent, {at: sentAt, rtt}),
        history: foldHistory(view.history, sentAt, {kind: 'ok', rtt}),
      }
    }
    case 'failed':
      return {
        ...view,
        sent: view.sent + 1,
        failed: view.failed + 1,
        last: {status: 'failed', code: outcome.failure.code},
        recent: foldRecent(view.recent, {at: sentAt, rtt: null}),
        history: foldHistory(view.history, sentAt, {kind: 'failed'}),
        failures: foldStreak(view.failures, sentAt, outcome.failure),
      }
    case 'skipped':
      return {
        ...view,
        skipped: view.skipped + 1,
        last: {status: 'skipped', text: outcome.because.code},
        history: foldHistory(view.history, sentAt, {kind: 'skipped'}),
      }
  }
}

function foldStreak(
  streaks: readonly FailureStreak[],
  at: Millis,
  failure: Failure,
): readonly FailureStreak[] {
  const last = streaks.at(-1)
  if (last?.failure.code === failure.code) {
    return streaks.with(-1, {...last, last: at, count: last.count + 1, failure})
  }
  return [...streaks.slice(1 - MOST_FAILURES), {first: at, last: at, count: 1, failure}]
}

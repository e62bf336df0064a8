/** What a drill's closing summary is made of, folded from its events in bounded space. */
import {faultLabel} from '../core/fault-label.ts'
import type {ConnectionState, RunEvent} from '../core/events.ts'
import type {Failure} from '../core/failure.ts'
import type {Millis} from '../core/units.ts'
import {formatDuration} from '../core/units.ts'
import {type DrillDocument, emptyDrillDocument, foldDrillDocument} from './drill-json.ts'

/** One line of what happened. */
export interface Happening {
  readonly at: Millis
  /** The lowest numbers are kept when there are too many. */
  readonly rank: 1 | 2 | 3
  readonly tone: 'plain' | 'good' | 'bad' | 'fault' | 'warning'
  readonly text: string
}

interface TargetFacts {
  readonly state: ConnectionState
  /** When the connection was lost; null while it isn't. */
  readonly lostAt: Millis | null
  readonly sent: number
  readonly failed: number
  readonly skipped: number
  readonly lastAttempt: number
}

interface FailureFacts {
  readonly failure: Failure
  readonly target: string
  readonly count: number
}

export interface DrillFacts {
  readonly document: DrillDocument
  readonly happenings: readonly Happening[]
  /** How many happenings were dropped. */
  readonly dropped: number
  readonly targets: ReadonlyMap<string, TargetFacts>
  /** By code, in the order of their first appearance. */
  readonly failures: ReadonlyMap<string, FailureFacts>
  readonly missed: number
  /** Times in which netdrill itself could not observe. */
  readonly gaps: {readonly count: number; readonly total: Millis}
}

const MOST_HAPPENINGS = 400
/** `disconnected` isn't among them: it is our own end of the watch. */
const DOWN: ReadonlySet<ConnectionState> = new Set(['reconnecting', 'exhausted', 'failed'])

export function emptyDrillFacts(): DrillFacts {
  return {
    document: emptyDrillDocument(),
    happenings: [],
    dropped: 0,
    targets: new Map(),
    failures: new Map(),
    missed: 0,
    gaps: {count: 0, total: 0},
  }
}

/** Takes one event in. */
export function foldDrillFacts(facts: DrillFacts, event: RunEvent): DrillFacts {
  const document = foldDrillDocument(facts.document, event)
  const next = document === facts.document ? facts : {...facts, document}
  switch (event.type) {
    case 'sample':
      return foldSample(next, event)
    case 'state-changed':
      return foldState(next, event)
    case 'attempt':
      return changeTarget(next, event.target, (old) => ({...old, lastAttempt: event.attempt}))
    case 'slot-missed': {
      const counted = {...next, missed: next.missed + 1}
      return changeTarget(counted, event.target, (old) => ({...old, skipped: old.skipped + 1}))
    }
    case 'observer-gap': {
      const {count, total} = next.gaps
      return {...next, gaps: {count: count + 1, total: total + event.length}}
    }
    default: {
      const happening = describe(document, event)
      return happening ? addHappening(next, happening) : next
    }
  }
}

function foldSample(facts: DrillFacts, {target, sample}: RunEvent & {type: 'sample'}): DrillFacts {
  const {outcome} = sample
  const counted = changeTarget(facts, target, (old) => ({
    ...old,
    sent: old.sent + (outcome.status === 'skipped' ? 0 : 1),
    failed: old.failed + (outcome.status === 'failed' ? 1 : 0),
    skipped: old.skipped + (outcome.status === 'skipped' ? 1 : 0),
  }))
  if (outcome.status !== 'failed') return counted
  const {failure} = outcome
  const known = facts.failures.get(failure.code)
  const entry = known ? {...known, count: known.count + 1} : {failure, target, count: 1}
  return {...counted, failures: new Map(facts.failures).set(failure.code, entry)}
}

function foldState(facts: DrillFacts, event: RunEvent & {type: 'state-changed'}): DrillFacts {
  const {at, target, from, to} = event
  const old = facts.targets.get(target)
  const wasLostAt = old?.lostAt ?? null
  const isLoss = DOWN.has(to) && !DOWN.has(from)
  const lostAt = isLoss ? at : to === 'connected' ? null : wasLostAt
  const next = changeTarget(facts, target, (one) => ({...one, state: to, lostAt}))
  const happening =
    to === 'connected' && wasLostAt !== null
      ? describeReturn(event, wasLostAt, old?.lastAttempt ?? 0)
      : describeTrouble(event, isLoss)
  return happening ? addHappening(next, happening) : next
}

function describeReturn(
  {at, target}: RunEvent & {type: 'state-changed'},
  lostAt: Millis,
  attempt: number,
): Happening {
  const on = attempt > 0 ? `, on attempt ${attempt}` : ''
  return {
    at,
    rank: 1,
    tone: 'good',
    text: `${target} was connected again ${formatDuration(at - lostAt)} later${on}`,
  }
}

function describeTrouble(event: RunEvent & {type: 'state-changed'}, isLoss: boolean): Happening | null {
  const {at, target, from, to} = event
  const why = event.because === '' ? '' : `: ${event.because}`
  if (isLoss) return {at, rank: 1, tone: 'bad', text: `${target} was lost${why}`}
  if (DOWN.has(to)) return {at, rank: 2, tone: 'bad', text: `${target} went from ${from} to ${to}${why}`}
  const isWorse = to === 'degraded' || (to === 'suspect' && from === 'connected')
  return isWorse ? {at, rank: 3, tone: 'warning', text: `${target} was ${to}${why}`} : null
}

function describe(document: DrillDocument, event: RunEvent): Happening | null {
  const {at} = event
  const fault = (id: string): {readonly name: string; readonly summary: string} => {
    const found = document.faults.find((one) => one.id === id)
    return found ? {name: faultLabel(found), summary: found.summary} : {name: id, summary: ''}
  }
  switch (event.type) {
    case 'fault-applied': {
      const {name, summary} = fault(event.fault)
      return {at, rank: 1, tone: 'fault', text: `fault ${name} began${summary === '' ? '' : `: ${summary}`}`}
    }
    case 'fault-removed': {
      const because = event.because === 'ended' ? '' : ` (${event.because})`
      const left = event.restored ? '' : ', but the state from before is NOT back'
      const text = `fault ${fault(event.fault).name} was removed${because}${left}`
      return {at, rank: 1, tone: event.restored ? 'fault' : 'bad', text}
    }
    case 'fault-failed': {
      const text = `fault ${fault(event.fault).name} could not be applied: ${event.because}`
      return {at, rank: 1, tone: 'bad', text}
    }
    case 'abort-requested':
      return {at, rank: 1, tone: 'warning', text: `the drill was stopped: ${event.because}`}
    case 'notice':
      if (event.level === 'info') return null
      return {at, rank: 2, tone: event.level === 'error' ? 'bad' : 'warning', text: event.text}
    default:
      return null
  }
}

function addHappening(facts: DrillFacts, happening: Happening): DrillFacts {
  if (facts.happenings.length >= MOST_HAPPENINGS) return {...facts, dropped: facts.dropped + 1}
  return {...facts, happenings: [...facts.happenings, happening]}
}

function changeTarget(
  facts: DrillFacts,
  name: string,
  change: (old: TargetFacts) => TargetFacts,
): DrillFacts {
  const old = facts.targets.get(name) ?? {
    state: 'idle',
    lostAt: null,
    sent: 0,
    failed: 0,
    skipped: 0,
    lastAttempt: 0,
  }
  return {...facts, targets: new Map(facts.targets).set(name, change(old))}
}

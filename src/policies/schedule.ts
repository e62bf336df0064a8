/** When a policy would attempt what, if every attempt failed. */
import type {Millis} from '../core/units.ts'
import {FIRST_RUNG, type Rung, nextRung, phaseOf} from './climb.ts'
import type {PhaseName, Policy} from './policy.ts'
import {type WaitRange, plainWait, waitRange} from './wait.ts'

export interface ScheduleRow {
  /** Counts the first attempt too. */
  readonly attempt: number
  readonly phase: PhaseName
  readonly rung: number
  /** Start without jitter. */
  readonly start: Millis
  readonly earliest: Millis
  readonly latest: Millis
  /** What the wait before it is drawn from; null before the first. */
  readonly wait: WaitRange | null
}

/** What follows the last row. */
export type ScheduleEnd =
  | {readonly type: 'endless'; readonly phase: PhaseName; readonly every: WaitRange}
  | {readonly type: 'exhausted'; readonly attempts: number}
  | {readonly type: 'deadline'; readonly deadline: Millis}
  /** The limit of rows was reached, and the waits still grow or phases follow. */
  | {readonly type: 'cut'; readonly phase: PhaseName}

export interface Schedule {
  readonly rows: readonly ScheduleRow[]
  readonly end: ScheduleEnd
}

export interface ScheduleOptions {
  /** How long each attempt takes to fail; the attempt timeout bounds it. */
  readonly duration: Millis
  /** So many rows at most; null stops as soon as an endless phase repeats itself. */
  readonly attempts: number | null
}

const MOST_ROWS = 200

/** Works the schedule out for failures that climb the ladder. Finite for every policy. */
export function planSchedule(policy: Policy, options: ScheduleOptions): Schedule {
  const duration = Math.min(options.duration, policy.attemptTimeout)
  const limit = options.attempts ?? MOST_ROWS
  const first: ScheduleRow = {...FIRST_RUNG, attempt: 1, start: 0, earliest: 0, latest: 0, wait: null}
  const rows = [first]
  for (let last = first; ;) {
    const step = nextRow(policy, last, duration)
    if (step.type !== 'row') return {rows, end: step}
    const repeats = isEndless(policy, last) && last.phase === step.row.phase && sameWait(last, step.row)
    const enough = options.attempts === null ? repeats : rows.length >= limit
    if (enough || rows.length >= limit) return {rows, end: cutAt(policy, step.row, repeats)}
    last = step.row
    rows.push(last)
  }
}

type Step =
  {readonly type: 'row'; readonly row: ScheduleRow} | Extract<ScheduleEnd, {type: 'exhausted' | 'deadline'}>

function nextRow(policy: Policy, last: ScheduleRow, duration: Millis): Step {
  if (policy.maxAttempts > 0 && last.attempt >= policy.maxAttempts)
    return {type: 'exhausted', attempts: last.attempt}
  const at: Rung = {phase: last.phase, rung: last.rung}
  const up = nextRung(policy, at)
  const phase = up && phaseOf(policy, up.phase)
  if (!up || !phase) return {type: 'exhausted', attempts: last.attempt}
  const lastStart =
    policy.deadline === null ? Number.POSITIVE_INFINITY : policy.deadline - policy.minAttemptTime
  // An attempt is cut at the deadline, so it can't end later.
  const endOf = (start: Millis): Millis =>
    Math.min(start + duration, policy.deadline ?? Number.POSITIVE_INFINITY)
  if (endOf(last.earliest) >= lastStart) return {type: 'deadline', deadline: policy.deadline ?? 0}
  const wait = waitRange(policy, phase, up.rung, up.phase === last.phase ? last.wait : null)
  const startAfter = (start: Millis, pause: Millis): Millis => {
    const due = policy.delayFrom === 'start' ? Math.max(start + pause, endOf(start)) : endOf(start) + pause
    return Math.min(due, lastStart)
  }
  const row: ScheduleRow = {
    ...up,
    attempt: last.attempt + 1,
    start: startAfter(last.start, plainWait(phase, up.rung)),
    earliest: startAfter(last.earliest, wait.low),
    latest: startAfter(last.latest, wait.high),
    wait,
  }
  return {type: 'row', row}
}

function isEndless(policy: Policy, row: ScheduleRow): boolean {
  return policy.maxAttempts === 0 && phaseOf(policy, row.phase)?.attempts === null
}

function sameWait(a: ScheduleRow, b: ScheduleRow): boolean {
  return a.wait?.low === b.wait?.low && a.wait?.high === b.wait?.high
}

function cutAt(policy: Policy, row: ScheduleRow, repeats: boolean): ScheduleEnd {
  const {wait, phase} = row
  const steady = repeats || (isEndless(policy, row) && phaseOf(policy, phase)?.multiplier === 1)
  return steady && wait && policy.deadline === null
    ? {type: 'endless', phase, every: wait}
    : {type: 'cut', phase}
}

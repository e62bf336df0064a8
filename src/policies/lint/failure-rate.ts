/** How fast one connection can fail: the bound that alert rules are held against. */
import type {Millis} from '../../core/units.ts'
import type {Policy} from '../policy.ts'
import {type Schedule, planSchedule} from '../schedule.ts'

/** More rows than any window of an alert holds at a sane rate; beyond it the bound counts as infinite. */
const MOST_ROWS = 20_000

/**
 * The most failures that one connection can have within any `window` of one unbroken outage, when each attempt takes
 * `duration` to fail and every wait is as short as jitter makes it. Infinity when jitter can shrink endless waits to
 * nothing. A connection that comes up and is lost again starts its ladder anew and can fail more often.
 */
export function mostFailures(policy: Policy, window: Millis, duration: Millis = 0): number {
  const schedule = planSchedule(policy, {duration, attempts: rowsFor(policy, window, duration)})
  const starts = schedule.rows.map((row) => row.earliest)
  let most = 0
  let first = 0
  for (const [index, start] of starts.entries()) {
    while (start - (starts[first] ?? start) >= window) first += 1
    most = Math.max(most, index - first + 1)
  }
  return most >= MOST_ROWS ? Number.POSITIVE_INFINITY : most
}

/** The same per second, as `rate(…[window])` would give it for a counter of failures. */
export function highestFailureRate(policy: Policy, window: Millis, duration: Millis = 0): number {
  return mostFailures(policy, window, duration) / (window / 1000)
}

/** All rows until the schedule repeats itself, and then as many as fit into a window. */
function rowsFor(policy: Policy, window: Millis, duration: Millis): number {
  const schedule = planSchedule(policy, {duration, attempts: null})
  const {rows} = schedule
  return Math.min(
    MOST_ROWS,
    rows.length + steadyRows(schedule, window, Math.min(duration, policy.attemptTimeout)),
  )
}

function steadyRows({end}: Schedule, window: Millis, duration: Millis): number {
  switch (end.type) {
    case 'endless':
      return Math.ceil(window / Math.max(end.every.low + duration, Number.MIN_VALUE)) + 1
    case 'cut':
      return MOST_ROWS
    case 'exhausted':
    case 'deadline':
      return 0
  }
}

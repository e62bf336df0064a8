/** What of a ladder is really climbed. */
import type {Millis} from '../../core/units.ts'
import type {Policy, RetryPhase} from '../policy.ts'
import {type ScheduleRow, planSchedule} from '../schedule.ts'
import {plainWait, waitRange} from '../wait.ts'

/** The first attempts that follow failures at once, without regard to the deadline. */
export function rungsOf(policy: Policy, limit: number | null = null): readonly ScheduleRow[] {
  return planSchedule({...policy, deadline: null}, {duration: 0, attempts: limit}).rows
}

/** How many attempts are made in one phase, as max_attempts and the phases before it allow; may be Infinity. */
export function attemptsIn(policy: Policy, phase: RetryPhase): number {
  let left = policy.maxAttempts > 0 ? policy.maxAttempts - 1 : Number.POSITIVE_INFINITY
  for (const candidate of policy.phases) {
    const attempts = Math.min(candidate.attempts ?? Number.POSITIVE_INFINITY, left)
    if (candidate.name === phase.name) return attempts
    left = attempts === Number.POSITIVE_INFINITY ? 0 : left - attempts
  }
  return 0
}

/** All attempts, the first included; may be Infinity. */
export function attemptsOf(policy: Policy): number {
  return policy.phases.reduce((sum, phase) => sum + attemptsIn(policy, phase), 1)
}

/** Far enough for every growth to have met its cap, and no overflow for a multiplier of 1. */
const FAR = 1_000_000

/** The longest wait of a phase without jitter; 0 when it is never entered. */
export function longestWait(policy: Policy, phase: RetryPhase): Millis {
  const attempts = attemptsIn(policy, phase)
  return attempts === 0 ? 0 : plainWait(phase, Math.min(attempts, FAR))
}

/** Whether jitter can take a wait of the phase to `wait`. */
export function canReach(policy: Policy, phase: RetryPhase, wait: Millis): boolean {
  const attempts = Math.min(attemptsIn(policy, phase), 200)
  let range = null
  for (let rung = 1; rung <= attempts; rung++) {
    range = waitRange(policy, phase, rung, range)
    if (range.high >= wait) return true
  }
  return false
}

/** The phase whose waits may grow. */
export function growingPhase(policy: Policy): RetryPhase | null {
  return policy.phases.find((phase) => phase.maxInterval !== null) ?? null
}

/** The waits of a ladder in the order of its attempts, worked out once for a whole fleet. */
import type {Millis} from '../../core/units.ts'
import {FIRST_RUNG, type Rung, nextRung, phaseOf} from '../climb.ts'
import type {Policy, RetryPhase} from '../policy.ts'
import {type WaitRange, waitRange} from '../wait.ts'

export interface WaitPlan {
  /**
   * What the wait before attempt `attempt` after a loss (from 1) is drawn from, or null when the ladder ends before
   * it. `lastWait` is the wait before the attempt before; only decorrelated jitter looks at it.
   */
  rangeFor(attempt: number, lastWait: Millis): WaitRange | null
}

interface PlannedRung extends Rung {
  readonly from: RetryPhase
  /** Null where the wait depends on the one before. */
  readonly range: WaitRange | null
}

/** For failures that climb the ladder, after a connection that was stable. Grows as far as it is asked. */
export function planWaits(policy: Policy): WaitPlan {
  const remembers = policy.jitter.mode === 'decorrelated'
  const rungs: PlannedRung[] = []
  const limit = attemptsAfterLoss(policy)
  const extend = (): PlannedRung | null => {
    const before = rungs.at(-1)
    const up = nextRung(policy, before ?? FIRST_RUNG)
    const from = up && phaseOf(policy, up.phase)
    if (!up || !from) return null
    // Only decorrelated jitter builds on the wait before.
    const planned = {...up, from, range: remembers ? null : waitRange(policy, from, up.rung, null)}
    rungs.push(planned)
    return planned
  }
  return {
    rangeFor(attempt, lastWait) {
      if (attempt > limit) return null
      const rung = rungs[attempt - 1] ?? extend()
      if (!rung) return null
      if (rung.range) return rung.range
      const samePhase = rungs[attempt - 2]?.phase === rung.phase
      return waitRange(policy, rung.from, rung.rung, samePhase ? {low: lastWait, high: lastWait} : null)
    },
  }
}

/** What max_attempts leaves: where nothing gives the ladder back, the attempt that once connected counts as well. */
function attemptsAfterLoss({maxAttempts, reset}: Policy): number {
  if (maxAttempts === 0) return Number.POSITIVE_INFINITY
  return reset.mode === 'never' ? maxAttempts - 1 : maxAttempts
}

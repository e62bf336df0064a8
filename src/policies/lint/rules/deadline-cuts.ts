import {formatDuration} from '../../../core/units.ts'
import type {LintRule} from '../finding.ts'
import {attemptsIn, attemptsOf, rungsOf} from '../rungs.ts'

const ENOUGH_ROWS = 10_000

/** Attempts or phases that are written down and never made, since the deadline comes first. */
export const deadlineCuts: LintRule = {
  code: 'LINT_DEADLINE_CUTS',
  check({policy}) {
    const {deadline} = policy
    if (deadline === null) return []
    const made = rungsOf(policy, ENOUGH_ROWS).filter((row) => row.start <= deadline - policy.minAttemptTime)
    const total = attemptsOf(policy)
    const lost = policy.phases.filter(
      (phase) => attemptsIn(policy, phase) > 0 && made.every((row) => row.phase !== phase.name),
    )
    // An endless phase is meant to be ended by the deadline; only a phase that is never entered is lost.
    if (total === Number.POSITIVE_INFINITY ? lost.length === 0 : made.length >= Math.min(total, ENOUGH_ROWS))
      return []
    const all = Number.isFinite(total) ? ` of ${total}` : ''
    const phases =
      lost.length === 0 ? '' : `; the ${lost.map(({name}) => name).join(' and ')} phase is never entered`
    return [
      {
        severity: 'warning',
        key: 'deadline',
        reason:
          `the deadline of ${formatDuration(deadline)} ends it after ${made.length}${all} attempts, even when each ` +
          `fails at once${phases}`,
        fix: "raise the deadline, or leave out the attempts that don't fit",
      },
    ]
  },
}

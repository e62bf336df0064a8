import {formatDuration} from '../../../core/units.ts'
import type {LintRule} from '../finding.ts'
import {attemptsIn, canReach, growingPhase, longestWait} from '../rungs.ts'

/** `max_interval` (or `max_delay_ms`) is longer than the longest wait there is. */
export const capUnreached: LintRule = {
  code: 'LINT_CAP_UNREACHED',
  check({policy}) {
    const phase = growingPhase(policy)
    const cap = phase?.maxInterval ?? null
    if (!phase || cap === null || phase.interval === 0) return []
    // A single wait doesn't grow: that is for the rule about the multiplier.
    if (attemptsIn(policy, phase) < 2) return []
    const longest = longestWait(policy, phase)
    if (longest >= cap || canReach(policy, phase, cap)) return []
    return [
      {
        severity: 'info',
        key: 'retry.gradual.max_interval',
        reason: `the cap of ${formatDuration(cap)} is never reached: the longest wait is ${formatDuration(longest)}`,
        fix: `lower it to ${formatDuration(longest)}, or allow more attempts`,
      },
    ]
  },
}

import {formatDuration} from '../../../core/units.ts'
import type {LintRule} from '../finding.ts'
import {attemptsIn} from '../rungs.ts'

/** Against a target that answers nothing, the timeout sets the pace and not the interval. */
export const cadence: LintRule = {
  code: 'LINT_CADENCE',
  check({policy}) {
    const {attemptTimeout: timeout, delayFrom} = policy
    const phase = policy.phases.find(
      (candidate) =>
        candidate.interval > 0 && candidate.interval < timeout && attemptsIn(policy, candidate) > 0,
    )
    if (!phase) return []
    const real = delayFrom === 'end' ? timeout + phase.interval : timeout
    return [
      {
        severity: 'info',
        key: 'timeout',
        reason:
          `an attempt may take ${formatDuration(timeout)} to time out, so against silence the ${phase.name} ` +
          `attempts come every ${formatDuration(real)} and not every ${formatDuration(phase.interval)}`,
        fix: `shorten the timeout below ${formatDuration(phase.interval)}, or reckon with ${formatDuration(real)}`,
      },
    ]
  },
}

import {formatDuration} from '../../../core/units.ts'
import type {LintRule} from '../finding.ts'
import {attemptsIn, growingPhase, longestWait} from '../rungs.ts'

/** After it has waited longer and longer it becomes impatient again, and stays so. */
export const persistentFaster: LintRule = {
  code: 'LINT_PERSISTENT_FASTER',
  check({policy}) {
    const gradual = growingPhase(policy)
    const persistent = policy.phases.find((phase) => phase.name === 'persistent')
    if (!gradual || !persistent || attemptsIn(policy, persistent) === 0) return []
    const last = longestWait(policy, gradual)
    if (persistent.interval >= last) return []
    return [
      {
        severity: 'warning',
        key: 'retry.persistent.interval',
        reason:
          `the persistent wait of ${formatDuration(persistent.interval)} is shorter than the last gradual one of ` +
          `${formatDuration(last)}: the longer an outage lasts, the more load it gets`,
        fix: `raise the persistent interval to ${formatDuration(last)} or more`,
      },
    ]
  },
}

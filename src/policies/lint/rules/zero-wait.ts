import {plainWait} from '../../wait.ts'
import type {LintRule} from '../finding.ts'
import {attemptsIn} from '../rungs.ts'

/** Retries without a wait: each failure costs the target several attempts at once. */
export const zeroWait: LintRule = {
  code: 'LINT_ZERO_WAIT',
  check({policy}) {
    const phases = policy.phases.filter((phase) => plainWait(phase, 1) === 0 && attemptsIn(policy, phase) > 0)
    const [first] = phases
    if (!first) return []
    const retries = phases.reduce((sum, phase) => sum + attemptsIn(policy, phase), 0)
    const key = first.name === 'immediate' ? 'retry.immediate.interval' : 'retry.gradual.base_interval'
    const times = retries === 1 ? 'one retry follows' : `${retries} retries follow`
    return [
      {
        severity: retries === 1 ? 'warning' : 'error',
        key,
        reason: `${times} without any wait, so a failing target gets ${retries + 1} attempts of each client at once`,
        fix: 'wait 100ms at least, with jitter',
      },
    ]
  },
}

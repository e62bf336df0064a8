import type {LintRule} from '../finding.ts'

/** max_attempts above what the phases allow anyway. */
export const attemptsUnreached: LintRule = {
  code: 'LINT_ATTEMPTS_UNREACHED',
  check({policy}) {
    const rungs = policy.phases.reduce((sum, phase) => sum + (phase.attempts ?? Number.POSITIVE_INFINITY), 1)
    if (policy.maxAttempts === 0 || policy.maxAttempts <= rungs) return []
    return [
      {
        severity: 'info',
        key: 'max_attempts',
        reason: `max_attempts ${policy.maxAttempts} is never reached: the phases end after ${rungs} attempts`,
        fix: `lower it to ${rungs}, add attempts to a phase, or enable the persistent phase`,
      },
    ]
  },
}

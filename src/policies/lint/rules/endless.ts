import type {LintRule} from '../finding.ts'
import {growingPhase} from '../rungs.ts'

/** Attempts without end that nobody asked for by a persistent phase or bounded by a deadline. */
export const endless: LintRule = {
  code: 'LINT_ENDLESS',
  check({policy}) {
    const phase = growingPhase(policy)
    if (policy.maxAttempts > 0 || policy.deadline !== null || phase?.attempts !== null) return []
    return [
      {
        severity: 'warning',
        key: 'max_attempts',
        reason:
          'it tries for ever: there is no limit of attempts, no deadline, and no persistent phase that says so',
        fix: 'set max_attempts or a deadline, or use the phases of retry with persistent enabled',
      },
    ]
  },
}

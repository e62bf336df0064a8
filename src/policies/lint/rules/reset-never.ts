import type {LintRule} from '../finding.ts'

/** Attempts count over the whole life, so a connection that works ends exhausted one day. */
export const resetNever: LintRule = {
  code: 'LINT_RESET_NEVER',
  check({policy}) {
    if (policy.reset.mode !== 'never') return []
    const limit = policy.maxAttempts > 0 ? `after ${policy.maxAttempts} attempts in all` : 'at its last rung'
    return [
      {
        severity: 'warning',
        key: 'reset',
        reason: `nothing gives the ladder back: a connection that recovers each time still ends ${limit}`,
        fix: 'set reset to {after_stable: 30s}; reset_on_success: false means never',
      },
    ]
  },
}

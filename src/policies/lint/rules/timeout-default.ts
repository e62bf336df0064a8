import {formatDuration} from '../../../core/units.ts'
import type {LintRule} from '../finding.ts'

/** Nobody decided how long an attempt may take. */
export const timeoutDefault: LintRule = {
  code: 'LINT_TIMEOUT_DEFAULT',
  check({policy, origins}) {
    const isDefault = origins.some(({key, origin}) => key === 'timeout' && origin === 'default')
    if (!isDefault) return []
    return [
      {
        severity: 'info',
        key: 'timeout',
        reason: `no attempt timeout is written, so ${formatDuration(policy.attemptTimeout)} holds, whatever the target promises`,
        fix: 'set timeout to a few times the slowest good answer',
      },
    ]
  },
}

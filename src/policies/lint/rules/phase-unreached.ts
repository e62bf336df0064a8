import type {LintRule} from '../finding.ts'
import {attemptsIn} from '../rungs.ts'

/** A phase that max_attempts, or an endless phase before it, keeps from ever being entered. */
export const phaseUnreached: LintRule = {
  code: 'LINT_PHASE_UNREACHED',
  check({policy}) {
    const lost = policy.phases.filter((phase) => phase.attempts !== 0 && attemptsIn(policy, phase) === 0)
    if (lost.length === 0) return []
    const names = lost.map(({name}) => name).join(' and ')
    const because =
      policy.maxAttempts > 0
        ? `max_attempts ${policy.maxAttempts} ends it before`
        : 'the phase before never ends'
    return [
      {
        severity: 'warning',
        key: policy.maxAttempts > 0 ? 'max_attempts' : 'retry.gradual.attempts',
        reason: `the ${names} phase is never entered: ${because}`,
        fix:
          policy.maxAttempts > 0
            ? `raise max_attempts, or leave the ${names} phase out`
            : 'limit the attempts of that phase',
      },
    ]
  },
}

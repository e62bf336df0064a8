import {type Millis, formatDuration} from '../../../core/units.ts'
import type {LintRule} from '../finding.ts'
import {rungsOf} from '../rungs.ts'

/** A server that recovers from an outage accepts and drops connections for about this long. */
const SHORT: Millis = 30_000

/** The first success gives the ladder back, so a target that accepts and closes never meets a growing wait. */
export const resetOnSuccess: LintRule = {
  code: 'LINT_RESET_ON_SUCCESS',
  check({policy}) {
    const first = rungsOf(policy)[1]?.wait?.low
    if (policy.reset.mode !== 'on_success' || first === undefined || first >= SHORT) return []
    return [
      {
        severity: 'warning',
        key: 'reset',
        reason: `one success starts the ladder over: a target that accepts and closes at once is dialled every ${formatDuration(first)} for ever`,
        fix: 'set reset to {after_stable: 30s}',
      },
    ]
  },
}

import {formatDuration} from '../../../core/units.ts'
import type {RetryPhase} from '../../policy.ts'
import type {LintRule} from '../finding.ts'
import {attemptsIn, growingPhase} from '../rungs.ts'

/** A multiplier that changes no wait. */
export const multiplierIdle: LintRule = {
  code: 'LINT_MULTIPLIER_IDLE',
  check({policy}) {
    const phase = growingPhase(policy)
    if (!phase || phase.multiplier === 1 || phase.interval === 0) return []
    const because = idleBecause(phase, attemptsIn(policy, phase))
    if (because === null) return []
    return [
      {
        severity: 'info',
        key: 'retry.gradual.multiplier',
        reason: `the multiplier of ${phase.multiplier} makes no wait longer: ${because}`,
        fix: 'raise max_interval or the attempts, or set the multiplier to 1 to say that waits stay the same',
      },
    ]
  },
}

function idleBecause(phase: RetryPhase, attempts: number): string | null {
  if (attempts === 0) return null
  if (attempts === 1) return `the ${phase.name} phase makes a single attempt`
  const cap = phase.maxInterval
  return cap !== null && phase.interval >= cap
    ? `the first wait is the cap of ${formatDuration(cap)} already`
    : null
}

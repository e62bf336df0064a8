/** Rules about the checks of an established connection. */
import {detectionTime} from '../../../core/health.ts'
import {formatDuration} from '../../../core/units.ts'
import type {LintRule} from '../finding.ts'

/** States how long a silent loss stays unnoticed; no fault, but seldom known. */
export const healthDetection: LintRule = {
  code: 'LINT_DETECTION_TIME',
  check({policy: {health}}, {detection}) {
    if (!health) return []
    const {worst, mean} = detectionTime({...health, health})
    const late = detection !== null && worst > detection
    const promised = late ? `, later than the ${formatDuration(detection)} that it has to be found in` : ''
    return [
      {
        severity: late ? 'warning' : 'info',
        key: 'health.interval',
        reason: `a silent loss is found after ${formatDuration(worst)} at worst and ${formatDuration(mean)} in the mean${promised}`,
        fix: 'check more often, lower the timeout, or let fewer failures count as down',
      },
    ]
  },
}

/** A watch has no more checks of a target under way. */
const MOST_AT_ONCE = 64

export const healthOverlap: LintRule = {
  code: 'LINT_CHECK_OVERLAP',
  check({policy: {health}}) {
    if (!health || health.timeout <= health.interval) return []
    const most = Math.ceil(health.timeout / health.interval) + 1
    return [
      {
        severity: most > MOST_AT_ONCE ? 'warning' : 'info',
        key: 'health.timeout',
        reason:
          `a check may take ${formatDuration(health.timeout)} and the next one is due after ` +
          `${formatDuration(health.interval)}: while the target is silent, ` +
          (most > MOST_AT_ONCE
            ? `more than ${MOST_AT_ONCE} would be under way, and the others are left out`
            : `up to ${most} checks are under way at once`),
        fix: `lower health.timeout to ${formatDuration(health.interval)} or less`,
      },
    ]
  },
}

export const healthFall: LintRule = {
  code: 'LINT_FALL_ONE',
  check({policy: {health}}) {
    if (health?.fall !== 1) return []
    return [
      {
        severity: 'warning',
        key: 'health.fall',
        reason: 'a single lost check counts as down, so one lost packet reconnects',
        fix: 'set health.fall to 2 or more',
      },
    ]
  },
}

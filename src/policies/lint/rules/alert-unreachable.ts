import {formatDuration} from '../../../core/units.ts'
import type {Policy} from '../../policy.ts'
import {type RateCondition, readRateCondition} from '../alert-condition.ts'
import {mostFailures} from '../failure-rate.ts'
import type {LintAlert, LintHit, LintRule} from '../finding.ts'

/** `rate` and `increase` extrapolate to the edges of the window: by about a tenth with ten samples in it. */
const EXTRAPOLATION = 1.1

/** An alert that no outage can raise while this policy does the attempts. */
export const alertUnreachable: LintRule = {
  code: 'LINT_ALERT_UNREACHABLE',
  check({policy}, {alerts}) {
    return alerts.flatMap((alert) => {
      const condition = readRateCondition(alert.condition)
      return condition ? judge(policy, alert, condition) : []
    })
  },
}

function judge(policy: Policy, alert: LintAlert, condition: RateCondition): readonly LintHit[] {
  const {fn, window, op, threshold} = condition
  const most = mostFailures(policy, window)
  const highest = fn === 'rate' ? most / (window / 1000) : most
  const bound = highest * EXTRAPOLATION
  if (op === '>' ? bound > threshold : bound >= threshold) return []
  const range = formatDuration(window)
  return [
    {
      severity: 'warning',
      key: null,
      reason:
        `alert ${alert.name} can not fire in an outage: one connection fails ${most} times in ${range} at most, ` +
        `${fn === 'rate' ? `${Number(highest.toPrecision(3))}/s` : 'no more'}, against a threshold of ${threshold}`,
      fix: `use increase(…[${range}]) >= ${Math.max(1, Math.floor(most / 2))}, or a ratio of failures to attempts`,
    },
  ]
}

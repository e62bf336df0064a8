import type {LintRule} from '../finding.ts'
import {rungsOf} from '../rungs.ts'

/** Clients that failed together come back together, again and again. */
export const noJitter: LintRule = {
  code: 'LINT_NO_JITTER',
  check({policy}) {
    const waits = rungsOf(policy).flatMap((row) => (row.wait === null ? [] : [row.wait]))
    const spread = waits.some((wait) => wait.low < wait.high)
    if (spread || waits.every((wait) => wait.high === 0)) return []
    return [
      {
        severity: 'warning',
        key: policy.jitter.mode === 'none' ? 'jitter.mode' : 'jitter.factor',
        reason: 'no wait is spread, so all clients that failed together come back in the same moment',
        fix: 'set retry.jitter to {mode: width, factor: 0.2}, or to full for a large fleet',
      },
    ]
  },
}

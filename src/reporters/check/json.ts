/** A check as one JSON document; all times are milliseconds, all ratios between 0 and 1. */
import type {CheckResult} from '../../core/check-result.ts'
import {toJsonDocument} from '../../core/json.ts'

/** With a line break at its end. */
export function renderCheckJson(result: CheckResult): string {
  return `${toJsonDocument(result)}\n`
}

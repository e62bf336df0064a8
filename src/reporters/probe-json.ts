/** The result of a probe as one JSON document; all times are milliseconds, all ratios between 0 and 1. */
import {toJsonDocument} from '../core/json.ts'
import type {ProbeResult} from '../core/probe-result.ts'

/** With a line break at its end. */
export function renderProbeJson(result: ProbeResult): string {
  return `${toJsonDocument(result)}\n`
}

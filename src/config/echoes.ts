/** Issues that only repeat what another one says already. */
import type * as z from 'zod'
import {suggest} from '../core/text.ts'

type Issue = z.core.$ZodIssue

/** Without a missing key where a misspelled one stands beside it, and with one bound per value. */
export function withoutEchoes(issues: readonly Issue[]): readonly Issue[] {
  return issues.filter(
    (issue, index) => !isMisspelled(issue, issues) && !isBoundAgain(issue, issues.slice(index + 1)),
  )
}

function isMisspelled(issue: Issue, issues: readonly Issue[]): boolean {
  if (!isMissing(issue)) return false
  const key = String(issue.path.at(-1))
  const parent = issue.path.slice(0, -1).join('\u0000')
  return issues.some(
    (other) =>
      other.code === 'unrecognized_keys' &&
      other.path.join('\u0000') === parent &&
      other.keys.some((word) => suggest(word, [key]) === key),
  )
}

function isMissing(issue: Issue): boolean {
  return (
    (issue.code === 'invalid_type' || issue.code === 'invalid_value' || issue.code === 'invalid_union') &&
    issue.input === undefined &&
    issue.path.length > 0
  )
}

/** The later one comes from the schema's own bounds, the earlier from what a number can hold. */
function isBoundAgain(issue: Issue, later: readonly Issue[]): boolean {
  if (issue.code !== 'too_big' && issue.code !== 'too_small') return false
  return later.some(
    (other) => other.code === issue.code && other.path.join('\u0000') === issue.path.join('\u0000'),
  )
}

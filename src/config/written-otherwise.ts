/** Advice for values that would be right if they were written a little differently. */
import type * as z from 'zod'
import type {Problem} from '../core/errors.ts'

/** Quotes that make a text of a number, and a colon that misses its blank. */
export function withoutQuotes(issue: z.core.$ZodIssue, seen: unknown): Pick<Problem, 'advice'> | null {
  if (typeof seen !== 'string') return null
  const number = seen.trim() !== '' && Number.isFinite(Number(seen))
  const wantsNumber =
    issue.code === 'invalid_value'
      ? issue.values.some((value) => typeof value === 'number' && value === Number(seen))
      : issue.code === 'invalid_type' && (issue.expected === 'number' || issue.expected === 'int')
  if (number && wantsNumber) return {advice: [`write ${seen.trim()} without quotes`]}
  const wantsMapping =
    issue.code === 'invalid_type' && (issue.expected === 'object' || issue.expected === 'record')
  return wantsMapping && /^[\w-]+:[^\s/]/.test(seen) ? {advice: ['a blank belongs after the colon']} : null
}

/** Conditions as parts of a document's schema. */
import * as z from 'zod'
import type {Condition} from './condition.ts'
import {type ConditionResult, type FieldValue, evaluateCondition} from './evaluate.ts'
import {readCondition} from './parse.ts'
import {ConditionMistake} from './scan.ts'

/** One condition about the thing it stands at, without a subject; mistakes are shown inside the text. */
const conditionSchema = z
  .string()
  .meta({
    description: 'A condition: FIELD OPERATOR VALUE.',
    examples: ['rtt.p95 < 50ms', 'loss <= 1%', 'dns.answers has 10.0.0.1', 'closed'],
  })
  .transform((text, context): Condition => {
    try {
      return readCondition(text)
    } catch (error) {
      if (!(error instanceof ConditionMistake)) throw error
      context.issues.push(issueOf(error, text))
      return z.NEVER
    }
  })

/** A condition, or several of which one is enough. */
export type Expectation = Condition | {readonly any: readonly Condition[]}

/**
 * A list of which all must hold; `any:` holds when one of its own does. A single one, such as `closed`, needs no list.
 */
export const expectationsSchema = z.union([
  z.array(z.union([conditionSchema, z.strictObject({any: z.array(conditionSchema).min(1)})])),
  conditionSchema.transform((condition): readonly Expectation[] => [condition]),
])

/** Judges an expectation. Of `any`, one that is met decides; else one that can't be told leaves the whole unknown. */
export function evaluateExpectation(
  expectation: Expectation,
  lookup: (field: string) => FieldValue,
): Omit<ConditionResult, 'actual'> {
  if (!('any' in expectation)) return evaluateCondition(expectation, lookup)
  const results = expectation.any.map((condition) => evaluateCondition(condition, lookup))
  const text = `any of: ${results.map((result) => result.text).join('; ')}`
  if (results.some((result) => result.met === true)) return {met: true, text}
  return {met: results.some((result) => result.met === null) ? null : false, text}
}

/** A schema issue that carries the place inside the text. */
function issueOf(mistake: ConditionMistake, input: unknown): z.core.$ZodRawIssue {
  const {at, length, advice, code} = mistake
  return {code: 'custom', message: mistake.message, input, params: {code, advice, place: {at, length}}}
}

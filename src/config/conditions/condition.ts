/** A condition: one comparison, `FIELD OPERATOR VALUE`. */
import type {FieldType} from './fields.ts'

export const OPERATORS = ['==', '!=', '<=', '>=', '<', '>', 'matches', 'has', 'in'] as const
export type Operator = (typeof OPERATORS)[number]

/** Durations in ms (`seconds` fields in s), ratios between 0 and 1, sizes in octets. */
export type ConditionValue = number | string | boolean | null

export interface Condition {
  /** The target or group it is about; null where that goes without saying. */
  readonly subject: string | null
  readonly field: string
  readonly type: FieldType
  readonly operator: Operator
  /** A list for `in` and for `==` and `!=` of a list field; the source of the expression for `matches`. */
  readonly value: ConditionValue | readonly ConditionValue[]
  /** The value as it was written, units and quotes included. */
  readonly literal: string
  /** Only for `matches`. */
  readonly regexp: RegExp | null
}

/** The condition in its normal form, with one space round the operator. `parseCondition` gives the same back. */
export function renderCondition(condition: Condition): string {
  const subject = condition.subject === null ? '' : `${condition.subject}.`
  return `${subject}${condition.field} ${condition.operator} ${condition.literal}`
}

/** Conditions against what was measured. */
import {formatDuration, formatPercent} from '../../core/units.ts'
import {type Condition, type ConditionValue, renderCondition} from './condition.ts'
import type {FieldType} from './fields.ts'

/** A measured value: `undefined` means that it was not measured, null that there is none (no failure code, say). */
export type FieldValue = ConditionValue | readonly string[] | undefined

export interface ConditionResult {
  /** null: can't be told, since the value was not measured. */
  readonly met: boolean | null
  readonly actual: FieldValue
  /** For people: `rtt.p95 < 50ms: it is 62ms`. */
  readonly text: string
}

/** Judges the condition. `lookup` is asked for the field, without the subject. */
export function evaluateCondition(
  condition: Condition,
  lookup: (field: string) => FieldValue,
): ConditionResult {
  const actual = lookup(condition.field)
  const met = judge(condition, actual)
  const shown = actual === undefined ? 'not measured' : `it is ${renderValue(condition.type, actual)}`
  return {met, actual, text: `${renderCondition(condition)}: ${shown}`}
}

function judge(condition: Condition, actual: FieldValue): boolean | null {
  if (actual === undefined || (typeof actual === 'number' && Number.isNaN(actual))) return null
  switch (condition.operator) {
    case '==':
      return isSame(actual, condition.value)
    case '!=':
      return !isSame(actual, condition.value)
    case 'in':
      return isList(condition.value) && condition.value.some((value) => isSame(actual, value))
    case 'has':
      return holds(actual, condition.value)
    case 'matches':
      return listOf(actual).some((text) => condition.regexp?.test(text) ?? false)
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(actual, condition)
  }
}

function compare(actual: FieldValue, {operator, value}: Condition): boolean | null {
  if (typeof actual !== 'number' || typeof value !== 'number') return null
  if (operator === '<') return actual < value
  if (operator === '<=') return actual <= value
  return operator === '>' ? actual > value : actual >= value
}

function isSame(actual: FieldValue, value: Condition['value']): boolean {
  if (!isList(actual) || !isList(value)) return actual === value
  return actual.length === value.length && actual.every((item, index) => item === value[index])
}

function holds(actual: FieldValue, value: Condition['value']): boolean {
  if (isList(actual)) return actual.some((item) => item === value)
  return typeof actual === 'string' && typeof value === 'string' && actual.includes(value)
}

function isList(value: FieldValue | Condition['value']): value is readonly ConditionValue[] {
  return Array.isArray(value)
}

function listOf(actual: FieldValue): readonly string[] {
  if (typeof actual === 'string') return [actual]
  return isList(actual) ? actual.map(String) : []
}

function renderValue(type: FieldType, actual: FieldValue): string {
  if (actual === null) return 'none'
  if (isList(actual)) return `[${actual.map(String).join(', ')}]`
  if (typeof actual !== 'number') return String(actual)
  if (type === 'duration') return formatDuration(actual)
  if (type === 'seconds') return formatDuration(actual * 1000)
  if (type === 'ratio') return formatPercent(actual)
  return type === 'size' ? `${actual}B` : String(actual)
}

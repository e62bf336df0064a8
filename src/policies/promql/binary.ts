/** Operators between numbers and vectors; how the elements of two vectors find each other is in `matching.ts`. */
import {EvaluationFailure, distinct, labelText} from './distinct.ts'
import type {Evaluator} from './evaluator.ts'
import type {ArithmeticOperator, BinaryExpression, ComparisonOperator} from './expression.ts'
import {joinSets, pairUp} from './matching.ts'
import {type Element, type Value, withoutName} from './values.ts'

export function evaluateBinary(expression: BinaryExpression, evaluator: Evaluator): Value {
  const {op, matching, bool} = expression
  if (op === 'and' || op === 'or' || op === 'unless') {
    const [left, right] = [evaluator.vector(expression.left), evaluator.vector(expression.right)]
    return {type: 'vector', elements: joinSets(op, {left, right}, matching)}
  }
  const left = evaluator.value(expression.left)
  const right = evaluator.value(expression.right)
  if (left.type === 'scalar' && right.type === 'scalar')
    return {type: 'scalar', value: compute(op, left.value, right.value)}
  if (left.type === 'vector' && right.type === 'vector')
    return {type: 'vector', elements: betweenVectors(expression, left.elements, right.elements)}
  const elements = left.type === 'vector' ? left.elements : right.type === 'vector' ? right.elements : []
  const results = elements.flatMap((element) => {
    const a = left.type === 'scalar' ? left.value : element.value
    const b = right.type === 'scalar' ? right.value : element.value
    // A comparison that holds leaves the element as it was.
    return apply({op, bool}, {a, b, kept: element.value}, element)
  })
  return {type: 'vector', elements: drops({op, bool}) ? distinct(results) : results}
}

type Operation = Pick<BinaryExpression, 'bool'> & {readonly op: ArithmeticOperator | ComparisonOperator}

interface Operands {
  readonly a: number
  readonly b: number
  readonly kept: number
}

function apply(operation: Operation, {a, b, kept}: Operands, {labels}: Element): readonly Element[] {
  const value = compute(operation.op, a, b)
  if (drops(operation)) return [{labels: withoutName(labels), value}]
  return value === 1 ? [{labels, value: kept}] : []
}

/** Whether the result is something else than the series that it was made from. */
function drops({op, bool}: Operation): boolean {
  return bool || !isComparison(op)
}

function betweenVectors(
  {op, bool, matching}: BinaryExpression,
  left: readonly Element[],
  right: readonly Element[],
): readonly Element[] {
  if (op === 'and' || op === 'or' || op === 'unless') return []
  const drop = drops({op, bool})
  const seen = new Set<string>()
  return pairUp({left, right}, matching, drop).flatMap(({labels, a, b, key}) => {
    const result = apply({op, bool}, {a, b, kept: a}, {labels, value: a})
    if (result.length > 0 && seen.has(key))
      throw new EvaluationFailure(
        `several results of ${op} have the labels ${labelText(labels)}: on or ignoring say what belongs together`,
      )
    if (result.length > 0) seen.add(key)
    return result
  })
}

function isComparison(op: Operation['op']): op is ComparisonOperator {
  return ['==', '!=', '>', '<', '>=', '<='].includes(op)
}

/** A comparison gives 1 or 0. */
function compute(op: Operation['op'], a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return a / b
    case '%':
      return a % b
    case '^':
      return a ** b
    case '==':
      return Number(a === b)
    case '!=':
      return Number(a !== b)
    case '>':
      return Number(a > b)
    case '<':
      return Number(a < b)
    case '>=':
      return Number(a >= b)
    case '<=':
      return Number(a <= b)
  }
}

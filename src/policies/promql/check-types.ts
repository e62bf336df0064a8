/** What fits into what: found when a document is read, not in the middle of an outage. */
import {
  type BinaryExpression,
  COMPARISONS,
  type Expression,
  ExpressionMistake,
  SET_OPERATORS,
  type ValueType,
} from './expression.ts'
import {functionEntry} from './functions.ts'

const WORDS: Readonly<Record<ValueType, string>> = {
  scalar: 'a number',
  vector: 'a vector',
  matrix: 'a range such as metric[5m]',
}

export function typeOf(expression: Expression): ValueType {
  switch (expression.type) {
    case 'number':
      return 'scalar'
    case 'vector':
    case 'aggregate':
      return 'vector'
    case 'matrix':
      return 'matrix'
    case 'negate':
      return typeOf(expression.of)
    case 'call':
      return functionEntry(expression.fn).returns
    case 'binary':
      return typeOf(expression.left) === 'scalar' && typeOf(expression.right) === 'scalar'
        ? 'scalar'
        : 'vector'
  }
}

/** Throws `ExpressionMistake` at the innermost place that doesn't fit. */
export function checkTypes(expression: Expression): void {
  switch (expression.type) {
    case 'number':
    case 'vector':
    case 'matrix':
      return
    case 'negate':
      checkTypes(expression.of)
      noRange(expression.of)
      return
    case 'aggregate':
      checkTypes(expression.of)
      expectType(expression.of, 'vector', `${expression.op} takes`)
      return
    case 'call':
      checkCall(expression)
      return
    case 'binary':
      checkTypes(expression.left)
      checkTypes(expression.right)
      checkBinary(expression)
      return
  }
}

function checkCall({fn, args, span}: Extract<Expression, {type: 'call'}>): void {
  const entry = functionEntry(fn)
  const most = entry.args.length
  const fewest = most - (entry.optional ?? 0)
  if (args.length < fewest || args.length > most) {
    const number = fewest === most ? `${most}` : `${fewest} or ${most}`
    throw new ExpressionMistake(
      `${fn} takes ${number} argument${most === 1 ? '' : 's'}, not ${args.length}`,
      span,
    )
  }
  for (const [index, argument] of args.entries()) {
    checkTypes(argument)
    expectType(argument, entry.args[index] ?? 'vector', `${fn} takes`)
  }
}

function checkBinary(expression: BinaryExpression): void {
  const {op, left, right, bool, matching, span} = expression
  noRange(left)
  noRange(right)
  const compares = isIn(COMPARISONS, op)
  if (bool && !compares) throw new ExpressionMistake(`bool only goes with comparisons, not with ${op}`, span)
  const numbers = [left, right].filter((side) => typeOf(side) === 'scalar').length
  if (numbers === 0) {
    checkMatching(expression)
    return
  }
  if (isIn(SET_OPERATORS, op))
    throw new ExpressionMistake(`${op} stands between two vectors`, span, [VECTOR_OF_NUMBER])
  if (compares && !bool && numbers === 2)
    throw new ExpressionMistake('numbers are compared with bool', span, [`write ${op} bool`])
  if (matching.on || matching.labels.length > 0)
    throw new ExpressionMistake('on and ignoring only go between two vectors', span)
}

function checkMatching({op, matching, span}: BinaryExpression): void {
  const {on, labels, many, include} = matching
  if (many === null) return
  if (isIn(SET_OPERATORS, op)) throw new ExpressionMistake(`group_${many} does not go with ${op}`, span)
  const twice = on ? include.find((label) => labels.includes(label)) : undefined
  if (twice !== undefined) throw new ExpressionMistake(`${twice} can not be in on and in group_${many}`, span)
}

const VECTOR_OF_NUMBER = 'vector(1) makes a vector of a number'

function expectType(expression: Expression, expected: ValueType, who: string): void {
  const found = typeOf(expression)
  if (found === expected) return
  const makesVector = expected === 'vector' && found === 'scalar' ? [VECTOR_OF_NUMBER] : []
  const advice = expected === 'matrix' ? ['add a range: metric[5m]'] : makesVector
  throw new ExpressionMistake(`${who} ${WORDS[expected]}, not ${WORDS[found]}`, expression.span, advice)
}

function noRange(expression: Expression): void {
  if (typeOf(expression) !== 'matrix') return
  throw new ExpressionMistake('nothing can be computed with a range', expression.span, [
    'put it into a function such as rate(…)',
  ])
}

function isIn(list: readonly string[], op: string): boolean {
  return list.includes(op)
}

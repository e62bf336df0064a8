/** PromQL text to an expression, with the grammar that Prometheus's own editor uses. */
import type {SyntaxNode} from '@lezer/common'
import {suggest} from '../../core/text.ts'
import {readBinary} from './binary-syntax.ts'
import {checkTypes, typeOf} from '../../policies/promql/check-types.ts'
import {
  AGGREGATIONS,
  type Aggregation,
  type Expression,
  ExpressionMistake,
} from '../../policies/promql/expression.ts'
import {FUNCTION_NAMES, isFunctionName} from '../../policies/promql/functions.ts'
import {readDuration, readNumber} from './literals.ts'
import {readLabels, readSelector} from './selector-syntax.ts'
import {type Reader, childrenOf, spanOf} from './syntax.ts'
import {syntaxMistake} from './syntax-mistake.ts'

/** Throws `ExpressionMistake` for what is no PromQL and for what netdrill doesn't evaluate, each at its place. */
export type ParseExpression = (text: string) => Expression

/** Loads the grammar, which costs a document without alerts nothing. What is parsed is a vector or a number, with its types checked. */
export async function loadPromql(): Promise<ParseExpression> {
  const {parser} = await import('@prometheus-io/lezer-promql')
  return (text) => parseExpression(text, parser.parse(text).topNode)
}

function parseExpression(text: string, top: SyntaxNode): Expression {
  const mistake = syntaxMistake(top, text)
  if (mistake) throw mistake
  const root = childrenOf(top)[0]
  if (!root) throw new ExpressionMistake('the expression is empty', {from: 0, to: 1}, ['write a comparison'])
  const expression = read(root, {text, read})
  checkTypes(expression)
  if (typeOf(expression) === 'matrix') {
    throw new ExpressionMistake('a range of values is no condition', expression.span, [
      'put it into a function such as rate(…) or avg_over_time(…)',
    ])
  }
  return expression
}

function read(node: SyntaxNode, reader: Reader): Expression {
  const span = spanOf(node)
  const written = reader.text.slice(node.from, node.to)
  switch (node.name) {
    case 'NumberDurationLiteral':
      return {type: 'number', value: readNumber(written, span), span}
    case 'VectorSelector':
      return readSelector(node, reader)
    case 'MatrixSelector':
      return readMatrix(node, reader)
    case 'OffsetExpr':
      return readOffset(node, reader)
    case 'ParenExpr':
      return {...readChild(node, reader), span}
    case 'UnaryExpr':
      return readUnary(node, reader)
    case 'FunctionCall':
      return readCall(node, reader)
    case 'AggregateExpr':
      return readAggregate(node, reader)
    case 'BinaryExpr':
      return readBinary(node, reader)
    case 'StringLiteral':
      throw new ExpressionMistake('a text is no value here', span, ['texts belong into {label="text"}'])
    case 'SubqueryExpr':
      throw new ExpressionMistake('subqueries are not evaluated', span, [
        'use a range of a series such as metric[5m]',
      ])
    default:
      throw new ExpressionMistake(`netdrill does not evaluate this (${node.name})`, span)
  }
}

function readChild(node: SyntaxNode, reader: Reader): Expression {
  const child = node.firstChild
  if (!child) throw new ExpressionMistake('something is missing here', spanOf(node))
  return reader.read(child, reader)
}

function readMatrix(node: SyntaxNode, reader: Reader): Expression {
  const vector = readChild(node, reader)
  const span = spanOf(node)
  if (vector.type !== 'vector' || vector.offset !== 0)
    throw new ExpressionMistake('a range can only be taken of a series', span, [
      'such as metric{target="api"}[5m]',
    ])
  const duration = node.getChild('DurationExpr')
  const range = duration ? durationIn(duration, reader) : 0
  if (range <= 0) throw new ExpressionMistake('the range has no length', span, ['such as [5m]'])
  return {type: 'matrix', vector, range, span}
}

/** The offset of a range belongs to the series inside. */
function readOffset(node: SyntaxNode, reader: Reader): Expression {
  const of = readChild(node, reader)
  const duration = node.getChild('OffsetDurationExpr')
  const offset = duration ? durationIn(duration, reader) : 0
  const span = spanOf(node)
  if (of.type === 'vector' && of.offset === 0) return {...of, offset, span}
  if (of.type === 'matrix' && of.vector.offset === 0) return {...of, vector: {...of.vector, offset}, span}
  throw new ExpressionMistake('offset belongs behind a series or a range', span)
}

function durationIn(node: SyntaxNode, {text}: Reader): number {
  const span = spanOf(node)
  const literal = node.getChild('NumberDurationLiteralInDurationContext')
  if (literal) return readDuration(text.slice(literal.from, literal.to), span)
  throw new ExpressionMistake('a duration is one figure, and none is negative', span, ['such as 5m'])
}

function readUnary(node: SyntaxNode, reader: Reader): Expression {
  const [op, operand] = childrenOf(node)
  if (!op || !operand) throw new ExpressionMistake('something is missing here', spanOf(node))
  const of = reader.read(operand, reader)
  const span = spanOf(node)
  if (reader.text.slice(op.from, op.to) === '+') return {...of, span}
  return of.type === 'number' ? {...of, value: -of.value, span} : {type: 'negate', of, span}
}

function readCall(node: SyntaxNode, reader: Reader): Expression {
  const [identifier, body] = childrenOf(node)
  const fn = identifier ? reader.text.slice(identifier.from, identifier.to) : ''
  if (!isFunctionName(fn)) throw unknownFunction(fn, identifier ?? node)
  const args = body ? childrenOf(body).map((child) => reader.read(child, reader)) : []
  return {type: 'call', fn, args, span: spanOf(node)}
}

function unknownFunction(name: string, node: SyntaxNode): ExpressionMistake {
  const near = suggest(name, FUNCTION_NAMES)
  const advice = near === null ? [] : [`did you mean ${near}?`]
  return new ExpressionMistake(`netdrill does not evaluate ${name}()`, spanOf(node), [
    ...advice,
    `it knows ${FUNCTION_NAMES.join(', ')}`,
  ])
}

function readAggregate(node: SyntaxNode, reader: Reader): Expression {
  const opNode = node.getChild('AggregateOp')
  const op = opNode ? reader.text.slice(opNode.from, opNode.to).toLowerCase() : ''
  if (!isAggregation(op)) {
    throw new ExpressionMistake(`netdrill does not evaluate ${op}()`, spanOf(opNode ?? node), [
      `it knows ${AGGREGATIONS.join(', ')}`,
    ])
  }
  const body = node.getChild('FunctionCallBody')
  const args = body ? childrenOf(body) : []
  const [argument] = args
  if (!argument || args.length !== 1)
    throw new ExpressionMistake(`${op} takes one vector`, spanOf(body ?? node), [
      `such as ${op} by (target) (metric)`,
    ])
  const modifier = node.getChild('AggregateModifier')
  const grouping = modifier?.getChild('GroupingLabels')
  return {
    type: 'aggregate',
    op,
    of: reader.read(argument, reader),
    by: !modifier?.getChild('Without'),
    labels: grouping ? readLabels(grouping, reader) : [],
    span: spanOf(node),
  }
}

function isAggregation(op: string): op is Aggregation {
  return (AGGREGATIONS as readonly string[]).includes(op)
}

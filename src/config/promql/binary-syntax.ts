/** `left op right` with what may stand between: bool, on, ignoring, group_left and group_right. */
import type {SyntaxNode} from '@lezer/common'
import {
  ARITHMETIC,
  type BinaryExpression,
  type BinaryOperator,
  COMPARISONS,
  ExpressionMistake,
  type Matching,
  SET_OPERATORS,
} from '../../policies/promql/expression.ts'
import {readLabels} from './selector-syntax.ts'
import {type Reader, childrenOf, spanOf} from './syntax.ts'

const OPERATORS: readonly string[] = [...ARITHMETIC, ...COMPARISONS, ...SET_OPERATORS]
const NO_MATCHING: Matching = {on: false, labels: [], many: null, include: []}

export function readBinary(node: SyntaxNode, reader: Reader): BinaryExpression {
  const span = spanOf(node)
  const children = childrenOf(node)
  const [left, op] = children
  const right = children.at(-1)
  if (!left || !op || !right) throw new ExpressionMistake('something is missing here', span)
  const fill = node.getChild('FillModifier')
  if (fill) throw new ExpressionMistake('fill is not supported', spanOf(fill))
  const clause = node.getChild('MatchingModifierClause')
  return {
    type: 'binary',
    op: operatorOf(op, reader),
    left: reader.read(left, reader),
    right: reader.read(right, reader),
    bool: node.getChild('BoolModifier') !== null,
    matching: clause ? readMatching(clause, reader) : NO_MATCHING,
    span,
  }
}

function operatorOf(node: SyntaxNode, {text}: Reader): BinaryOperator {
  const written = text.slice(node.from, node.to).toLowerCase()
  if (isOperator(written)) return written
  throw new ExpressionMistake(`netdrill does not evaluate ${written}`, spanOf(node), [
    `it knows ${OPERATORS.join(' ')}`,
  ])
}

function isOperator(text: string): text is BinaryOperator {
  return OPERATORS.includes(text)
}

function readMatching(clause: SyntaxNode, reader: Reader): Matching {
  const [labels, include] = clause.getChildren('GroupingLabels')
  const many = clause.getChild('GroupLeft') ? 'left' : clause.getChild('GroupRight') ? 'right' : null
  return {
    on: clause.getChild('On') !== null,
    labels: labels ? readLabels(labels, reader) : [],
    many,
    include: include ? readLabels(include, reader) : [],
  }
}

/** Series as they are written: `name{label="value", other=~"pattern"}`. */
import type {SyntaxNode} from '@lezer/common'
import {
  ExpressionMistake,
  type MatchOperator,
  type Matcher,
  type Span,
  type VectorSelector,
} from '../../policies/promql/expression.ts'
import {readText} from './literals.ts'
import {type Reader, childrenOf, spanOf} from './syntax.ts'
import {NAME, isMatch} from '../../policies/promql/values.ts'

export function readSelector(node: SyntaxNode, reader: Reader): VectorSelector {
  const span = spanOf(node)
  const identifier = node.getChild('Identifier')
  const braces = node.getChild('LabelMatchers')
  const written = braces ? childrenOf(braces).map((child) => readMatcher(child, reader)) : []
  const named = written.find(({label, op}) => label === NAME && op === '=')
  const name = identifier ? reader.text.slice(identifier.from, identifier.to) : (named?.value ?? null)
  const matchers = written.filter((matcher) => matcher !== named || identifier)
  if (name === null && matchers.every((matcher) => isMatch(matcher, '')))
    throw new ExpressionMistake('this takes every series there is', span, ['name a metric'])
  return {type: 'vector', name, matchers, offset: 0, span}
}

function readMatcher(node: SyntaxNode, {text}: Reader): Matcher {
  const span = spanOf(node)
  const [label, op, literal] = childrenOf(node)
  if (node.name !== 'UnquotedLabelMatcher' || !label || !op || !literal) {
    throw new ExpressionMistake('names in quotes are not supported', span, ['write label="value"'])
  }
  const value = readText(text.slice(literal.from, literal.to), spanOf(literal))
  const operator = operatorOf(text.slice(op.from, op.to), span)
  const pattern = operator === '=~' || operator === '!~' ? readPattern(value, spanOf(literal)) : null
  return {label: text.slice(label.from, label.to), op: operator, value, pattern, span}
}

function operatorOf(text: string, span: Span): MatchOperator {
  if (text === '=' || text === '!=' || text === '=~' || text === '!~') return text
  throw new ExpressionMistake(`${text} does not match labels`, span, ['use =, !=, =~ or !~'])
}

/** Of the whole value, line breaks included. */
function readPattern(text: string, span: Span): RegExp {
  try {
    return new RegExp(`^(?:${text})$`, 'su')
  } catch {
    throw new ExpressionMistake(`"${text}" is not a regular expression`, span)
  }
}

/** `(target, code)`. */
export function readLabels(node: SyntaxNode, {text}: Reader): readonly string[] {
  return childrenOf(node).map((child) => {
    if (child.name !== 'LabelName')
      throw new ExpressionMistake('names in quotes are not supported', spanOf(child))
    return text.slice(child.from, child.to)
  })
}

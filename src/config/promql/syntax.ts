/** Small helpers for walking the tree of the grammar. */
import type {SyntaxNode} from '@lezer/common'
import type {Expression, Span} from '../../policies/promql/expression.ts'

export interface Reader {
  readonly text: string
  /** Reads any expression; handed down, since expressions hold expressions. */
  readonly read: (node: SyntaxNode, reader: Reader) => Expression
}

export function spanOf({from, to}: Span): Span {
  return {from, to}
}

export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name !== 'LineComment') children.push(child)
  }
  return children
}

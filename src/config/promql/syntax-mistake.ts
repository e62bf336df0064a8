/** Where a text stops being PromQL, in words. */
import type {SyntaxNode} from '@lezer/common'
import {suggest} from '../../core/text.ts'
import {ExpressionMistake} from '../../policies/promql/expression.ts'
import {FUNCTION_NAMES} from '../../policies/promql/functions.ts'

const CLOSING: Readonly<Record<string, string>> = {
  MatrixSelector: ']',
  SubqueryExpr: ']',
  LabelMatchers: '}',
  ParenExpr: ')',
  FunctionCallBody: ')',
  GroupingLabels: ')',
}

const EXAMPLE = 'such as rate(netdrill_connection_failures_total[5m]) > 0.1'

/** Null when the grammar is content. */
export function syntaxMistake(top: SyntaxNode, text: string): ExpressionMistake | null {
  if (text.trim() === '') return new ExpressionMistake('the expression is empty', {from: 0, to: 1}, [EXAMPLE])
  if (/^(?:\s*#[^\n]*)*\s*$/.test(text))
    return new ExpressionMistake('only a comment is here', {from: 0, to: text.length}, [
      'write an expression',
    ])
  const error = firstError(top)
  if (!error) return null
  return (
    notAFunction(text, error.from) ?? unclosedText(text) ?? endsEarly(error, text) ?? notExpected(error, text)
  )
}

/** The grammar lets the end of the line close a text. */
function unclosedText(text: string): ExpressionMistake | null {
  const rest = text.replaceAll(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`|#[^\n]*/gs, (all) =>
    '_'.repeat(all.length),
  )
  const from = rest.search(/["'`]/)
  if (from < 0) return null
  return new ExpressionMistake('the text has no closing quote', {from, to: text.length}, [
    `end it with ${rest[from] ?? ''}`,
  ])
}

function endsEarly({from, parent}: SyntaxNode, text: string): ExpressionMistake | null {
  if (text.slice(from).trim() !== '') return null
  const closing = CLOSING[parent?.name ?? '']
  const end = text.trimEnd().length
  const span = {from: Math.max(0, end - 1), to: end}
  return closing === undefined
    ? new ExpressionMistake('the expression ends too early', span, [
        'an operator needs a value on both sides',
      ])
    : new ExpressionMistake(`the expression ends before its ${closing}`, span, [`add ${closing}`])
}

function notExpected({from}: SyntaxNode, text: string): ExpressionMistake {
  const rest = text.slice(from).trimStart()
  const at = text.length - rest.length
  const word = /^(?:[\w.:]+|"[^"]*"?|'[^']*'?|[<>=!~]+|.)/s.exec(rest)?.[0] ?? rest
  return new ExpressionMistake(
    `${JSON.stringify(word)} is not expected here`,
    {from: at, to: at + word.length},
    ['operators stand between two values, labels in braces, ranges in brackets'],
  )
}

/** The parser takes the name for that of a series and stumbles over the bracket behind it. */
function notAFunction(text: string, from: number): ExpressionMistake | null {
  const call = /([A-Za-z_]\w*)\s*\($/.exec(text.slice(0, from + 1)) ?? callAt(text, from)
  const name = call?.[1]
  if (!call || name === undefined || (FUNCTION_NAMES as readonly string[]).includes(name)) return null
  const near = suggest(name, FUNCTION_NAMES)
  return new ExpressionMistake(
    `there is no function ${name}()`,
    {from: call.index, to: call.index + name.length},
    [...(near === null ? [] : [`did you mean ${near}?`]), `there are ${FUNCTION_NAMES.join(', ')}`],
  )
}

function callAt(text: string, from: number): RegExpExecArray | null {
  const name = /([A-Za-z_]\w*)\s*$/.exec(text.slice(0, from))
  return name && text.slice(from).trimStart().startsWith('(') ? name : null
}

function firstError(node: SyntaxNode): SyntaxNode | null {
  if (node.type.isError) return node
  for (let child = node.firstChild; child; child = child.nextSibling) {
    const found = firstError(child)
    if (found) return found
  }
  return null
}

/** Takes the text of a condition apart: field, operator, and the values with their places. */
import type {ProblemCode} from '../../core/codes/index.ts'
import {OPERATORS, type Operator} from './condition.ts'

/** A piece of the text; `at` counts from 0. */
export interface Token {
  readonly text: string
  readonly at: number
  readonly length: number
  readonly quoted: boolean
}

export interface ScannedCondition {
  readonly field: Token
  readonly operator: Operator
  readonly operatorAt: number
  /** The value as it was written. */
  readonly literal: Token
  /** The single value, or the items of a list. */
  readonly items: readonly Token[]
  readonly isList: boolean
}

/** Something is wrong with the text; turned into a `UserError` or a schema issue at the border. */
export class ConditionMistake extends Error {
  override readonly name = 'ConditionMistake'
  readonly at: number
  readonly length: number
  readonly advice: readonly string[]
  readonly code: ProblemCode

  constructor(
    message: string,
    place: {readonly at: number; readonly length: number},
    advice: readonly string[] = [],
    code: ProblemCode = 'CONFIG_CONDITION',
  ) {
    super(message)
    this.at = place.at
    this.length = Math.max(1, place.length)
    this.advice = advice
    this.code = code
  }
}

const FORM = 'a condition is FIELD OPERATOR VALUE, such as rtt.p95 < 50ms'

export function scanCondition(text: string): ScannedCondition {
  const start = skipSpace(text, 0)
  const field = /[^\s=!<>]+/y
  field.lastIndex = start
  const name = field.exec(text)?.[0]
  if (name === undefined)
    throw new ConditionMistake('the condition has no field', {at: start, length: 1}, [FORM])
  const fieldToken = {text: name, at: start, length: name.length, quoted: false}
  const operatorAt = skipSpace(text, field.lastIndex)
  const operator = operatorIn(text, operatorAt)
  const at = skipSpace(text, operatorAt + operator.length)
  const end = text.trimEnd().length
  if (at >= end) {
    throw new ConditionMistake(`nothing follows ${operator}`, {at: operatorAt, length: operator.length}, [
      FORM,
    ])
  }
  const literal = {text: text.slice(at, end), at, length: end - at, quoted: false}
  const head = {field: fieldToken, operator, operatorAt, literal}
  if (operator === 'matches') return {...head, items: [literal], isList: false}
  return text[at] === '['
    ? {...head, items: scanList(text, at, end), isList: true}
    : {...head, items: [scanSingle(text, at, end)], isList: false}
}

/** What other languages write. */
const MEANT: Readonly<Record<string, string>> = {
  '=': '== for equality',
  '===': '==',
  '=<': '<=',
  '=>': '>=',
  '<>': '!=',
  '!==': '!=',
  '=~': 'matches',
  '~': 'matches',
  contains: 'has',
  is: '==',
}

function operatorIn(text: string, at: number): Operator {
  const found = OPERATORS.find((operator) => {
    if (!text.startsWith(operator, at)) return false
    return !/^[a-z]/.test(operator) || !/[\w-]/.test(text[at + operator.length] ?? '')
  })
  const wrong = /^(?:[=!<>~]+|\S+)/.exec(text.slice(at))?.[0]
  if (found !== undefined && (/^[a-z]/.test(found) || wrong === found)) return found
  const known = `the operators are ${OPERATORS.join(' ')}`
  if (wrong === undefined)
    throw new ConditionMistake('the condition has no operator', {at, length: 1}, [FORM])
  const meant = MEANT[wrong]
  const advice = meant === undefined ? [known] : [`write ${meant}`]
  throw new ConditionMistake(`"${wrong}" is not an operator`, {at, length: wrong.length}, advice)
}

function scanSingle(text: string, at: number, end: number): Token {
  const token = scanItem(text, at, end, /[^\s]+/y)
  const rest = skipSpace(text, token.at + token.length)
  if (rest < end) {
    const advice = ['a value with spaces needs quotes', 'combine conditions by writing one per list entry']
    throw new ConditionMistake('there is something behind the value', {at: rest, length: end - rest}, advice)
  }
  return token
}

function scanList(text: string, open: number, end: number): readonly Token[] {
  const items: Token[] = []
  let at = skipSpace(text, open + 1)
  if (text[at] === ']') return closeList(text, at, end, items)
  while (at < end) {
    const item = scanItem(text, at, end, /[^\s,\]]+/y)
    items.push(item)
    at = skipSpace(text, item.at + item.length)
    if (text[at] === ']') return closeList(text, at, end, items)
    if (text[at] !== ',') break
    at = skipSpace(text, at + 1)
  }
  throw new ConditionMistake('the list is not closed', {at: open, length: end - open}, ['write it as [a, b]'])
}

function closeList(text: string, at: number, end: number, items: readonly Token[]): readonly Token[] {
  const rest = skipSpace(text, at + 1)
  if (rest >= end) return items
  throw new ConditionMistake('there is something behind the list', {at: rest, length: end - rest})
}

function scanItem(text: string, at: number, end: number, bare: RegExp): Token {
  const quote = text[at]
  if (quote === '"' || quote === "'") return scanQuoted(text, at, quote)
  bare.lastIndex = at
  const word = bare.exec(text)?.[0]
  if (word === undefined)
    throw new ConditionMistake('a value is missing here', {at: Math.min(at, end), length: 1})
  return {text: word, at, length: word.length, quoted: false}
}

/** A backslash takes the next character as it is. */
export function scanQuoted(text: string, at: number, quote: string): Token {
  let value = ''
  for (let index = at + 1; index < text.length; index++) {
    const char = text[index] ?? ''
    if (char === quote) return {text: value, at, length: index + 1 - at, quoted: true}
    if (char === '\\' && index + 1 < text.length) index += 1
    value += text[index] ?? ''
  }
  throw new ConditionMistake('the quote is not closed', {at, length: text.length - at})
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && /\s/.test(text[at] ?? '')) at += 1
  return at
}

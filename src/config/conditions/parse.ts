/** Text to condition, with every mistake shown at its column. */
import {type Problem, UserError} from '../../core/errors.ts'
import {suggest} from '../../core/text.ts'
import type {Condition, Operator} from './condition.ts'
import {FIELD_NAMES, type FieldKind, type FieldType, fieldKind} from './fields.ts'
import {ConditionMistake, type ScannedCondition, type Token, scanCondition} from './scan.ts'
import {parseItem, parsePattern} from './values.ts'
import {conditionOfWord, nearWord} from './words.ts'

export interface ConditionContext {
  /** The names that a field must be prefixed with, as in `api.rtt.p95`; without it there is no prefix. */
  readonly subjects?: readonly string[]
  /** Where the text comes from, for the message: a flag's name. */
  readonly from?: string
}

/**
 * Parses one condition. Throws a `UserError` with CONFIG_CONDITION, or CONFIG_REFERENCE for an unknown subject; its
 * position counts columns of `text`.
 */
export function parseCondition(text: string, context: ConditionContext = {}): Condition {
  try {
    return readCondition(text, context)
  } catch (error) {
    if (!(error instanceof ConditionMistake)) throw error
    throw new UserError(problemOf(error, text, context.from ?? 'condition'))
  }
}

/** The same, but throws `ConditionMistake` with the place inside the text. */
export function readCondition(text: string, context: ConditionContext = {}): Condition {
  const word = context.subjects ? undefined : conditionOfWord(text)
  if (word !== undefined) return readCondition(word, context)
  const near = context.subjects ? null : nearWord(text)
  if (near !== null) {
    const place = {at: text.length - text.trimStart().length, length: text.trim().length}
    throw new ConditionMistake(`"${text.trim()}" is no condition`, place, [`did you mean "${near}"?`])
  }
  const scanned = scanCondition(text)
  const {subject, field} = splitSubject(scanned.field, context.subjects)
  const kind = fieldKind(field.text)
  if (!kind) throw unknownField(field)
  checkOperator(scanned, field.text, kind.type)
  const head = {subject, field: field.text, type: kind.type, operator: scanned.operator}
  const literal = scanned.literal.text
  if (scanned.operator === 'matches') {
    const regexp = parsePattern(scanned.literal)
    return {...head, value: regexp.source, literal, regexp}
  }
  const values = scanned.items.map((item) => parseItem(item, field.text, kind))
  return {...head, value: scanned.isList ? values : (values[0] ?? null), literal, regexp: null}
}

function problemOf(mistake: ConditionMistake, text: string, file: string): Problem {
  const place = {line: 1, column: mistake.at + 1, length: mistake.length}
  return {
    code: mistake.code,
    message: mistake.message,
    position: {file, ...place, source: text.replaceAll(/[\n\r]/g, ' ')},
    advice: mistake.advice,
  }
}

function splitSubject(
  token: Token,
  subjects: readonly string[] | undefined,
): {readonly subject: string | null; readonly field: Token} {
  if (!subjects) return {subject: null, field: token}
  const dot = token.text.indexOf('.')
  const subject = dot < 0 ? token.text : token.text.slice(0, dot)
  const known = `known here: ${subjects.join(', ') || 'none'}`
  if (!subjects.includes(subject)) {
    const near = suggest(subject, subjects)
    const isField = fieldKind(token.text) !== null
    const message = isField ? `"${token.text}" of what?` : `there is no "${subject}" to ask for`
    const help = isField
      ? [`write the name first, such as ${subjects[0] ?? 'NAME'}.${token.text}`]
      : didYouMean(near)
    throw new ConditionMistake(
      message,
      {at: token.at, length: subject.length},
      [...help, known],
      'CONFIG_REFERENCE',
    )
  }
  if (dot < 0)
    throw new ConditionMistake(`which field of "${subject}"?`, token, [`such as ${subject}.ok == true`])
  const text = token.text.slice(dot + 1)
  return {subject, field: {text, at: token.at + dot + 1, length: text.length, quoted: false}}
}

function unknownField(token: Token): ConditionMistake {
  const near = suggest(token.text, FIELD_NAMES)
  const head = token.text.split('.')[0] ?? ''
  const siblings = FIELD_NAMES.filter((name) => name.startsWith(`${head}.`))
  if (siblings.length === 0) return foreignField(token, near)
  const list = [`fields of ${head}: ${siblings.join(', ')}`]
  return new ConditionMistake(`unknown field "${token.text}"`, token, [...didYouMean(near), ...list])
}

/** Its head is no field's: another target's name, a part of a field, or a word of another tool. */
function foreignField(token: Token, near: string | null): ConditionMistake {
  const message = `unknown field "${token.text}"`
  const tail = token.text.slice(token.text.indexOf('.') + 1)
  if (tail !== token.text && fieldKind(tail)) {
    return new ConditionMistake(message, token, [
      `a target's own condition has no name in front: write ${tail}`,
    ])
  }
  const longer = FIELD_NAMES.find((name) => name.endsWith(`.${token.text}`))
  const heads = [...new Set(FIELD_NAMES.map((name) => name.replace(/\..*/, '.…')))]
  const advice = didYouMean(near ?? longer ?? MEANT[token.text.toLowerCase()] ?? null)
  return new ConditionMistake(
    message,
    token,
    advice.length > 0 ? advice : [`the fields are ${heads.join(', ')}`],
  )
}

/** What other tools call it. */
const MEANT: Readonly<Record<string, string>> = {
  latency: 'rtt.avg',
  response_time: 'phase.total',
  duration: 'phase.total',
  ping: 'rtt.avg',
  error: 'code',
  connected: 'ok',
  success: 'ok',
}

function didYouMean(near: string | null): readonly string[] {
  return near === null ? [] : [`did you mean "${near}"?`]
}

const ORDERED: readonly Operator[] = ['==', '!=', '<', '<=', '>', '>=', 'in']
const OPERATORS_OF: Readonly<Record<FieldType, readonly Operator[]>> = {
  duration: ORDERED,
  seconds: ORDERED,
  ratio: ORDERED,
  size: ORDERED,
  number: ORDERED,
  text: ['==', '!=', 'matches', 'has', 'in'],
  list: ['==', '!=', 'matches', 'has'],
  boolean: ['==', '!='],
}

function checkOperator(scanned: ScannedCondition, field: string, type: FieldKind['type']): void {
  const {operator} = scanned
  const fitting = OPERATORS_OF[type]
  if (!fitting.includes(operator)) {
    const place = {at: scanned.operatorAt, length: operator.length}
    const message = `${operator} can't be used with ${field}, which is ${NATURE[type]}`
    throw new ConditionMistake(message, place, [`it takes ${fitting.join(' ')}`])
  }
  checkListing(scanned, type)
}

function listAdvice(wantsList: boolean, operator: Operator, type: FieldType): readonly string[] {
  if (!wantsList) return operator === '==' ? ['use in for one of several'] : []
  return [...(type === 'list' ? ['use has for one of its entries'] : []), 'write it as [a, b]']
}

/** Whether the value is a list exactly where one is wanted. */
function checkListing({operator, isList, literal, items}: ScannedCondition, type: FieldKind['type']): void {
  if (operator === 'in' && isList && items.length === 0)
    throw new ConditionMistake('the list is empty, so nothing is ever in it', literal)
  const compares = operator === '==' || operator === '!='
  const wantsList = operator === 'in' || (type === 'list' && compares)
  if (wantsList === isList || operator === 'matches') return
  const advice = listAdvice(wantsList, operator, type)
  throw new ConditionMistake(`${operator} takes ${wantsList ? 'a list' : 'one value'} here`, literal, advice)
}

const NATURE: Readonly<Record<FieldType, string>> = {
  duration: 'a duration',
  seconds: 'a duration',
  ratio: 'a percentage',
  size: 'a size',
  number: 'a number',
  text: 'a text',
  list: 'a list',
  boolean: 'true or false',
}

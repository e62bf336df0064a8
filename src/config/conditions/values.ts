/** The value of a condition, read as what its field holds. */
import {suggest} from '../../core/text.ts'
import {type Parsed, parseDuration, parsePercent, parseSize} from '../../core/units.ts'
import type {ConditionValue} from './condition.ts'
import type {FieldKind} from './fields.ts'
import {ConditionMistake, type Token, scanQuoted} from './scan.ts'

/** Reads one value; a mistake says what the field wants and, for a bare number, which unit to write. */
export function parseItem(token: Token, field: string, kind: FieldKind): ConditionValue {
  switch (kind.type) {
    case 'duration':
      return numeric(
        token,
        `${field} is a duration`,
        `write it with its unit, such as ${bareNumber(token) ?? 50}ms`,
        parseDuration,
      )
    case 'seconds':
      return (
        numeric(
          token,
          `${field} is a duration`,
          `write it with its unit, such as ${bareNumber(token) ?? 300}s`,
          parseDuration,
        ) / 1000
      )
    case 'ratio':
      return numeric(
        token,
        `${field} is a percentage`,
        `write it with its unit, such as ${bareNumber(token) ?? 5}%`,
        parsePercent,
      )
    case 'size':
      return numeric(
        token,
        `${field} is a size`,
        `write it with its unit, such as ${bareNumber(token) ?? 1400}B`,
        parseSize,
      )
    case 'number':
      return numeric(token, `${field} is a number without a unit`, numberExample(token), parsePlain)
    case 'boolean':
      if (token.text === 'true' || token.text === 'false') return token.text === 'true'
      throw new ConditionMistake(`${field} is true or false, not ${shown(token)}`, token)
    case 'text':
    case 'list':
      return word(token, field, kind.words)
  }
}

/** Reads the expression of `matches`: bare to the end of the text, in quotes, or as `/…/i`. */
export function parsePattern(token: Token): RegExp {
  const {source, flags} = patternParts(token)
  try {
    return new RegExp(source, flags)
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : 'unknown'
    throw new ConditionMistake(`not a regular expression: ${reason}`, token)
  }
}

function patternParts(token: Token): {readonly source: string; readonly flags: string} {
  const slashed = /^\/(.*)\/(i?)$/.exec(token.text)
  if (slashed) return {source: slashed[1] ?? '', flags: slashed[2] ?? ''}
  const quote = token.text[0]
  if (quote !== '"' && quote !== "'") return {source: token.text, flags: ''}
  const {length} = scanQuoted(token.text, 0, quote)
  if (length !== token.length) {
    const place = {at: token.at + length, length: token.length - length}
    throw new ConditionMistake('there is something behind the expression', place)
  }
  // Backslashes belong to the expression; only the quote itself has to be escaped.
  return {source: token.text.slice(1, -1).replaceAll(`\\${quote}`, quote), flags: ''}
}

function numeric(
  token: Token,
  nature: string,
  example: string,
  parse: (text: string) => Parsed<number>,
): number {
  const parsed = parse(token.text)
  if (parsed.ok && !token.quoted) return parsed.value
  if (parsed.ok)
    throw new ConditionMistake(`${nature}, not a text`, token, [`write ${token.text} without quotes`])
  const beyond = / is more than /.test(parsed.because) ? parsed.because : `${nature}, not ${shown(token)}`
  const advice = /^[1-5]xx$/i.test(token.text) ? [classOfCodes(token.text)] : [example]
  throw new ConditionMistake(beyond, token, advice)
}

/** Two conditions say what `2xx` means elsewhere. */
function classOfCodes(text: string): string {
  const first = Number(text[0])
  return `write two conditions: >= ${first}00 and < ${first + 1}00`
}

function numberExample(token: Token): string {
  const digits = /^-?\d+(\.\d+)?/.exec(token.text)?.[0]
  return `write a plain number, such as ${digits ?? 4}`
}

function parsePlain(text: string): Parsed<number> {
  return /^-?\d+(\.\d+)?$/.test(text) ? {ok: true, value: Number(text)} : {ok: false, because: 'no number'}
}

function bareNumber(token: Token): string | null {
  return /^\d+(\.\d+)?$/.test(token.text) ? token.text : null
}

/** `none` without quotes stands for the absence of a value. */
function word(token: Token, field: string, words: readonly string[] | undefined): string | null {
  if (token.text === 'none' && !token.quoted) return null
  if (!words || words.includes(token.text)) return token.text
  const near = suggest(token.text, words)
  const advice = near === null ? [`it can be ${shortList(words)}`] : [`did you mean "${near}"?`]
  throw new ConditionMistake(`${field} is never ${shown(token)}`, token, advice)
}

function shortList(words: readonly string[]): string {
  return words.length <= 12 ? words.join(', ') : `${words.slice(0, 8).join(', ')} … (netdrill explain --list)`
}

function shown(token: Token): string {
  return token.quoted ? JSON.stringify(token.text) : `"${token.text}"`
}

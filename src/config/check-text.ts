/** What is no text that could be YAML: bytes, other encodings, brackets without end. */
import {type Position, UserError} from '../core/errors.ts'

/** Nobody writes this by hand; deeper texts exhaust the parser's stack. */
const DEEPEST = 200

/** Throws CONFIG_SYNTAX for what is no text at all, before it is parsed. */
export function checkText(file: string, text: string): void {
  // oxlint-disable-next-line no-control-regex -- finding them is the point
  const odd = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\uFFFD\uFEFF]/.exec(text)
  if (odd) throw refusal(oddCharacter(odd[0], text), positionIn(file, text, odd.index))
  const deep = tooDeep(text)
  if (deep === null) return
  const message = `more than ${DEEPEST} brackets are open here`
  throw refusal(
    {message, advice: ['close them, or write the document with fewer levels']},
    positionIn(file, text, deep),
  )
}

/** A mistake in the text as such, with what to do about it. */
export interface Told {
  readonly message: string
  readonly advice?: readonly string[]
}

export function refusal({message, advice}: Told, position: Position): UserError {
  return new UserError({code: 'CONFIG_SYNTAX', message, position, ...(advice && {advice})})
}

function oddCharacter(character: string, text: string): Told {
  if (text.slice(0, 400).includes('\u0000')) {
    const wide = text.startsWith('\uFFFD\uFFFD')
    const advice = [wide ? 'save it as UTF-8; it seems to be UTF-16' : 'name a YAML document']
    return {message: 'this is not a text', advice}
  }
  if (character === '\uFFFD') {
    return {
      message: 'this is not UTF-8',
      advice: ['save the document as UTF-8, not as Latin-1 or Windows-1252'],
    }
  }
  if (character === '\uFEFF')
    return {message: 'a byte order mark stands inside the text', advice: ['delete it']}
  const number = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  const advice = ['delete it, or write it as \\u and its number between double quotes']
  return {message: `the control character U+${number} can't be part of a document`, advice}
}

/** The offset of the bracket that is one too many; quotes and comments are passed over, roughly. */
function tooDeep(text: string): number | null {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '[' || character === '{') depth++
    else if ((character === ']' || character === '}') && depth > 0) depth--
    if (depth > DEEPEST) return at
  }
  return null
}

function positionIn(file: string, text: string, offset: number): Position {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const line = text.slice(0, offset).split('\n').length
  // oxlint-disable-next-line no-control-regex -- a terminal must not be driven
  const source = (text.slice(start).split('\n')[0] ?? '').replace(/[\u0000-\u0008\u000B-\u001F\u007F]/g, ' ')
  return {file, line, column: offset - start + 1, source, length: 1}
}

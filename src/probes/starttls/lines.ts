/** Answers made of lines. */
import {FOREIGN, MORE, latin1Text, type Heard} from './dialogue.ts'

/** RFC 5321 §4.5.3.1.5 allows 512 octets; what IMAP servers say of themselves may take a few thousand. */
const LONGEST_LINE = 8192

export interface Answer {
  /** Without line ends. */
  readonly lines: readonly string[]
  /** Octets up to the end of the last line. */
  readonly used: number
}

export interface LineRules {
  /** Whether a complete line may stand at this place, counted from 0. */
  readonly fits: (text: string, index: number) => boolean
  /** The same for the beginning of a line: bytes of something else need not have a line end. */
  readonly mayBegin: (text: string, index: number) => boolean
  readonly isLast: (text: string, index: number) => boolean
}

/** Takes lines up to the last one of the answer and hands them to `judge`. */
export function hearLines(bytes: Uint8Array, rules: LineRules, judge: (answer: Answer) => Heard): Heard {
  const text = latin1Text(bytes)
  const lines: string[] = []
  let at = 0
  for (;;) {
    const end = text.indexOf('\n', at)
    const read = end === -1 ? text.slice(at) : text.slice(at, end).replace(/\r$/, '')
    if (!isClean(read) || read.length > LONGEST_LINE) return FOREIGN
    const index = lines.length
    if (end === -1) return read === '' || rules.mayBegin(read, index) ? MORE : FOREIGN
    if (!rules.fits(read, index)) return FOREIGN
    lines.push(read)
    at = end + 1
    if (rules.isLast(read, index)) return judge({lines, used: at})
  }
}

/** No protocol here has control characters in its lines, except for the CR whose LF is still to come. */
function isClean(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- finding them is the point
  return !/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]|\r./.test(text)
}

/**
 * Replies whose first line begins with a code and whose last line has the same code and a space behind it (RFC 5321
 * §4.2, RFC 959 §4.2). Of the lines between, FTP demands nothing.
 */
export function hearCode(bytes: Uint8Array, judge: (code: number, answer: Answer) => Heard): Heard {
  const code = latin1Text(bytes.subarray(0, 3))
  const rules: LineRules = {
    fits: (text, index) => index > 0 || isCoded(text),
    mayBegin: (text, index) => index > 0 || /^\d{1,3}\r?$/.test(text) || isCoded(text),
    isLast: (text) => text === code || text.startsWith(`${code} `),
  }
  return hearLines(bytes, rules, (answer) => judge(Number(code), answer))
}

function isCoded(text: string): boolean {
  return /^[1-5]\d\d(?:[ -]|\r?$)/.test(text)
}

/** A status line, and after a good one further lines up to a single dot (RFC 1939 §3, RFC 3977 §3.1.1). */
export function dotted(rules: Pick<LineRules, 'fits' | 'mayBegin'>, good: RegExp): LineRules {
  return {
    fits: (text, index) => index > 0 || rules.fits(text, index),
    mayBegin: (text, index) => index > 0 || rules.mayBegin(text, index),
    isLast: (text, index) => (index === 0 ? !good.test(text) : text === '.'),
  }
}

/** The line that decides. */
export function lastLine({lines}: Answer): string {
  return lines.at(-1) ?? ''
}

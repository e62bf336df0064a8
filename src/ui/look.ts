/** How tones become colours, and which glyphs are used. */
import {displayWidth} from '../core/width.ts'
import {type Glyphs, PLAIN, UNICODE} from './glyphs.ts'
import type {Line, SpanTone} from './spans.ts'

export interface Look {
  readonly glyphs: Glyphs
  readonly color: boolean
}

export function chooseLook(options: {readonly unicode: boolean; readonly color: boolean}): Look {
  return {glyphs: options.unicode ? UNICODE : PLAIN, color: options.color}
}

/**
 * Opening and closing parameters of SGR (ECMA-48 § 8.3.117). The sixteen colours of the terminal's own theme, so
 * that light and dark backgrounds both work.
 */
const TONES: Readonly<Record<SpanTone, readonly [string, string] | null>> = {
  plain: null,
  dim: ['2', '22'],
  strong: ['1', '22'],
  good: ['32', '39'],
  warning: ['33', '39'],
  bad: ['31', '39'],
  accent: ['36', '39'],
  fault: ['35', '39'],
  notice: ['1;7;33', '22;27;39'],
  alarm: ['1;7;31', '22;27;39'],
}

/**
 * A line as one string. Without colour there are no escape codes at all: signs and words carry the meaning. A
 * string per line instead of nested `Text` elements makes a frame several times cheaper.
 */
export function paintLine(line: Line, look: Look): string {
  let painted = ''
  for (const {text, tone} of line) {
    const codes = look.color && text !== '' ? TONES[tone] : null
    const shown = look.glyphs === PLAIN ? toAscii(text) : text
    painted += codes ? `\u001B[${codes[0]}m${shown}\u001B[${codes[1]}m` : shown
  }
  return painted
}

const ASCII: Readonly<Record<string, string>> = {
  '→': '>',
  '±': '~',
  '…': '~',
  '·': '-',
  '–': '-',
  '≤': '<',
  '≥': '>',
}

/** The drill's own texts may hold what the terminal can't show; what takes their place is as wide. */
function toAscii(text: string): string {
  return text.replace(/[^ -~]/gu, (letter) => ASCII[letter] ?? '?'.repeat(displayWidth(letter)))
}

/** How tones become colours, and which glyphs are used. */
import type {TextProps} from 'ink'
import {type Glyphs, PLAIN, UNICODE} from './glyphs.ts'
import type {SpanTone} from './spans.ts'

export interface Look {
  readonly glyphs: Glyphs
  readonly color: boolean
}

export function chooseLook(options: {readonly unicode: boolean; readonly color: boolean}): Look {
  return {glyphs: options.unicode ? UNICODE : PLAIN, color: options.color}
}

type ToneProps = Omit<TextProps, 'children'>

/** The sixteen colours of the terminal's own theme, so that light and dark backgrounds both work. */
const TONES: Readonly<Record<SpanTone, ToneProps>> = {
  plain: {},
  dim: {dimColor: true},
  strong: {bold: true},
  good: {color: 'green'},
  warning: {color: 'yellow'},
  bad: {color: 'red'},
  accent: {color: 'cyan'},
  fault: {color: 'magenta'},
  notice: {color: 'yellow', inverse: true, bold: true},
  alarm: {color: 'red', inverse: true, bold: true},
}
const NO_PROPS: ToneProps = {}

/** Without colour there are no escape codes at all: signs and words carry the meaning. */
export function toneProps(tone: SpanTone, look: Look): ToneProps {
  return look.color ? TONES[tone] : NO_PROPS
}

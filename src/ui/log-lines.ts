/** The event log as text. */
import type {Told, Tone} from '../core/story.ts'
import {formatStamp} from '../core/units.ts'
import {displayWidth} from '../core/width.ts'
import type {Glyphs} from './glyphs.ts'
import {type Line, type Span, type SpanTone, cell, cutLine, span} from './spans.ts'

export interface LogOptions {
  readonly width: number
  readonly name: number
  readonly glyphs: Glyphs
}

const TONES: Readonly<Record<Tone, SpanTone>> = {
  plain: 'dim',
  good: 'good',
  warning: 'warning',
  bad: 'bad',
  fault: 'fault',
  phase: 'accent',
}

/** The last `rows` lines, oldest first. */
export function renderLog(log: readonly Told[], rows: number, options: LogOptions): readonly Line[] {
  if (rows <= 0) return []
  const lines = log.slice(-rows)
  const stamp = Math.max(6, ...lines.map(({at}) => displayWidth(formatStamp(at))))
  return lines.map((told) => renderTold(told, stamp, options))
}

function renderTold(told: Told, stamp: number, {width, name, glyphs}: LogOptions): Line {
  const {ellipsis} = glyphs
  const subject: readonly Span[] =
    told.subject === '' ? [] : [span(told.subject, 'strong'), span(padding(told.subject, name))]
  const line = [
    span(' '),
    cell(formatStamp(told.at), stamp, {ellipsis, tone: 'dim', align: 'right'}),
    span(' '),
    span(signOf(told.tone, glyphs), TONES[told.tone]),
    span(' '),
    ...subject,
    span(told.text, told.tone === 'bad' ? 'bad' : 'plain'),
  ]
  return cutLine(line, width - 1, ellipsis)
}

/** Names line up as long as they are short. */
function padding(subject: string, name: number): string {
  return ' '.repeat(Math.max(1, name + 1 - displayWidth(subject)))
}

function signOf(tone: Tone, glyphs: Glyphs): string {
  switch (tone) {
    case 'good':
      return glyphs.good
    case 'bad':
      return glyphs.bad
    case 'warning':
      return glyphs.doubt
    case 'fault':
      return glyphs.past
    case 'phase':
      return glyphs.cursor
    case 'plain':
      return glyphs.bullet
  }
}

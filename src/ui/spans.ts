/** A line of the screen as pieces of text with a tone. Layout is done on these, so that every width is exact. */
import {cutToWidth, displayWidth, fitToWidth} from '../core/width.ts'

export type SpanTone =
  'plain' | 'dim' | 'strong' | 'good' | 'warning' | 'bad' | 'accent' | 'fault' | 'notice' | 'alarm'

export interface Span {
  readonly text: string
  readonly tone: SpanTone
}
export type Line = readonly Span[]

export function span(text: string, tone: SpanTone = 'plain'): Span {
  return {text, tone}
}

function lineWidth(line: Line): number {
  return line.reduce((sum, {text}) => sum + displayWidth(text), 0)
}

/** At most `width` columns. */
export function cutLine(line: Line, width: number, ellipsis: string): Line {
  const kept: Span[] = []
  let left = width
  for (const [index, part] of line.entries()) {
    const wide = displayWidth(part.text)
    const isLast = index === line.length - 1
    if (wide < left || (wide === left && (isLast || line.slice(index + 1).every(({text}) => text === '')))) {
      kept.push(part)
      left -= wide
      continue
    }
    // Something follows that has no room: the mark goes where this part ends.
    const text =
      wide <= left ? cutToWidth(`${part.text} `, left, ellipsis) : cutToWidth(part.text, left, ellipsis)
    kept.push({...part, text})
    break
  }
  return kept
}

/** Exactly `width` columns, filled on the right. */
function fitLine(line: Line, width: number, ellipsis: string): Line {
  const cut = cutLine(line, width, ellipsis)
  const space = width - lineWidth(cut)
  return space > 0 ? [...cut, span(' '.repeat(space))] : cut
}

/** `left` and `right` at the ends of a line of `width` columns; `left` is cut when both don't fit. */
export function spread(left: Line, right: Line, width: number, ellipsis: string): Line {
  const rightWidth = lineWidth(right)
  if (rightWidth + 2 > width) return cutLine(left, width, ellipsis)
  return [...fitLine(left, width - rightWidth, ellipsis), ...right]
}

/** One cell of a table. */
export function cell(text: string, width: number, options: CellOptions): Span {
  return span(fitToWidth(text, width, options.align ?? 'left', options.ellipsis), options.tone ?? 'plain')
}

export interface CellOptions {
  readonly ellipsis: string
  readonly tone?: SpanTone
  readonly align?: 'left' | 'right'
}

/** Characters with their tones, neighbours of the same tone joined. */
export function joinCells(cells: readonly Span[]): Line {
  const joined: Span[] = []
  for (const one of cells) {
    const last = joined.at(-1)
    if (last?.tone === one.tone) joined[joined.length - 1] = {text: last.text + one.text, tone: one.tone}
    else joined.push(one)
  }
  return joined
}

/** The first candidate that fits into `width`; the last one cut when none does. */
export function firstFitting(candidates: readonly Line[], width: number, ellipsis: string): Line {
  const fitting = candidates.find((line) => lineWidth(line) <= width)
  return fitting ?? cutLine(candidates.at(-1) ?? [], width, ellipsis)
}

/**
 * Drawing that keeps its text readable at any width: places along the time axis are percentages, heights are pixels,
 * and only paths are stretched.
 */
import type {ReportSpan} from '../drill-report.ts'
import {type Markup, markup} from './markup.ts'
import type {Scale} from './scale.ts'

/** The width of the coordinates inside a stretched path. */
const PATH_WIDTH = 1000

function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))}%`
}

/** A drawing as wide as its place. `title` is what a screen reader says. */
export function drawing(height: number, title: string, content: readonly Markup[]): Markup {
  return markup`<svg class="open" role="img" width="100%" height="${height}" aria-label="${title}">
    ${content}
  </svg>`
}

/** A box along the time axis whose content is cut off at its edges; hovering shows `title`. */
export function box(
  span: ReportSpan,
  time: Scale,
  place: {readonly y: number; readonly height: number},
  content: {readonly title: string; readonly inside: readonly Markup[]},
): Markup {
  const from = time.place(span.from)
  const width = Math.max(0, time.place(span.to) - from)
  return markup`<svg x="${percent(from)}" width="${percent(width)}" y="${place.y}" height="${place.height}">
    <title>${content.title}</title>
    ${content.inside}
  </svg>`
}

/** About how wide a drawing is on a wide and on a narrow screen, in pixels, and how wide a letter of a label. */
const WIDE = 820
const NARROW = 350
const LETTER = 6.6

/** The label of a box, left out where it would be cut off: always, or on narrow screens. */
export function boxLabel(
  text: string,
  span: ReportSpan,
  time: Scale,
  look: {readonly y: number; readonly name: string},
): readonly Markup[] {
  const share = time.place(span.to) - time.place(span.from)
  const needed = text.length * LETTER + 8
  if (share * WIDE < needed) return []
  const name = share * NARROW < needed ? `${look.name} wide` : look.name
  return [markup`<text class="${name}" x="5" y="${look.y}">${text}</text>`]
}

/** Paths in coordinates of `pathX` and pixels, stretched to the drawing's width; lines keep their own. */
export function stretched(height: number, paths: readonly Markup[]): Markup {
  return markup`<svg
    x="0"
    y="0"
    width="100%"
    height="${height}"
    viewBox="0 0 ${PATH_WIDTH} ${height}"
    preserveAspectRatio="none"
  >
    ${paths}
  </svg>`
}

export function pathX(share: number): number {
  return Number((share * PATH_WIDTH).toFixed(1))
}

/** Vertical lines at the labelled times, behind everything else. */
export function timeGrid(time: Scale, height: number): readonly Markup[] {
  return time.ticks.map(
    ({value}) =>
      markup`<line
        class="grid"
        x1="${percent(time.place(value))}"
        x2="${percent(time.place(value))}"
        y1="0"
        y2="${height}"
      />`,
  )
}

/** The labels under a drawing; the outer ones stay inside. */
export function timeAxis(time: Scale): Markup {
  const labels = time.ticks.map(({value, label}, index) => {
    const share = time.place(value)
    const anchor = index === 0 ? 'start' : share > 0.97 ? 'end' : 'middle'
    // On a narrow screen every other label is left out by the style sheet.
    const name = index % 2 === 1 ? 'tick odd' : 'tick'
    return markup`<text class="${name}" x="${percent(share)}" y="11" text-anchor="${anchor}">${label}</text>`
  })
  return drawing(16, 'time since the start of the run', labels)
}

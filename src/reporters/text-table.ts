/** Tables for people: columns as wide as their content, wrapped where the whole is too wide. */
import {displayWidth, fitToWidth, wrapToWidth} from '../core/width.ts'
import type {Style, StyleName} from './style.ts'

export interface TextCell {
  readonly text: string
  readonly style?: StyleName
}

const GAP = 2
/** No column is made narrower than this. */
const NARROWEST = 10

/**
 * Lines of a table that is at most `width` columns wide: of the widest columns the text is wrapped, and where even
 * that is not enough, each row becomes a short list. The first row is the head.
 */
export function renderTextTable(
  rows: readonly (readonly TextCell[])[],
  width: number,
  style: Style,
): readonly string[] {
  const widths = planWidths(rows, width)
  if (!widths) return renderStacked(rows, width, style)
  return rows.flatMap((row) => renderRow(row, widths, style))
}

function planWidths(rows: readonly (readonly TextCell[])[], width: number): readonly number[] | null {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({length: count}, (_, column) =>
    Math.max(1, ...rows.map((row) => displayWidth(row[column]?.text ?? ''))),
  )
  const room = width - GAP * Math.max(0, count - 1)
  let total = widths.reduce((sum, wide) => sum + wide, 0)
  while (total > room) {
    const widest = widths.indexOf(Math.max(...widths))
    const old = widths[widest] ?? 0
    if (old <= NARROWEST) return null
    widths[widest] = old - 1
    total -= 1
  }
  return widths
}

function renderRow(row: readonly TextCell[], widths: readonly number[], style: Style): readonly string[] {
  const cells = widths.map((wide, column) => wrapToWidth(row[column]?.text ?? '', wide))
  const height = Math.max(...cells.map((lines) => lines.length))
  return Array.from({length: height}, (_, line) =>
    widths
      .map((wide, column) => {
        const isLast = column === widths.length - 1
        const text = cells[column]?.[line] ?? ''
        const name = row[column]?.style ?? 'plain'
        return style(name, isLast ? text : fitToWidth(text, wide))
      })
      .join(' '.repeat(GAP))
      .trimEnd(),
  )
}

/** `name: value` below each other; what is empty is left out. */
function renderStacked(
  [head = [], ...rows]: readonly (readonly TextCell[])[],
  width: number,
  style: Style,
): readonly string[] {
  return rows.flatMap((row) =>
    row.flatMap((cell, column) => {
      if (cell.text === '') return []
      const label = head[column]?.text ?? ''
      const text = column === 0 || label === '' ? cell.text : `${label}: ${cell.text}`
      const indent = column === 0 ? '' : '  '
      const lines = wrapToWidth(text, width - indent.length)
      return lines.map((line) => indent + style(cell.style ?? 'plain', line))
    }),
  )
}

/** Problems as text: message, place with a caret, what to do next. */
import type {Position, Problem} from '../core/errors.ts'
import {stripControl} from '../core/text.ts'

/**
 * Renders one problem as
 *
 *     netdrill.yaml:3:14: error CONFIG_UNKNOWN_KEY: unknown key "intervall"
 *       3 |   api: { intervall: 5s }
 *         |          ^^^^^^^^^
 *       → did you mean "interval"?
 *
 * A `warning` is about something that goes on all the same.
 */
export function renderProblem(problem: Problem, weight: 'error' | 'warning' = 'error'): string {
  const {position} = problem
  const place = position ? `${position.file}:${position.line}:${position.column}: ` : ''
  const lines = [`${place}${weight} ${problem.code}: ${stripControl(problem.message)}`]
  if (position) lines.push(...renderSource(position))
  for (const advice of problem.advice ?? []) lines.push(`  → ${advice}`)
  return lines.join('\n')
}

/** A line of a minified document would fill the screen. */
const WIDEST = 160
const BEFORE = 60

/** The line of a position with a caret under the place; nothing where the line is not known. Of a long line, its part. */
export function renderSource(position: Position): readonly string[] {
  if (position.source === undefined) return []
  const number = String(position.line)
  const from = position.source.length > WIDEST ? Math.max(0, position.column - 1 - BEFORE) : 0
  const cut = position.source.slice(from, from + WIDEST)
  const head = from > 0 ? '…' : ''
  const tail = from + WIDEST < position.source.length ? '…' : ''
  const before = cut.slice(0, position.column - 1 - from).replace(/[^\t]/g, ' ')
  const room = Math.max(1, cut.length - before.length)
  const caret = '^'.repeat(Math.min(room, Math.max(1, position.length ?? 1)))
  const gap = ' '.repeat(head.length)
  return [`  ${number} | ${head}${cut}${tail}`, `  ${' '.repeat(number.length)} | ${gap}${before}${caret}`]
}

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
 */
export function renderProblem(problem: Problem): string {
  const {position} = problem
  const place = position ? `${position.file}:${position.line}:${position.column}: ` : ''
  const lines = [`${place}error ${problem.code}: ${stripControl(problem.message)}`]
  if (position) lines.push(...renderSource(position))
  for (const advice of problem.advice ?? []) lines.push(`  → ${advice}`)
  return lines.join('\n')
}

/** The line of a position with a caret under the place; nothing where the line is not known. */
export function renderSource(position: Position): readonly string[] {
  if (position.source === undefined) return []
  const number = String(position.line)
  const before = position.source.slice(0, position.column - 1).replace(/[^\t]/g, ' ')
  const caret = '^'.repeat(Math.max(1, position.length ?? 1))
  return [`  ${number} | ${position.source}`, `  ${' '.repeat(number.length)} | ${before}${caret}`]
}

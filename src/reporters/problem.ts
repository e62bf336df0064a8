/** Problems as text: message, place with a caret, what to do next. */
import type {Problem} from '../core/errors.ts'
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
  if (position?.source !== undefined) {
    const number = String(position.line)
    const before = position.source.slice(0, position.column - 1).replace(/[^\t]/g, ' ')
    lines.push(`  ${number} | ${position.source}`)
    lines.push(`  ${' '.repeat(number.length)} | ${before}${'^'.repeat(Math.max(1, position.length ?? 1))}`)
  }
  for (const advice of problem.advice ?? []) lines.push(`  → ${advice}`)
  return lines.join('\n')
}

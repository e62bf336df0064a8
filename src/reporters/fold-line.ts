/** Lines of a table on a terminal that is too narrow for them. */
import {displayWidth, wrapToWidth} from '../core/width.ts'

/** Where the last column goes on when the columns before it take more than half of the width. */
const INDENT = 4

/**
 * The last column, which begins behind two or more spaces, goes on below itself; where those before it take most of the
 * width, it begins in a line of its own. Whatever fits stays as it is.
 */
export function foldLine(line: string, width: number): readonly string[] {
  if (displayWidth(line) <= width) return [line]
  const [, head = '', text = line] = /^(.* {2}|)(.*)$/.exec(line) ?? []
  const column = displayWidth(head)
  if (column <= width / 2) {
    const [first = '', ...rest] = wrapToWidth(text, width - column)
    return [`${head}${first}`, ...rest.map((more) => `${' '.repeat(column)}${more}`)]
  }
  const title = head.trimEnd() === '' ? [] : wrapToWidth(head, width)
  return [...title, ...wrapToWidth(text, width - INDENT).map((more) => `${' '.repeat(INDENT)}${more}`)]
}

import {systemTerminal} from '../system/terminal.ts'

/** How results may be drawn on the terminal, or on what stands in for it. `columns` is 80 where there is none. */
export function systemLook(flags: {readonly color: boolean}): {
  readonly color: boolean
  readonly unicode: boolean
  readonly columns: number
  /** Of a terminal its columns; whole lines everywhere else. */
  readonly foldAt: number
} {
  const {color, unicode, columns, stdout} = systemTerminal({color: flags.color})
  return {color, unicode, columns, foldAt: stdout.isTTY ? columns : Number.POSITIVE_INFINITY}
}

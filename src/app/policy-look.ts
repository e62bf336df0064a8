import {systemTerminal} from '../system/terminal.ts'

/** How policies may be drawn on the terminal, or on what stands in for it. */
export function policyLook(flags: {readonly color: boolean}): {
  readonly color: boolean
  readonly unicode: boolean
} {
  const {color, unicode} = systemTerminal({color: flags.color})
  return {color, unicode}
}

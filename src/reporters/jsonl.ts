/** The event stream as JSON Lines: one event per line, nothing added and nothing left out. */
import type {RunEvent} from '../core/events.ts'

/** Characters that JSON leaves as they are but a terminal obeys: C1 controls and bidirectional overrides. */
const UNSAFE = /[\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069]/g

/** One event as a line with its line break. Control characters are escaped, so nothing is lost when it is parsed. */
export function renderJsonLine(event: RunEvent): string {
  const json = JSON.stringify(event).replace(
    UNSAFE,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `${json}\n`
}

/** Flags that take a duration. */
import {UserError} from '../core/errors.ts'
import {type Millis, formatDuration, parseDuration} from '../core/units.ts'

const LONGEST: Millis = 7 * 86_400_000

/** The value of a flag that takes a duration up to a week. Throws USAGE_INVALID. */
export function readDurationFlag(flag: string, text: string): Millis {
  const parsed = parseDuration(text)
  if (!parsed.ok) throw usage(`${flag}: ${parsed.because}`)
  if (parsed.value < 1) throw usage(`${flag}: ${text} is too short`)
  if (parsed.value <= LONGEST) return parsed.value
  throw usage(`${flag}: ${text} is too long; at most ${formatDuration(LONGEST)}`)
}

function usage(message: string): UserError {
  return new UserError({code: 'USAGE_INVALID', message})
}

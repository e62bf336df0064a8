/** Names of differentiated services code points. */
import * as z from 'zod'
import {suggest} from '../../core/text.ts'

/**
 * Class selectors and best effort (RFC 2474), assured forwarding (RFC 2597), expedited forwarding (RFC 3246), voice
 * admitted (RFC 5865), lower effort (RFC 8622).
 */
const NAMES: Readonly<Record<string, number>> = {
  BE: 0,
  DF: 0,
  LE: 1,
  EF: 46,
  VA: 44,
  ...Object.fromEntries([0, 1, 2, 3, 4, 5, 6, 7].map((index) => [`CS${index}`, index * 8])),
  ...Object.fromEntries(
    [1, 2, 3, 4].flatMap((group) => [1, 2, 3].map((drop) => [`AF${group}${drop}`, group * 8 + drop * 2])),
  ),
}
const LARGEST = 63

/** The code point of a name, or of a number from 0 to 63; null for anything else. */
export function parseDscp(text: string): number | null {
  const name = text.trim().toUpperCase()
  if (Object.hasOwn(NAMES, name)) return NAMES[name] ?? null
  return /^\d{1,2}$/.test(name) && Number(name) <= LARGEST ? Number(name) : null
}

/** `EF`, `af41`, `46` or 46 to the code point. */
export const dscpSchema = z
  .union([z.int().min(0).max(LARGEST), z.string()], {
    error: `expected a code point: a number from 0 to ${LARGEST}, or a name such as EF`,
  })
  .transform((value, context) => {
    const parsed = typeof value === 'number' ? value : parseDscp(value)
    if (parsed !== null) return parsed
    const near = suggest(String(value).toUpperCase(), Object.keys(NAMES))
    context.issues.push({
      code: 'custom',
      message: `"${value}" is no code point: a number from 0 to ${LARGEST}, or a name such as EF, AF41, CS6`,
      input: value,
      ...(near === null ? {} : {params: {advice: [`did you mean "${near}"?`]}}),
    })
    return z.NEVER
  })

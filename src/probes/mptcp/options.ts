import * as z from 'zod'
import {durationBetween} from '../../config/quantities.ts'

const MINUTE = 60_000

/** What YAML and flags may set for an MPTCP target beyond the shared keys. */
export const mptcpOptions = z.strictObject({
  allow_fallback: z
    .boolean()
    .default(false)
    .meta({description: 'A connection that fell back to plain TCP is good enough.'}),
  subflows: z
    .int()
    .min(1)
    .max(16)
    .optional()
    .meta({description: 'Wait until the connection has so many subflows; fewer are a failure.'}),
  send: z.string().min(1).optional().meta({
    description: 'Text to send after connecting; some servers confirm MPTCP with the first data only.',
  }),
  hold: durationBetween(0, MINUTE)
    .optional()
    .meta({
      description:
        'How long the connection is kept open to notice a late fallback, a reset or further subflows. ' +
        'By default twice the connect time, between 40ms and 500ms.',
    }),
})

export type MptcpOptions = z.infer<typeof mptcpOptions>

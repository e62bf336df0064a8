import * as z from 'zod'
import {durationBetween, sizeSchema} from '../../config/quantities.ts'

const MINUTE = 60_000
const DAY = 86_400_000
const MOST = 1_000_000

/** What YAML and flags may set for an MPTCP target beyond the shared keys. */
export const mptcpOptions = z
  .strictObject({
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
      description:
        'Text to send after connecting; some servers confirm MPTCP with the first data only. With keep: what each sample sends.',
    }),
    size: sizeSchema
      .refine((size) => size >= 1 && size <= MOST, {error: 'a size from 1B to 1MB'})
      .optional()
      .meta({
        description:
          'With keep: `send` is repeated up to so many octets, all of which the server has to send back. By default as it is, and any answer will do.',
      }),
    hold: durationBetween(0, MINUTE)
      .optional()
      .meta({
        description:
          'How long the connection is kept open to notice a late fallback, a reset or further subflows. ' +
          'By default twice the connect time, between 40ms and 500ms.',
      }),
    transport: z.enum(['mptcp', 'auto']).default('mptcp').meta({
      description:
        'auto takes plain TCP within the same time where MPTCP is not to be had, and tries MPTCP again later.',
    }),
    retry_after: durationBetween(100, DAY).optional().meta({
      description: 'For auto: the first wait until MPTCP is tried again, doubled each time. By default 30s.',
    }),
    keep: z.boolean().default(false).meta({
      description:
        'Keep one connection open: each sample sends `send` and waits for an answer, and subflows are watched.',
    }),
  })
  .refine(({keep, send}) => !keep || send !== undefined, {
    path: ['send'],
    error: 'keep needs a text that the server answers',
  })
  .refine(({keep, size}) => keep || size === undefined, {
    path: ['size'],
    error: 'only a connection with keep sends so much',
  })

export type MptcpOptions = z.infer<typeof mptcpOptions>

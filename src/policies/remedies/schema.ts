/** The keys of a policy for what is done besides retrying: resolvers, refresh, hedge, adaptive. */
import * as z from 'zod'
import {durationBetween} from '../../config/quantities.ts'
import {parseServer} from '../../core/server-address.ts'
import {LONGEST_WAIT} from '../policy.ts'

const positive = durationBetween(1, LONGEST_WAIT)

const resolver = z.string().refine((text) => parseServer(text) !== null, {
  error: ({input}) => `"${String(input)}" is no address of a resolver: write ADDRESS or ADDRESS:PORT`,
})

const command = z
  .array(z.string().min(1))
  .min(1)
  .meta({description: 'Program and arguments; no shell.', examples: [['/usr/local/bin/fetch-token']]})

export const remedyKeys = {
  resolvers: z.array(resolver).max(16).optional().meta({
    description:
      "Asked one after the other when the system's resolver fails; not when it says that the name does not exist.",
  }),
  refresh: z
    .union([command, z.strictObject({command: command.optional(), timeout: positive.optional()})])
    .optional()
    .meta({description: 'A program that fetches new credentials when they are refused as expired (401).'}),
  hedge: z
    .union([
      z.literal('off'),
      z.strictObject({
        after: z.union([z.literal('p95'), positive]).optional(),
        share: z
          .number()
          .min(0)
          .max(1)
          .optional()
          .meta({description: 'Second attempts per first attempt at most.'}),
      }),
    ])
    .optional()
    .meta({description: 'A second attempt beside a slow one; the first success counts.'}),
  adaptive: z
    .union([
      z.boolean(),
      z.strictObject({
        window: z.int().min(1).max(1000).optional(),
        max_factor: z.number().min(1).max(100).optional(),
        min_timeout: positive.optional(),
      }),
    ])
    .optional()
    .meta({description: 'Timeout and waits follow what is measured.'}),
} satisfies z.ZodRawShape

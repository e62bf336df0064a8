import * as z from 'zod'
import {durationBetween} from '../../config/quantities.ts'
import {dialogueSchema} from './dialogue-options.ts'

const MINUTE = 60_000

export const ADDRESS_COVERAGE = ['race', 'any', 'first', 'all'] as const
/**
 * `race`: RFC 8305, the first that answers wins. `any`: one after the other until one answers. `first`: only the
 * resolver's first choice. `all`: every address has to answer.
 */
export type AddressCoverage = (typeof ADDRESS_COVERAGE)[number]

/** What YAML and flags may set for a TCP target beyond the shared keys. */
export const tcpOptions = z.strictObject({
  addresses: z
    .enum(ADDRESS_COVERAGE)
    .default('race')
    .meta({
      description:
        'Which of several addresses are tried: race (as in RFC 8305, the first that answers wins), any (one after the other ' +
        'until one answers), first (only the first one), all (every address has to answer).',
    }),
  send: z
    .string()
    .min(1)
    .optional()
    .meta({description: 'Text to send after connecting, as it is: add line ends yourself.'}),
  banner: z
    .boolean()
    .default(false)
    .meta({description: 'Wait for the first bytes of the server; silence is then a failure.'}),
  expect_banner: z
    .string()
    .min(1)
    .optional()
    .meta({description: 'Text that has to be in what the server sends; implies banner.'}),
  dialogue: dialogueSchema.optional().meta({
    description:
      'A conversation of steps in their order: expect, expect_bytes or send. A failure names the step and what came instead.',
  }),
  keep: z.boolean().optional().meta({
    description:
      'For an echo service: one connection is kept open, and every sample is a fresh line that it has to echo in time.',
  }),
  hold: durationBetween(0, MINUTE)
    .optional()
    .meta({
      description:
        'How long the connection is kept open to notice a reset or an end right after it was accepted. ' +
        'By default twice the connect time, between 40ms and 500ms; 0ms closes at once.',
    }),
})

export type TcpOptions = z.infer<typeof tcpOptions>

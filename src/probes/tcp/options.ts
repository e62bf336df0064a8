import * as z from 'zod'
import {durationBetween} from '../../config/quantities.ts'
import {DIAL_STRATEGIES} from '../shared/dial-addresses.ts'

const MINUTE = 60_000

/** What YAML and flags may set for a TCP target beyond the shared keys. */
export const tcpOptions = z.strictObject({
  strategy: z
    .enum(DIAL_STRATEGIES)
    .default('race')
    .meta({description: 'How several addresses are tried: raced as in RFC 8305, or one after the other.'}),
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
  hold: durationBetween(0, MINUTE)
    .optional()
    .meta({
      description:
        'How long the connection is kept open to notice a reset or an end right after it was accepted. ' +
        'By default twice the connect time, between 40ms and 500ms; 0ms closes at once.',
    }),
})

export type TcpOptions = z.infer<typeof tcpOptions>

import * as z from 'zod'
import {durationBetween} from '../../config/quantities.ts'
import {httpOptions} from '../http/options.ts'

const {strategy, sni, min, max, ca, cert, key, verify, headers, basic, bearer} = httpOptions.shape

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** RFC 9110 section 5.6.2: a subprotocol is a token. */
const TOKEN = /^[A-Za-z0-9!#$%&'*+^_`|~-]+$/

/** What `probe websocket` and a `ws://` or `wss://` target may set. */
export const websocketOptions = z.strictObject({
  protocols: z
    .union([z.string(), z.array(z.string())])
    .transform((given) =>
      (typeof given === 'string' ? given.split(',') : given)
        .map((word) => word.trim())
        .filter((word) => word !== ''),
    )
    .refine((list) => list.every((word) => TOKEN.test(word)), 'a subprotocol is one word')
    .default([])
    .meta({description: 'Subprotocols to offer, in order of preference.'}),
  origin: z
    .string()
    .regex(/^[\u0021-\u007E]+$/, 'an origin is written as https://example.org')
    .optional()
    .meta({description: 'The Origin header, which servers for browsers look at.'}),
  ping: z.boolean().default(true).meta({
    description: 'Sends a ping with a nonce and waits for its own pong. `rtt` is its round trip.',
  }),
  pong_timeout: durationBetween(1, HOUR)
    .optional()
    .meta({description: 'How long a pong may take; by default as long as the sample may.'}),
  send: z.string().min(1).optional().meta({description: 'A text message to send after the upgrade.'}),
  expect_message: z
    .string()
    .min(1)
    .optional()
    .meta({description: 'Text that has to be in a message of the server.'}),
  keep: z.boolean().default(false).meta({
    description:
      'The connection stays open between samples: each is a ping on it, and an end in between fails the next one.',
  }),
  hold: durationBetween(0, HOUR)
    .default(0)
    .meta({description: 'How long the connection is watched after that, with a ping each ping_interval.'}),
  ping_interval: durationBetween(10, HOUR)
    .default(1000)
    .meta({description: 'From one ping to the next while the connection is watched.'}),
  ...{headers, basic, bearer, strategy, sni, min, max, ca, cert, key, verify},
})

export type WebSocketOptions = z.infer<typeof websocketOptions>

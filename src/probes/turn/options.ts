import * as z from 'zod'
import {secret} from '../http/options.ts'
import {tlsOptions} from '../tls/options.ts'

const {sni, min, max, ca, cert, key, verify} = tlsOptions.shape

export const TURN_TRANSPORTS = ['udp', 'tcp', 'tls'] as const
export type TurnTransport = (typeof TURN_TRANSPORTS)[number]

/** What YAML and flags may set for a TURN target beyond the shared keys. */
export const turnOptions = z.strictObject({
  transport: z.enum(TURN_TRANSPORTS).optional().meta({
    description:
      'How the server is reached; also as ?transport= of the target, and tls with turns://. UDP if not given.',
  }),
  login: secret('User and password of the TURN server, as user:password'),
  relay: z.boolean().default(false).meta({
    description:
      'Also send a packet through the relay and wait for it: to the relayed address itself, or to the peer.',
  }),
  peer: z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        'ADDRESS:PORT of a UDP echo service that the packet through the relay goes to, where the server does not relay to itself.',
      examples: ['192.0.2.7:7'],
    }),
  retransmit: z.boolean().default(false).meta({
    description:
      'Over UDP: repeat an unanswered request after 500ms, 1.5s, 3.5s and so on (RFC 8489 section 6.2.1). Without it a lost datagram is a failed sample.',
  }),
  sni,
  min,
  max,
  ca,
  cert,
  key,
  verify,
})

export type TurnOptions = z.infer<typeof turnOptions>

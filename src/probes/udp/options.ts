import * as z from 'zod'
import {parsePayload} from './payload.ts'
import {UDP_PRESETS} from './presets.ts'

const payload = z.string().superRefine((text, context) => {
  const parsed = parsePayload(text)
  if (!parsed.ok) context.addIssue({code: 'custom', message: parsed.because})
})

/** What YAML and flags may set for a UDP target beyond the shared keys. */
export const udpOptions = z.strictObject({
  send: payload.optional().meta({
    description:
      'The datagram to send: text as it is, or octets such as "hex:0a0b". Empty sends an empty one.',
  }),
  preset: z.enum(UDP_PRESETS).optional().meta({
    description:
      'A request that such a service answers. Ports 53, 123 and 161 have theirs by default; other ports get an empty datagram.',
  }),
  expect_reply: payload
    .optional()
    .meta({description: 'Text, or octets such as "hex:0a0b", that have to be in the reply.'}),
  nonce: z.boolean().optional().meta({
    description:
      'For an echo service: a fresh token ends each datagram, and only a reply that holds it is one. Late and replayed replies are none.',
  }),
})

export type UdpOptions = z.infer<typeof udpOptions>

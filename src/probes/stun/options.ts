import * as z from 'zod'

/** What YAML and flags may set for a STUN target beyond the shared keys. */
export const stunOptions = z.strictObject({
  second: z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        'Another STUN server, HOST or HOST:PORT, that is asked from the same local port: whether both see the same address tells how the NAT maps.',
      examples: ['stun.example.net:3478'],
    }),
  mapping: z.boolean().default(false).meta({
    description: 'The same, with the second address and port that the server itself names (RFC 5780).',
  }),
  retransmit: z.boolean().default(false).meta({
    description:
      'Repeat an unanswered request after 500ms, 1.5s, 3.5s and so on (RFC 8489 section 6.2.1). Without it a lost datagram is a failed sample.',
  }),
  tcp: z.boolean().default(false).meta({
    description:
      'When no answer comes over UDP, look whether the host accepts TCP on this port or on 443: then UDP is blocked.',
  }),
})

export type StunOptions = z.infer<typeof stunOptions>

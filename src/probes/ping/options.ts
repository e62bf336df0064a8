import * as z from 'zod'
import {sizeSchema} from '../../config/quantities.ts'
import {dscpSchema} from './dscp.ts'

/** The first eight octets prove that a reply is ours. */
const LEAST_SIZE = 8
/** 65535 minus the headers of IPv4 and ICMP. */
const LARGEST_SIZE = 65_507

/** What YAML and flags may set for a ping target beyond the shared keys. */
export const pingOptions = z.strictObject({
  size: sizeSchema
    .refine((size) => size >= LEAST_SIZE && size <= LARGEST_SIZE, {
      message: `the payload has ${LEAST_SIZE}B to ${LARGEST_SIZE}B`,
    })
    .default(56)
    .meta({description: 'Payload behind the ICMP header; 56B makes 84 octets with IPv4.'}),
  ttl: z.int().min(1).max(255).optional().meta({description: 'Time to live or hop limit of the requests.'}),
  dscp: dscpSchema.optional().meta({
    description: 'Differentiated services code point of the requests: 0 to 63, or EF, AF41, CS6, ...',
  }),
  df: z.boolean().default(false).meta({
    description: 'Nobody may fragment the requests: too large ones fail, with the MTU that was named.',
  }),
  mtu: z.boolean().default(false).meta({
    description:
      'Search the path MTU with up to 12 packets of different sizes per sample (20 when the own link takes more than 1500B).',
  }),
})

export type PingOptions = z.infer<typeof pingOptions>

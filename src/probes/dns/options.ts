import * as z from 'zod'
import {sizeSchema} from '../../config/quantities.ts'
import {suggest} from '../../core/text.ts'
import {KNOWN_TYPES, classNumber, typeNumber} from './codec/registry.ts'

/** RFC 9715 section 3.1, after the DNS flag day of 2020: what fits a packet nearly everywhere. */
const EDNS_SIZE = 1232

/** An answer over UDP can't be larger, and below 512 octets the field has no effect (RFC 6891 section 6.2.3). */
const edns = sizeSchema.refine((value) => value === 0 || (value >= 512 && value <= 65_535), {
  message: 'the EDNS size is 0B for no EDNS, or between 512B and 65535B',
})

const type = z
  .string()
  .refine((name) => typeNumber(name) !== null, {
    error: ({input}) => {
      const near = suggest(String(input), KNOWN_TYPES)
      return `"${String(input)}" is no record type${near === null ? '' : `; did you mean ${near}?`}`
    },
  })
  .meta({description: 'The record type, such as AAAA or TYPE65. A by default, PTR for a literal address.'})

/** What YAML and flags may set for a DNS target beyond the shared keys. `type` and `class` may be in the URL too. */
export const dnsOptions = z.strictObject({
  type: type.optional(),
  class: z
    .string()
    .refine((name) => classNumber(name) !== null, {message: 'not a class such as IN or CH'})
    .optional()
    .meta({description: 'The class: IN by default, or CH, HS, ANY, CLASS123.'}),
  rd: z.boolean().default(true).meta({description: 'Ask for recursion (RD).'}),
  cd: z.boolean().default(false).meta({description: 'Ask without DNSSEC validation (CD).'}),
  do: z.boolean().default(false).meta({description: 'Ask for DNSSEC records (DO).'}),
  transport: z
    .enum(['auto', 'udp', 'tcp'])
    .default('auto')
    .meta({description: 'auto: UDP, then TCP when the answer was truncated.'}),
  edns: edns
    .default(EDNS_SIZE)
    .meta({description: 'The size of UDP answers offered by EDNS; 0B asks without EDNS.'}),
})

export type DnsOptions = z.infer<typeof dnsOptions>

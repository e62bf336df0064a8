import * as z from 'zod'
import {sizeSchema} from '../../config/quantities.ts'
import {suggest} from '../../core/text.ts'
import {parseServer} from '../../core/server-address.ts'
import {parseSubnet} from './client-subnet.ts'
import {KNOWN_TYPES, classNumber, typeNumber} from './codec/registry.ts'

/** RFC 9715 section 3.1, after the DNS flag day of 2020: what fits a packet nearly everywhere. */
const EDNS_SIZE = 1232

/** An answer over UDP can't be larger, and below 512 octets the field has no effect (RFC 6891 section 6.2.3). */
const edns = sizeSchema.refine((value) => value === 0 || (value >= 512 && value <= 65_535), {
  message: 'the EDNS size is 0B for no EDNS, or between 512B and 65535B',
})

const serverAddress = z.string().refine((text) => parseServer(text) !== null, {
  error: ({input}) => `"${String(input)}" is no address of a server: write ADDRESS or ADDRESS:PORT`,
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
  transport: z.enum(['auto', 'udp', 'tcp', 'dot', 'doh']).default('auto').meta({
    description:
      'auto: UDP, then TCP when the answer was truncated; dot: TLS, port 853 (RFC 7858); doh: HTTPS, port 443 (RFC 8484).',
  }),
  edns: edns
    .default(EDNS_SIZE)
    .meta({description: 'The size of UDP answers offered by EDNS; 0B asks without EDNS.'}),
  subnet: z
    .string()
    .refine((text) => parseSubnet(text) !== null, {message: 'not a network such as 192.0.2.0/24'})
    .optional()
    .meta({description: 'Ask as if from this network (EDNS client subnet).'}),
  nsid: z.boolean().default(false).meta({description: 'Ask the server for its own name (NSID).'}),
  cookie: z
    .boolean()
    .default(false)
    .meta({description: 'Send a cookie; an answer with another one is not taken.'}),
  dnssec: z.boolean().default(false).meta({
    description:
      'Ask for signatures, and after SERVFAIL once more without validation, to tell a broken zone apart.',
  }),
  servers: z
    .union([z.string(), z.array(z.string())])
    .transform((given) => (typeof given === 'string' ? given.split(',') : given).map((one) => one.trim()))
    .pipe(z.array(serverAddress).max(32))
    .default([])
    .meta({
      description: 'Resolvers to ask in this order, ADDRESS or ADDRESS:PORT, in place of one in the URL.',
    }),
  compare: z
    .boolean()
    .default(false)
    .meta({description: 'Ask all of the servers, and fail when they disagree.'}),
  doh_path: z
    .string()
    .regex(/^\/[^\s?#]*$/, 'a path such as /dns-query')
    .default('/dns-query')
    .meta({description: 'The path of the HTTPS resolver.'}),
  doh_method: z.enum(['get', 'post']).default('post').meta({description: 'How the HTTPS resolver is asked.'}),
  sni: z.string().max(253).optional().meta({
    description:
      'The name to send to a TLS or HTTPS resolver, which its certificate is compared with as well.',
  }),
  ca: z
    .union([z.string(), z.array(z.string())])
    .transform((given) => (typeof given === 'string' ? given.split(',') : given))
    .default([])
    .meta({description: 'PEM files with roots to trust besides those of the system and of Node.'}),
  verify: z.boolean().default(true).meta({
    description:
      'False reports what is wrong with the certificate of a resolver, but does not fail because of it.',
  }),
})

export type DnsOptions = z.infer<typeof dnsOptions>

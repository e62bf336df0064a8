import * as z from 'zod'
import {TLS_VERSIONS, type TlsVersion} from '../../core/tls-port.ts'
import {DIAL_STRATEGIES} from '../shared/dial-addresses.ts'
import {STARTTLS_PROTOCOLS} from '../starttls/protocols.ts'

const VERSION_WORDS: Readonly<Record<string, TlsVersion>> = {
  '1': 'TLSv1',
  '1.0': 'TLSv1',
  '1.1': 'TLSv1.1',
  '1.2': 'TLSv1.2',
  '1.3': 'TLSv1.3',
  'tlsv1.0': 'TLSv1',
  tlsv1: 'TLSv1',
  'tlsv1.1': 'TLSv1.1',
  'tlsv1.2': 'TLSv1.2',
  'tlsv1.3': 'TLSv1.3',
}

/** `1.2` or `TLSv1.2`; YAML reads the former as a number. */
const version = z.union([z.string(), z.number()]).transform((given, context): TlsVersion => {
  const found = VERSION_WORDS[String(given).toLowerCase()]
  if (found) return found
  context.addIssue({code: 'custom', message: `"${given}" is not a TLS version: 1.0, 1.1, 1.2 or 1.3`})
  return z.NEVER
})

/** A list, or one text with commas as a flag gives it. */
const words = z
  .union([z.string(), z.array(z.string())])
  .transform((given) =>
    (typeof given === 'string' ? given.split(',') : given)
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  )

/** What `probe tls` and a `tls://` target may set. Paths are relative to the working directory. */
export const tlsOptions = z
  .strictObject({
    strategy: z
      .enum(DIAL_STRATEGIES)
      .default('race')
      .meta({description: 'How several addresses are tried: raced as in RFC 8305, or one after the other.'}),
    sni: z
      .string()
      .max(253)
      .optional()
      .meta({
        description:
          'The server name to send, which the certificate is compared with as well, in place of the host. ' +
          'An empty text sends none.',
      }),
    // RFC 7301 §3.1: a protocol name has at most 255 octets.
    alpn: words
      .refine(
        (list) => list.every((word) => word.length <= 255),
        'a protocol name has at most 255 characters',
      )
      .default([])
      .meta({
        description: 'Application protocols to offer, in order of preference, such as h2 and http/1.1.',
      }),
    min: version
      .default('TLSv1.2')
      .meta({description: 'The oldest version to accept. TLS 1.0 and 1.1 are obsolete (RFC 8996).'}),
    max: version.default('TLSv1.3').meta({description: 'The newest version to offer.'}),
    ca: words
      .default([])
      .meta({description: 'PEM files with roots to trust besides those of the system and of Node.'}),
    cert: z
      .string()
      .optional()
      .meta({description: 'PEM file with the client certificate and its intermediates.'}),
    key: z
      .string()
      .optional()
      .meta({description: 'PEM file with the key of the client certificate; by default the same file.'}),
    verify: z.boolean().default(true).meta({
      description: 'False reports what is wrong with the certificates, but does not fail because of it.',
    }),
    resume: z.boolean().default(false).meta({
      description:
        'Connects a second time with the session of the first, and tells whether it was resumed and what that saved.',
    }),
    enumerate: z.boolean().default(false).meta({
      description:
        'Finds out which versions, cipher suites and groups the server accepts, by some fifty more connections.',
    }),
    starttls: z.enum(STARTTLS_PROTOCOLS).optional().meta({
      description:
        'The connection begins in plain text: the protocol in which to ask for TLS. Its port is the default one.',
    }),
  })
  .refine(({min, max}) => TLS_VERSIONS.indexOf(min) <= TLS_VERSIONS.indexOf(max), {
    message: 'min is newer than max',
    path: ['min'],
  })
  .refine(({cert, key}) => key === undefined || cert !== undefined, {
    message: 'a key needs its certificate: cert',
    path: ['key'],
  })

export type TlsOptions = z.infer<typeof tlsOptions>

import * as z from 'zod'
import {sizeSchema} from '../../config/quantities.ts'
import {tlsOptions} from '../tls/options.ts'

const {strategy, sni, min, max, ca, cert, key, verify} = tlsOptions.shape

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[A-Za-z0-9!#$%&'*+^_`|~-]+$/
/** Visible ASCII, blanks and obs-text: what can't end a line (RFC 9110 section 5.5). */
const VALUE = /^[\t\u0020-\u007E\u0080-\u00FF]*$/

/** These describe the connection or the length of the message, and are written by netdrill itself. */
const OWN = new Set(
  'connection content-length expect keep-alive te trailer transfer-encoding upgrade'.split(' '),
)
const SECRET = new Set(['authorization', 'proxy-authorization', 'cookie'])

const headers = z
  .union([z.record(z.string(), z.string()), z.array(z.string())])
  .transform((given, context): readonly (readonly [string, string])[] => {
    const pairs = Array.isArray(given) ? given.map(splitLine) : Object.entries(given)
    for (const [name, value] of pairs) {
      const wrong = whatIsWrong(name, value)
      if (wrong !== null) context.addIssue({code: 'custom', message: wrong})
    }
    return pairs
  })

function splitLine(line: string): readonly [string, string] {
  const [name = '', ...rest] = line.split(':')
  return [name.trim(), rest.join(':').trim()]
}

/** The value is never repeated: it may be a secret. */
function whatIsWrong(name: string, value: string): string | null {
  const lower = name.toLowerCase()
  if (!TOKEN.test(name)) return `"${name}" is not the name of a header; write "Name: value"`
  if (!VALUE.test(value)) return `the value of ${name} has characters that a header can not have`
  if (OWN.has(lower)) return `${name} is set by netdrill itself`
  if (SECRET.has(lower))
    return `${name} would be seen in the process list: use basic or bearer with env: or file:`
  return null
}

export const secret = (what: string): z.ZodOptional<z.ZodString> =>
  z
    .string()
    .regex(/^(env|file):./, 'write env:NAME or file:PATH: a secret must not stand here')
    .optional()
    .meta({
      description: `${what}: env:NAME or file:PATH.`,
      examples: ['env:API_LOGIN', 'file:/run/secrets/api'],
    })

/** `200`, `2xx`, or both ends of a range. */
const STATUS = /^([1-5]xx|[1-5]\d\d(-[1-5]\d\d)?|any)$/i
const status = z
  .union([z.string(), z.int(), z.array(z.union([z.string(), z.int()]))])
  .transform((given) =>
    (Array.isArray(given) ? given : String(given).split(',')).map((word) =>
      String(word).trim().toLowerCase(),
    ),
  )
  .refine((words) => words.length > 0 && words.every((word) => STATUS.test(word)), {
    error: 'a status is written as 200, 2xx, 200-204 or any',
  })

const list = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => (Array.isArray(given) ? given : [given]))

const HTTP_CHOICES = ['auto', '1.1', '2'] as const

/** What `probe http` and an `http://` or `https://` target may set. Paths are relative to the working directory. */
export const httpOptions = z.strictObject({
  method: z
    .string()
    .regex(TOKEN, 'a method is one word')
    .transform((word) => word.toUpperCase())
    .refine((word) => word !== 'CONNECT', 'CONNECT is for proxies: see proxy')
    .optional()
    .meta({description: 'The method; by default GET, or POST with a body.'}),
  headers: headers
    .default([])
    .meta({description: 'Request headers, as a mapping or as lines "Name: value".'}),
  body: z.string().optional().meta({description: 'The text to send as body.'}),
  body_file: z.string().optional().meta({description: 'The file whose text to send as body.'}),
  http: z
    .enum(HTTP_CHOICES)
    .default('auto')
    .meta({description: 'The version: HTTP/2 where TLS agrees on it (auto), or only one of them.'}),
  status: status.default(['2xx', '3xx']).meta({
    description: 'The statuses that count as success: 200, 2xx, 200-204, or any; several in a list.',
  }),
  max_redirects: z
    .int()
    .min(0)
    .max(50)
    .default(0)
    .meta({description: 'How many redirects in a row are followed; with 0 a redirect is the answer.'}),
  basic: secret('User and password, as user:password'),
  bearer: secret('Bearer token'),
  proxy: z.string().optional().meta({
    description:
      'An HTTP proxy that makes a tunnel to the target: http://HOST:PORT, or https://HOST:PORT for TLS to the proxy itself.',
  }),
  proxy_basic: secret('User and password for the proxy'),
  resolve: list.default([]).meta({
    description: 'Addresses for a host and port, in place of resolving: HOST:PORT:ADDRESS[,ADDRESS].',
  }),
  connect_to: list.default([]).meta({
    description:
      'Where to connect in place of a host and port: HOST:PORT:HOST:PORT; empty parts match all, or keep.',
  }),
  keep: sizeSchema
    .default(4096)
    .meta({description: 'How much of the body is kept for conditions and reports, such as 4KiB.'}),
  body_limit: sizeSchema
    .default(1_048_576)
    .meta({description: 'Reading the body stops after so much; the response counts all the same.'}),
  max_size: sizeSchema.optional().meta({description: 'A larger body is a failure.'}),
  ...{strategy, sni, min, max, ca, cert, key, verify},
})

export type HttpOptions = z.infer<typeof httpOptions>

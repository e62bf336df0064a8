/** What the embedded servers can be told, one schema per kind; durations in milliseconds, as they travel to an agent. */
import * as z from 'zod'
import {isNetwork} from '../../core/address.ts'

/**
 * `serve` does its work; `silent` accepts and never answers; `reset` ends a connection with RST right after it was
 * accepted; `close` ends it in an orderly way (FIN) instead.
 */
export const BEHAVIOURS = ['serve', 'silent', 'reset', 'close'] as const
export type Behaviour = (typeof BEHAVIOURS)[number]

const behaviour = z
  .enum(BEHAVIOURS)
  .default('serve')
  .describe('serve, or accept and stay silent, reset or close every connection')

/** Every kind has these. */
const shared = {
  behaviour,
  delay: z.number().min(0).default(0).describe('every answer waits this long'),
}

const RCODE_NAMES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const

const address = z.union([z.ipv4(), z.ipv6()])

export const tcpEchoOptions = z.strictObject({
  ...shared,
  banner: z.string().optional().describe('sent to every client at once; a line break is added'),
  mptcp: z.boolean().default(false).describe('speaks Multipath TCP with clients that ask for it'),
})

export const tlsEchoOptions = z.strictObject({
  ...shared,
  days_left: z
    .number()
    .min(-3650)
    .max(3650)
    .default(90)
    .describe('days until the certificate expires; negative for one that has'),
  names: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("what the certificate is valid for, in place of the server's own name and addresses"),
  max_version: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.3').describe('the newest version spoken'),
  alpn: z.array(z.string().min(1)).optional().describe('protocols offered by ALPN'),
})

export const dnsOptions = z.strictObject({
  ...shared,
  records: z
    .record(z.string().min(1), z.union([address, z.array(address).min(1)]))
    .default({})
    .describe('names and their addresses; every other name does not exist'),
  ttl: z.int().min(0).max(2_147_483_647).default(60).describe('seconds'),
  rcode: z.enum(RCODE_NAMES).optional().describe('given for every question in place of an answer'),
  truncate: z.boolean().default(false).describe('cut UDP answers, so that clients have to come by TCP'),
})

export const httpOptions = z.strictObject({
  ...shared,
  status: z.int().min(200).max(599).default(200).describe('status of every answer'),
  body: z.string().default('ok\n').describe('body of every answer'),
})

export const webhookOptions = z.strictObject({
  ...shared,
  status: z
    .int()
    .min(200)
    .max(599)
    .default(200)
    .describe('answer to every message; from 300 on none of them has arrived'),
  own_address: address
    .default('127.0.0.1')
    .describe('where it listens when the drill is pointed at your own system; 0.0.0.0 for all addresses'),
})

export const commandOptions = z.strictObject({
  command: z
    .array(z.string())
    .min(1)
    .describe('the program and its arguments; {address} and {port} stand for where it should listen'),
  env: z.record(z.string().min(1), z.string()).default({}).describe('environment variables'),
  patience: z.number().min(100).max(50_000).default(10_000).describe('how long it may take to come up'),
})

const network = z.string().refine(isNetwork, {error: 'a network such as 10.80.0.0/24'})

export const webrtcOptions = z.strictObject({
  call: z.url().optional().describe('URL of the peer to call; without it the peer waits to be called'),
  networks: z.array(network).default(['0.0.0.0/0']).describe('whose addresses the first offer names'),
  restart: z
    .array(network)
    .optional()
    .describe(
      'restart ICE when the data channel is silent, and name the addresses of these networks; else never',
    ),
  check: z.number().min(20).default(300).describe('how often it is asked whether the data channel answers'),
  patience: z.number().min(20).default(300).describe('how long the answer may take'),
  misses: z.int().min(1).default(3).describe('so many missing answers in a row mean silence'),
  max_restarts: z.int().min(1).default(3).describe('so many restarts in vain are enough'),
})

export const herdOptions = z.strictObject({
  to: z.string().min(3).describe('ADDRESS:PORT that all clients connect to'),
  clients: z.int().min(1).max(2000).default(100).describe('how many'),
  initial_delay: z.number().min(1).default(500).describe('the first wait after a loss'),
  max_delay: z.number().min(1).default(30_000).describe('no wait is longer'),
  multiplier: z.number().min(1).max(10).default(2).describe('each wait is so much longer than the last'),
  jitter: z.enum(['none', 'full']).default('none').describe('full: anything between nothing and the wait'),
})

export const peerOptions = z.strictObject({
  ...shared,
  delay: z
    .number()
    .min(0)
    .default(0)
    .describe('a new connection is answered after this long; messages at once'),
  key: z.string().min(8).optional().describe('both ends prove that they have it'),
  dials: z.boolean().default(true).describe('connect to a client that asks for it'),
  closes: z.boolean().default(true).describe("answer a client's goodbye; else its connection hangs"),
})

export const SERVER_OPTIONS = {
  'tcp-echo': tcpEchoOptions,
  'tls-echo': tlsEchoOptions,
  dns: dnsOptions,
  http: httpOptions,
  webhook: webhookOptions,
  command: commandOptions,
  webrtc: webrtcOptions,
  herd: herdOptions,
  peer: peerOptions,
}

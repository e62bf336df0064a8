/** The `lab:` section of a document. */
import * as z from 'zod'
import {durationBetween, nameSchema, portSchema} from '../config/quantities.ts'
import type {LabServer, LabSpec, NodeSettings} from './lab.ts'
import {labMistakes} from './lab-mistakes.ts'
import {linkSchema, networkSchema} from './schema-network.ts'
import {PLAIN_NODE, nodesSchema} from './schema-node.ts'
import {SERVER_OPTIONS} from './servers/options.ts'
import {parseHostPort} from './servers/toxics/host-port.ts'

const delay = durationBetween(0, 3_600_000).optional().describe('every answer waits this long, such as 50ms')

const isolation = z
  .enum(['auto', 'required', 'none'])
  .default('auto')
  .describe('namespaces where the kernel lets us (auto), always (required), or everything on loopback (none)')

function serverOf<K extends Exclude<LabServer['kind'], 'command' | 'webrtc' | 'herd' | 'upstream'>>(
  kind: K,
  summary: string,
) {
  return z
    .strictObject({
      kind: z.literal(kind),
      node: nameSchema.describe('where it runs'),
      port: portSchema.describe('where it listens; on loopback any free port is taken instead'),
      proxy: z
        .boolean()
        .default(false)
        .describe('put a userspace proxy in front, which can be impaired anywhere'),
      options: SERVER_OPTIONS[kind].extend({delay}).optional().describe('how it serves or misbehaves'),
    })
    .describe(summary)
}

const command = z
  .strictObject({
    kind: z.literal('command'),
    node: nameSchema.describe('where it runs'),
    port: portSchema.describe('where it listens; it is up when a TCP connection succeeds'),
    proxy: z.boolean().default(false).describe('put a userspace proxy in front of what it says by TCP'),
    options: SERVER_OPTIONS.command.extend({
      patience: durationBetween(100, 50_000).default(10_000).describe('how long it may take to come up'),
    }),
  })
  .describe('any program; it ends with the lab, and so does all that it started')

const pause = durationBetween(20, 60_000).default(300)

const webrtc = z
  .strictObject({
    kind: z.literal('webrtc'),
    node: nameSchema.describe('where it runs'),
    port: portSchema.describe('of its HTTP server, for signalling and for questions'),
    proxy: z.literal(false).default(false),
    options: SERVER_OPTIONS.webrtc
      .extend({
        check: pause.describe('how often it is asked whether the data channel answers'),
        patience: pause.describe('how long the answer may take'),
      })
      .optional(),
  })
  .describe('a WebRTC peer; GET asks whether its data channel answers. Needs the package werift')

const wait = durationBetween(1, 3_600_000)

const herd = z
  .strictObject({
    kind: z.literal('herd'),
    node: nameSchema.describe('where the clients run'),
    port: portSchema.describe('of its HTTP server, which tells how they come back'),
    proxy: z.literal(false).default(false),
    options: SERVER_OPTIONS.herd.extend({
      initial_delay: wait.default(500).describe('the first wait after a loss'),
      max_delay: wait.default(30_000).describe('no wait is longer'),
    }),
  })
  .describe('many clients of one server; GET tells how many are connected, and the most retries within 100ms')

const upstream = z
  .strictObject({
    kind: z.literal('upstream'),
    node: nameSchema.describe('where the proxy is; it has to get to the server from there'),
    port: portSchema.describe('where the proxy listens; on loopback any free port is taken instead'),
    proxy: z.literal(true).default(true),
    options: z.strictObject({
      to: z
        .string()
        .refine((text) => (parseHostPort(text)?.port ?? 0) > 0, {error: 'write HOST:PORT'})
        .describe('HOST:PORT of the server'),
      udp: z.boolean().default(false).describe('pass datagrams too, for DNS and the like'),
    }),
  })
  .describe('a proxy before a server of your own, outside of the lab')

const server = z.discriminatedUnion('kind', [
  serverOf('tcp-echo', 'sends every byte back'),
  serverOf('tls-echo', 'the same inside TLS, with a certificate made at the start'),
  serverOf('dns', 'answers A and AAAA questions from a table, by UDP and TCP'),
  serverOf('http', 'answers every request with one status and body'),
  serverOf('webhook', 'takes messages about alerts: a drill tells how many arrive, and how soon'),
  serverOf(
    'peer',
    'the other end of a stream that a group carries: proves a key, and connects back when asked to',
  ),
  command,
  webrtc,
  herd,
  upstream,
])

/** Durations are milliseconds after parsing. Names that refer to nothing are reported at their place. */
export const labSchema = z
  .strictObject({
    isolation,
    nodes: nodesSchema,
    links: z.array(linkSchema).default([]).describe('what connects two nodes'),
    networks: z.record(nameSchema, networkSchema).default({}).describe('what connects several nodes'),
    servers: z.record(nameSchema, server).default({}).describe('what runs on the nodes'),
  })
  .superRefine((lab, context) => {
    for (const {path, message} of labMistakes(lab, Array.isArray(lab.nodes) ? lab.nodes : null))
      context.addIssue({code: 'custom', path: [...path], message})
  })
  .transform(toSpec)
  .describe('nodes, links and servers to break things in')

interface LabText {
  readonly isolation: LabSpec['isolation']
  readonly nodes: z.output<typeof nodesSchema>
  readonly links: readonly z.output<typeof linkSchema>[]
  readonly networks: NonNullable<LabSpec['networks']>
  readonly servers: Readonly<Record<string, ServerText>>
}
type ServerText = Omit<LabServer, 'options'> & {
  readonly options?: Readonly<Record<string, unknown>> | undefined
}

function toSpec({nodes, links, servers, ...rest}: LabText): LabSpec {
  const settings = Array.isArray(nodes) ? {} : withoutNulls(nodes)
  return {
    ...rest,
    nodes: Array.isArray(nodes) ? nodes : Object.keys(nodes),
    settings,
    links: links.map(({delay: wait, jitter, loss, rate, ...link}) => ({
      ...link,
      shape: given({delay: wait, jitter, loss, rate}),
    })),
    servers: Object.fromEntries(
      Object.entries(servers).map(([name, {options, ...server}]) => [
        name,
        {...server, options: given(options ?? {})},
      ]),
    ),
  }
}

function withoutNulls(
  nodes: Readonly<Record<string, NodeSettings | null>>,
): Readonly<Record<string, NodeSettings>> {
  return Object.fromEntries(Object.entries(nodes).map(([name, settings]) => [name, settings ?? PLAIN_NODE]))
}

function given<T extends object>(values: T): {[K in keyof T]?: Exclude<T[K], undefined>} {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}

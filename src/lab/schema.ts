/** The `lab:` section of a document. */
import * as z from 'zod'
import {durationBetween, nameSchema, portSchema} from '../config/quantities.ts'
import type {LabServer, LabSpec} from './lab.ts'
import {parseSubnet} from './subnet.ts'
import {SERVER_OPTIONS} from './servers/options.ts'

const delay = durationBetween(0, 3_600_000).optional().describe('every answer waits this long, such as 50ms')

const isolation = z
  .enum(['auto', 'required', 'none'])
  .default('auto')
  .describe('namespaces where the kernel lets us (auto), always (required), or everything on loopback (none)')

const link = z
  .strictObject({
    between: z.tuple([nameSchema, nameSchema]).describe('the two nodes'),
    subnet: z
      .string()
      .refine((text) => parseSubnet(text).ok, {error: ({input}) => because(input)})
      .describe('IPv4 network in CIDR form; the first node gets .1, the second .2')
      .meta({examples: ['10.77.0.0/24']}),
  })
  .describe('a cable between two nodes')

function serverOf<K extends LabServer['kind']>(kind: K, summary: string) {
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

const server = z.discriminatedUnion('kind', [
  serverOf('tcp-echo', 'sends every byte back'),
  serverOf('tls-echo', 'the same inside TLS, with a certificate made at the start'),
  serverOf('dns', 'answers A and AAAA questions from a table, by UDP and TCP'),
  serverOf('http', 'answers every request with one status and body'),
])

/** Durations are milliseconds after parsing. Names that refer to nothing are reported at their place. */
export const labSchema = z
  .strictObject({
    isolation,
    nodes: z.array(nameSchema).min(1).describe('the machines of the lab'),
    links: z.array(link).default([]).describe('what connects the nodes'),
    servers: z.record(nameSchema, server).default({}).describe('what runs on the nodes'),
  })
  .superRefine((lab, context) => {
    for (const {path, message} of labMistakes(lab))
      context.addIssue({code: 'custom', path: [...path], message})
  })
  .transform(toSpec)
  .describe('nodes, links and servers to break things in')

interface Mistake {
  readonly path: readonly (string | number)[]
  readonly message: string
}

interface LabNames {
  readonly nodes: readonly string[]
  readonly links: readonly {readonly between: readonly [string, string]; readonly subnet: string}[]
  readonly servers: Readonly<
    Record<string, {readonly node: string; readonly kind: string; readonly proxy: boolean}>
  >
}

/** What a schema of single values can't see. */
function labMistakes(lab: LabNames): readonly Mistake[] {
  const mistakes: Mistake[] = []
  const known = new Set(lab.nodes)
  const check = (node: string, path: Mistake['path']): void => {
    if (!known.has(node)) mistakes.push({path, message: `there is no node "${node}" in this lab`})
  }
  lab.nodes.forEach((node, index) => {
    if (lab.nodes.indexOf(node) !== index) {
      mistakes.push({path: ['nodes', index], message: `node "${node}" is listed twice`})
    }
  })
  lab.links.forEach(({between, subnet}, index) => {
    between.forEach((node, end) => check(node, ['links', index, 'between', end]))
    if (between[0] === between[1]) {
      mistakes.push({path: ['links', index, 'between'], message: 'a link needs two different nodes'})
    }
    if (lab.links.findIndex((other) => other.subnet === subnet) !== index) {
      mistakes.push({path: ['links', index, 'subnet'], message: `${subnet} is used by another link`})
    }
  })
  for (const [name, {node, kind, proxy}] of Object.entries(lab.servers)) {
    check(node, ['servers', name, 'node'])
    if (kind === 'dns' && proxy) {
      const message = 'the proxy passes TCP only; DNS is UDP first, so take it off'
      mistakes.push({path: ['servers', name, 'proxy'], message})
    }
  }
  return mistakes
}

function toSpec(
  lab: LabNames & {isolation: LabSpec['isolation']; servers: Record<string, ServerText>},
): LabSpec {
  const servers = Object.entries(lab.servers).map(([name, {options, ...rest}]) => {
    const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined)
    return [name, {...rest, options: Object.fromEntries(given)}] as const
  })
  return {...lab, servers: Object.fromEntries(servers)}
}
type ServerText = Omit<LabServer, 'options'> & {
  readonly options?: Readonly<Record<string, unknown>> | undefined
}

function because(input: unknown): string {
  const parsed = parseSubnet(String(input))
  return parsed.ok ? '' : parsed.because
}

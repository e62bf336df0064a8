/** A target in a document: a URL, or a mapping with a URL, shared keys and the options of its kind. */
import * as z from 'zod'
import {PROBE_KINDS, type ProbeKind, type TargetUrl, parseTargetUrl} from '../core/target.ts'
import type {Parsed} from '../core/units.ts'
import {expectationsSchema} from './conditions/schema.ts'
import {healthSchema} from './health-schema.ts'
import {addressSchema, deviceSchema} from './bound-to.ts'
import {durationBetween, nameSchema} from './quantities.ts'

/** By probe kind, the keys that only targets of that kind have. */
export type TargetOptions = Readonly<Partial<Record<ProbeKind, z.ZodRawShape>>>

/** Probing is never faster than this: a document is no flood tool. */
const LEAST_INTERVAL = 10
const LONGEST = 7 * 86_400_000

/** Keys that `defaults` may give for all targets. */
export const paceShape = {
  interval: durationBetween(LEAST_INTERVAL, LONGEST).optional(),
  timeout: durationBetween(1, LONGEST).optional(),
  policy: nameSchema.optional().meta({description: 'A policy of this document, or a preset.'}),
  fall: z.int().min(1).max(1000).optional().meta({description: 'Failures in a row until it counts as down.'}),
  rise: z.int().min(1).max(1000).optional().meta({description: 'Successes in a row until it counts as up.'}),
  health: healthSchema.optional().meta({description: 'How it is checked while it is watched.'}),
} satisfies z.ZodRawShape

const sharedShape = {
  ...paceShape,
  expect: expectationsSchema.optional(),
  count: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .meta({description: 'How many samples a check takes; by default one.'}),
  tags: z.array(nameSchema).optional(),
  role: z.literal('control').optional().meta({description: 'A control must stay untouched by every fault.'}),
  family: z.literal([4, 6]).optional().meta({description: 'Only addresses of this IP version.'}),
  interface: deviceSchema.optional().meta({description: 'Send through this interface.'}),
  source: addressSchema.optional().meta({description: 'Send from this address of this machine.'}),
} satisfies z.ZodRawShape

type Shared = z.output<z.ZodObject<typeof sharedShape>>

export interface TargetDocument extends Shared {
  /** As it was written; may hold `{server}` of a lab. */
  readonly url: string
  readonly kind: ProbeKind
  /** The keys of the kind, checked by its schema. */
  readonly options: Readonly<Record<string, unknown>>
}

/** Checks a URL that may hold `{server}` where a host and port belong. */
function parseTargetTemplate(text: string): Parsed<TargetUrl> {
  return parseTargetUrl(text.replaceAll(/\{[A-Za-z][A-Za-z0-9_-]*\}/g, '192.0.2.1:1'))
}

export function makeTargetSchema(options: TargetOptions): z.ZodType<TargetDocument> {
  const [first, ...rest] = PROBE_KINDS.map((kind) => mappingSchema(kind, options[kind] ?? {}))
  const short = z
    .string()
    .meta({description: 'The short form: only the URL.', examples: ['tcp://example.org:443']})
    .transform((url, context): TargetDocument => {
      const parsed = parseTargetTemplate(url)
      const kind = parsed.ok ? parsed.value.kind : null
      const own = kind && z.strictObject(options[kind] ?? {}).safeParse({})
      if (kind && own?.success) return {url, kind, options: own.data}
      const message = parsed.ok ? 'this kind of target needs more than its URL' : parsed.because
      context.issues.push({code: 'custom', message, input: url})
      return z.NEVER
    })
  return z.union([short, ...(first ? [first] : []), ...rest])
}

function mappingSchema(kind: ProbeKind, options: z.ZodRawShape): z.ZodType<TargetDocument> {
  return z
    .strictObject({url: urlSchema(kind), ...options, ...sharedShape})
    .transform((target): TargetDocument => {
      const entries = Object.entries(target)
      const shared = entries.filter(([key]) => Object.hasOwn(sharedShape, key))
      const own = entries.filter(([key]) => Object.hasOwn(options, key) && !Object.hasOwn(sharedShape, key))
      const url = String(target.url)
      return {...(Object.fromEntries(shared) as Shared), url, kind, options: Object.fromEntries(own)}
    })
}

/** Says of a URL of another kind that another branch of the union is meant; of no kind, what is wrong with it. */
function urlSchema(kind: ProbeKind): z.ZodType<string> {
  const schemes = SCHEMES[kind] ?? kind
  return z
    .string()
    .meta({pattern: `^\\s*${schemes}://`, examples: [EXAMPLES[kind]]})
    .superRefine((url, context) => {
      const parsed = parseTargetTemplate(url)
      if (parsed.ok && parsed.value.kind === kind) return
      const ours = new RegExp(`^\\s*${schemes}:`, 'i').test(url)
      const message = parsed.ok ? `"${url}" is no ${kind} target` : parsed.because
      context.addIssue({code: 'custom', message, params: {otherBranch: !ours}})
    })
}

/** As a regular expression, where the kind is not its only scheme. */
const SCHEMES: Readonly<Partial<Record<ProbeKind, string>>> = {
  ping: '(ping|icmp)',
  http: 'https?',
  websocket: '(wss?|websocket)',
}

const EXAMPLES: Readonly<Record<ProbeKind, string>> = {
  ping: 'ping://example.org',
  dns: 'dns://10.0.0.53/example.org?type=A',
  tcp: 'tcp://example.org:443',
  tls: 'tls://example.org:443',
  http: 'https://example.org/health',
  udp: 'udp://example.org:123',
  stun: 'stun://example.org:3478',
  turn: 'turn://example.org:3478?transport=tcp',
  mptcp: 'mptcp://example.org:443',
  websocket: 'wss://example.org/socket',
}

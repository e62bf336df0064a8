/** A policy as people write it: the three phases of a tunnel client, the six keys of a retry framework, or both extended. */
import * as z from 'zod'
import {healthSchema} from '../config/health-schema.ts'
import {durationBetween, nameSchema} from '../config/quantities.ts'
import {FAILURES} from '../core/codes/index.ts'
import {suggest} from '../core/text.ts'
import {guardKeys} from './guards/schema.ts'
import {remedyKeys} from './remedies/schema.ts'
import {CATEGORIES} from '../core/failure.ts'
import {JITTER_MODES, LONGEST_WAIT, STRATEGIES} from './policy.ts'

const wait = durationBetween(0, LONGEST_WAIT)
const positive = durationBetween(1, LONGEST_WAIT)
const count = z.int().min(0).max(1_000_000)
const multiplier = z.number().min(1).max(1000)
/** The keys that end in `_ms` are bare numbers, as their name says. */
const bareMillis = z.number().min(0).max(LONGEST_WAIT)

const FAILURE_NAMES: ReadonlySet<string> = new Set([
  ...CATEGORIES,
  ...Object.keys(FAILURES),
  ...Object.values(FAILURES).map(({category, detail}) => `${category}.${detail}`),
])

/** A failure code, a category, or `category.detail`. */
const failureName = z
  .string()
  .meta({
    description: 'A failure code, a category, or category.detail.',
    examples: ['TCP_REFUSED', 'network', 'network.dns'],
  })
  .superRefine((name, context) => {
    if (FAILURE_NAMES.has(name)) return
    const near = suggest(name, FAILURE_NAMES)
    const advice = near === null ? ['netdrill explain --list shows all codes'] : [`did you mean "${near}"?`]
    const message = `"${name}" is no failure code, category or category.detail`
    context.addIssue({code: 'custom', message, params: {advice}})
  })

const gradual = z
  .strictObject({
    attempts: count.optional(),
    base_interval: wait.optional(),
    max_interval: wait.optional(),
    multiplier: multiplier.optional(),
  })
  .superRefine(({base_interval: base, max_interval: max}, context) => {
    if (base === undefined || max === undefined || base <= max) return
    context.addIssue({code: 'custom', path: ['max_interval'], message: 'max_interval is below base_interval'})
  })

const jitter = z.union([
  z.enum(JITTER_MODES),
  z.strictObject({mode: z.enum(JITTER_MODES).optional(), factor: z.number().min(0).max(1).optional()}),
])

const retry = z.strictObject({
  immediate: z.strictObject({attempts: count.optional(), interval: wait.optional()}).optional(),
  gradual: gradual.optional(),
  persistent: z.strictObject({enabled: z.boolean().optional(), interval: positive.optional()}).optional(),
  jitter: jitter.optional(),
})

const strategies = z.record(failureName, z.enum(STRATEGIES)).superRefine((record, context) => {
  for (const [name, strategy] of Object.entries(record)) {
    const category = name.split('.')[0]
    const locks =
      category === 'authentication' && ['ladder', 'fallback', 'repeat', 'pause'].includes(strategy)
    if (!locks) continue
    const message = `${strategy} would hammer a server that refuses us, and may lock the account`
    const params = {advice: ['for authentication use never, once or backoff']}
    context.addIssue({code: 'custom', path: [name], message, params})
  }
})

const ownKeys = {
  extends: nameSchema.optional().meta({description: 'A preset, or another policy of this document.'}),
  description: z.string().optional(),
  timeout: positive.optional().meta({description: 'One attempt may take this long.'}),
  attempt_timeout: positive.optional().meta({description: 'The same as timeout.'}),
  retry: retry.optional(),
  connection: z.strictObject({timeout: positive.optional(), retry: retry.optional()}).optional(),
  deadline: z.union([z.literal('none'), positive]).optional(),
  min_attempt_time: positive.optional(),
  jitter: jitter.optional(),
  cap: z.enum(['hard', 'soft']).optional(),
  delay_from: z.enum(['end', 'start']).optional(),
  reset: z
    .union([
      z.enum(['on_success', 'after_stable', 'never']),
      z.strictObject({
        after_stable: positive.meta({description: 'So long without failing counts as stable.'}),
      }),
    ])
    .optional(),
  strategies: strategies.optional(),
  retry_on: z.array(failureName).optional(),
  never_on: z.array(failureName).optional(),
  health: healthSchema.optional(),
  ...guardKeys,
  ...remedyKeys,
} satisfies z.ZodRawShape

/** Keys of a single phase of growing waits, with bare milliseconds as their names say. */
const exponentialKeys = {
  max_attempts: count.optional().meta({description: 'All attempts, the first included; 0 for no limit.'}),
  initial_delay_ms: bareMillis.optional(),
  max_delay_ms: bareMillis.optional(),
  backoff_multiplier: multiplier.optional(),
  jitter_factor: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .meta({description: 'Width of the jitter: d·(1±factor/2).'}),
  reset_on_success: z.boolean().optional(),
} satisfies z.ZodRawShape

/** Other names for the same: retries without the first attempt, and the fields of a connection pool. */
const aliasKeys = {
  retries: count.optional().meta({description: 'max_attempts − 1.'}),
  maxRetries: count.optional(),
  retryInterval: wait.optional(),
  maxBackoff: wait.optional(),
  persistent: z.boolean().optional(),
} satisfies z.ZodRawShape

/** One policy of a document, or the root of a file that holds nothing else. */
export const policySchema = z.strictObject({...ownKeys, ...exponentialKeys, ...aliasKeys})

export type PolicyDocument = z.output<typeof policySchema>
export type PolicyInput = z.input<typeof policySchema>

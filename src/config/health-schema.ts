/** The keys of `health`: how a connection is checked that is watched. For targets, defaults and policies alike. */
import * as z from 'zod'
import {
  HELD_STATES,
  type HealthOptions,
  type InactiveSpec,
  type PhiSpec,
  type SlowDown,
} from '../core/health.ts'
import {durationBetween, percentSchema} from './quantities.ts'
import {qualitySchema} from './quality-schema.ts'

const LONGEST = 7 * 86_400_000
const positive = durationBetween(1, LONGEST)
/** Probing is never faster than this: a document is no flood tool. */
const gap = durationBetween(10, LONGEST)
const times = z.int().min(1).max(1000)

/** The doubling of relay-fallback: from the fourth failure on, up to 5 minutes. */
const slowDownSchema = z
  .strictObject({
    after: z.int().min(0).max(1000).default(3).meta({description: 'So many failures change nothing.'}),
    factor: z.number().min(1).max(100).default(2),
    max: gap.default(300_000),
  })
  .transform((given): SlowDown => given)

/** The figures are Akka's; the samples are fewer, since an hour ago says little about now. */
const phiSchema = z
  .strictObject({
    threshold: z.number().min(1).max(16).default(8),
    pause: durationBetween(0, LONGEST).default(3000),
    min_deviation: positive.default(100),
    samples: z.int().min(10).max(1000).default(200),
  })
  .transform(({min_deviation: minDeviation, ...rest}): PhiSpec => ({...rest, minDeviation}))

const inactiveSchema = z.union([
  positive.transform((after): InactiveSpec => ({after, combine: 'any'})),
  z
    .strictObject({after: positive, combine: z.enum(['any', 'all']).default('any')})
    .transform((given): InactiveSpec => given),
])

const holdSchema = z.strictObject(
  Object.fromEntries(HELD_STATES.map((state) => [state, positive.optional()])) as Record<
    (typeof HELD_STATES)[number],
    z.ZodOptional<typeof positive>
  >,
)

export const healthSchema = z
  .strictObject({
    interval: gap.optional().meta({description: 'Between checks; for a watch stronger than interval.'}),
    timeout: positive.optional(),
    fall: times.optional().meta({description: 'Failures in a row until it is lost.'}),
    rise: times.optional().meta({description: 'Successes in a row until it is back.'}),
    fast_interval: gap.optional().meta({description: 'Between checks while a change is being confirmed.'}),
    jitter: percentSchema.optional().meta({description: 'Each check is put off by up to this share.'}),
    slow_down: slowDownSchema.optional().meta({description: 'Rarer checks while it is down.'}),
    quality: qualitySchema.optional().meta({description: 'How well it has to work while it is up.'}),
    phi: phiSchema.optional().meta({description: 'Lost after a silence unlike those before.'}),
    inactive: inactiveSchema.optional().meta({description: 'Lost when nothing was heard for so long.'}),
    hold: holdSchema.optional().meta({description: 'So long at least it stays in a state.'}),
  })
  .superRefine(({interval, fast_interval: fast, jitter}, context) => {
    const issue = (path: string, message: string): void =>
      context.addIssue({code: 'custom', path: [path], message})
    if (interval !== undefined && fast !== undefined && fast > interval)
      issue('fast_interval', 'fast_interval is above interval, so it would never be used')
    if (jitter !== undefined && jitter > 0.5) issue('jitter', 'jitter is at most 50%')
  })

export type HealthDocument = z.output<typeof healthSchema>

/** What a policy or a document says about checks, besides their pace. */
export function healthOptions({
  fast_interval: fastInterval,
  jitter,
  slow_down: slowDown,
  quality,
  phi,
  inactive,
  hold,
}: Omit<HealthDocument, 'interval' | 'timeout' | 'fall' | 'rise'>): HealthOptions {
  const all = {fastInterval, jitter, slowDown, quality, phi, inactive, hold: hold && present(hold)}
  return present(all) as HealthOptions
}

function present<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T
}

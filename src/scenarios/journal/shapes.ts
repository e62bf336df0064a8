/** The larger parts of journal lines. */
import * as z from 'zod'
import {millis} from '../../config/outcome-schema.ts'
import {BREAKER_PHASES} from '../../core/guard-events.ts'

export const run = z.strictObject({
  id: z.string(),
  command: z.string(),
  title: z.string(),
  version: z.string(),
  seed: z.number().int(),
  started: z.string(),
  platform: z.string(),
  purpose: z.literal('monitor').optional(),
  backends: z.array(z.string()),
  segment: z.strictObject({number: z.number().int(), preamble: z.number().int()}).optional(),
})

export const target = z.strictObject({
  name: z.string(),
  url: z.string(),
  kind: z.string(),
  role: z.enum(['target', 'control']),
  interval: millis,
  timeout: millis,
  policy: z.string().nullable(),
  breaker: z.enum(BREAKER_PHASES).optional(),
  detection: z.strictObject({worst: millis, mean: millis}).optional(),
})

export const addedFault = z.strictObject({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  summary: z.string(),
  backend: z.string(),
  at: millis,
  until: millis,
  track: z.string().optional(),
  part: z.strictObject({number: z.number().int(), of: z.number().int()}).optional(),
})

export const proof = z.strictObject({
  what: z.string(),
  asked: z.string(),
  measured: z.string(),
  verdict: z.enum(['verified', 'out-of-tolerance', 'no-traffic', 'not-effective']),
})

export const figure = z.strictObject({
  name: z.string(),
  value: z.number().nullable(),
  unit: z.enum(['ms', 'ratio', 'count']),
  low: z.number().nullable(),
  high: z.number().nullable(),
  note: z.string().optional(),
})

/** The keys of a policy that limit attempts: breaker, budget, global_budget, peer_rate, max_retry_after. */
import * as z from 'zod'
import {durationBetween} from '../../config/quantities.ts'
import {LONGEST_WAIT} from '../policy.ts'
import {BREAKER_MODES, PRIORITIES} from './settings.ts'

const positive = durationBetween(1, LONGEST_WAIT)
const rate = z.number().min(0).max(1_000_000)
const count = z.int().min(1).max(1_000_000)
const share = z.number().min(0).max(1)

const breaker = z
  .strictObject({
    mode: z.enum(BREAKER_MODES).optional(),
    failures: count.optional().meta({description: 'Opens after so many failures in a row (consecutive).'}),
    ratio: share.optional().meta({description: 'Opens at so large a share of failures (ratio).'}),
    window: positive.optional(),
    min_throughput: count
      .optional()
      .meta({description: 'With fewer attempts in the window it stays closed.'}),
    open: positive.optional().meta({description: 'How long it lets nothing through the first time.'}),
    multiplier: z.number().min(1).max(1000).optional(),
    max_open: positive.optional(),
    trials: count.optional().meta({description: 'So many successes in a row close it.'}),
  })
  .superRefine(({open, max_open: most}, context) => {
    if (open === undefined || most === undefined || open <= most) return
    context.addIssue({code: 'custom', path: ['max_open'], message: 'max_open is below open'})
  })

const budget = z.strictObject({
  ratio: z
    .number()
    .min(0)
    .max(10)
    .optional()
    .meta({description: 'Retries that each first attempt pays for.'}),
  min_per_second: rate.optional(),
  burst: count.optional(),
  when_empty: z.enum(['stop', 'wait']).optional(),
})

const peerRate = z.strictObject({
  per_second: z.number().min(0.001).max(1_000_000).optional(),
  burst: count.optional(),
  priority: z.enum(PRIORITIES).optional(),
  ageing: positive.optional().meta({description: 'Whoever has waited so long moves up one class.'}),
})

export const guardKeys = {
  breaker: z
    .union([z.enum(BREAKER_MODES), breaker])
    .optional()
    .meta({description: 'A circuit breaker; "isolated" lets nothing through.'}),
  budget: budget.optional().meta({description: 'How many retries one target may cost.'}),
  global_budget: budget.optional().meta({description: 'How many retries all targets together may cost.'}),
  peer_rate: peerRate.optional().meta({description: 'Attempts per second to one host, of all targets.'}),
  max_retry_after: durationBetween(0, LONGEST_WAIT)
    .optional()
    .meta({description: 'A server that asks to wait is obeyed up to this; 5m by default.'}),
} satisfies z.ZodRawShape

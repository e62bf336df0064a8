/** The published shape of `probe --json`. */
import * as z from 'zod'
import {addressOutcome, facts, failure, family, millis, phases, skipReason} from '../config/outcome-schema.ts'
import {BREAKER_PHASES} from '../core/guard-events.ts'
import type {ProbeResult} from '../core/probe-result.ts'
import {STRATEGY_RESULTS, TRAIL_AUTHORS} from '../core/strategy-events.ts'

const count = z.int().min(0)
const ratio = z.number().min(0).max(1)
const {code, stage, category, blame} = failure.shape
/** With their own shapes per kind; null where the probe is of another kind, or got nothing. */
const kindFacts = facts.nullable()

const sample = z.strictObject({
  seq: count.meta({description: 'Counts slots of the schedule from 1, so that missed ones leave a gap.'}),
  at: millis,
  status: z.enum(['ok', 'failed', 'skipped']),
  code: z.string().nullable(),
  message: z.string().nullable(),
  address: z.string().nullable(),
  rtt: millis.nullable(),
  took: millis.nullable(),
  attempts: count,
})

const rtt = z.strictObject({
  min: millis,
  avg: millis,
  p50: millis,
  p90: millis,
  p95: millis,
  p99: millis,
  max: millis,
  stddev: millis.meta({description: 'Of the sample, divided by n-1.'}),
  jitter: millis.meta({description: 'RFC 3550, section 6.4.1.'}),
})

const breaker = z.strictObject({
  phase: z.enum(BREAKER_PHASES),
  until: millis
    .nullable()
    .meta({description: 'When a trial is let through, from the start; null unless open.'}),
  because: z.string(),
})

const trailStep = z.strictObject({
  at: millis,
  attempt: count.nullable().meta({description: 'The attempt that it belongs to or leads to.'}),
  by: z.enum(TRAIL_AUTHORS),
  result: z.enum(STRATEGY_RESULTS),
  text: z.string(),
})

/** All times are milliseconds, all shares between 0 and 1. */
export const probeResultSchema: z.ZodType<Pick<ProbeResult, 'schema' | 'verdict' | 'exit'>> = z.strictObject({
  schema: z.literal('netdrill/probe/1'),
  target: z.string(),
  kind: z.string(),
  method: z.string().nullable(),
  started: z.iso.datetime(),
  duration: millis,
  ok: z.boolean(),
  code: code.nullable(),
  stage: stage.nullable(),
  category: category.nullable(),
  blame: blame.nullable(),
  failure: failure.nullable().meta({description: 'Of the last failed sample.'}),
  failures: z.record(z.string(), count).meta({description: 'How often each code was seen.'}),
  attempts: count,
  flaky: z.boolean().meta({description: 'A sample succeeded, but only after a retry.'}),
  address: z.string().nullable(),
  family: family.nullable(),
  port: count.nullable(),
  addresses: z.array(addressOutcome),
  sent: count,
  received: count,
  loss: ratio,
  dup: ratio,
  reorder: ratio,
  duplicates: count,
  late: count,
  missed: count,
  loop_lag_max: millis,
  lost_in_a_row: count,
  outage: millis,
  skipped: count,
  skip: skipReason.nullable(),
  rtt: rtt.nullable(),
  phase: phases,
  ping: kindFacts,
  tcp: kindFacts,
  dns: kindFacts,
  tls: kindFacts,
  http: kindFacts,
  udp: kindFacts,
  stun: kindFacts,
  turn: kindFacts,
  mptcp: kindFacts,
  websocket: kindFacts,
  breaker: breaker.nullable().meta({description: 'At the end; null for a policy without one.'}),
  trail: z.array(trailStep).meta({description: 'What was decided and done about failures.'}),
  samples: z.array(sample),
  expectations: z.array(
    z.strictObject({condition: z.string(), met: z.boolean().nullable(), text: z.string()}),
  ),
  interrupted: z.boolean(),
  verdict: z.enum(['pass', 'fail', 'skipped', 'interrupted']),
  exit: z.int(),
})

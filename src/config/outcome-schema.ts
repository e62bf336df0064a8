/** Shapes that every published schema of results shares. */
import * as z from 'zod'
import {FAILURES, type FailureCode} from '../core/codes/index.ts'
import {BLAMES, CATEGORIES, STAGES} from '../core/failure.ts'
import {DENIAL_CODES} from '../core/outcome.ts'

export const millis = z.number().describe('milliseconds')
export const family = z.union([z.literal(4), z.literal(6)])
export const phases = z.partialRecord(
  z.enum(['resolve', 'connect', 'starttls', 'tls', 'request', 'wait', 'download', 'total']),
  millis,
)

export const failure = z.strictObject({
  code: z.enum(Object.keys(FAILURES) as [FailureCode, ...FailureCode[]]),
  stage: z.enum(STAGES),
  category: z.enum(CATEGORIES),
  detail: z.string(),
  blame: z.enum(BLAMES),
  retry: z.enum(['ladder', 'fallback', 'backoff', 'once', 'never', 'config']),
  message: z.string(),
  advice: z.array(z.string()),
  cause: z.string().optional(),
})

export const addressOutcome = z.strictObject({
  address: z.string(),
  family,
  status: z.enum(['ok', 'failed', 'not-tried', 'cancelled']),
  startedAfter: millis.optional(),
  took: millis.optional(),
  failure: failure.optional(),
})

/** What a kind of probe found out; its shape belongs to the kind. */
export const facts = z.record(z.string(), z.unknown())
export const reading = z.strictObject({
  address: z.string().optional(),
  family: family.optional(),
  port: z.number().int().optional(),
  rtt: millis.optional(),
  phase: phases,
  addresses: z.array(addressOutcome).optional(),
  dns: facts.optional(),
  tls: facts.optional(),
  ping: facts.optional(),
  tcp: facts.optional(),
  http: facts.optional(),
  udp: facts.optional(),
  stun: facts.optional(),
  turn: facts.optional(),
  mptcp: facts.optional(),
  websocket: facts.optional(),
  method: z.string().optional(),
})

/** Why a sample was not taken. */
export const skipReason = z.strictObject({
  code: z.enum(['CAPABILITY_MISSING', 'SLOT_BUSY', 'OBSERVER_GAP', ...DENIAL_CODES]),
  text: z.string(),
  advice: z.array(z.string()),
})

/** The lines of a journal about peers. */
import * as z from 'zod'
import {millis} from '../../config/outcome-schema.ts'
import {PEER_STATES, PEER_STEPS} from '../../core/peer-events.ts'
import {line} from './line.ts'

const text = z.string()

const peerHealth = z.strictObject({
  state: z.enum(PEER_STATES),
  idle: millis.nullable(),
  failures: z.number().int(),
  restarts: z.number().int(),
  restartsTotal: z.number().int(),
  restartsWon: z.number().int().optional(),
  glares: z.number().int().optional(),
  selected: z.string().nullable(),
  consent: millis.nullable().optional(),
  locals: z.array(z.string()),
  sent: z.number().int(),
  received: z.number().int(),
  forged: z.number().int(),
  unknown: z.number().int(),
  sendErrors: z.number().int(),
  sendCodes: z.record(text, z.number().int()).optional(),
})

export const PEER_LINES = [
  line('peer-added', {
    info: z.strictObject({
      name: text,
      set: text.optional(),
      remote: z.array(text),
      role: z.enum(['controlling', 'controlled']),
      check: millis,
      detection: z.strictObject({worst: millis, mean: millis}),
      maxRestarts: z.number().int().optional(),
      consent: z.strictObject({interval: millis, timeout: millis}).optional(),
    }),
  }),
  line('peer-state', {
    peer: text,
    from: z.enum(PEER_STATES),
    to: z.enum(PEER_STATES),
    because: text,
    health: peerHealth.optional(),
  }),
  line('peer-step', {
    peer: text,
    step: z.enum(PEER_STEPS),
    level: z.enum(['info', 'warning', 'error']),
    text,
  }),
  line('peer-check', {peer: text, health: peerHealth}),
  line('peer-removed', {peer: text, because: text}),
] as const

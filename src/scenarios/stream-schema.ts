/** The keys of `stream`: a numbered stream that is carried over the paths of a group. */
import * as z from 'zod'
import {durationBetween} from '../config/quantities.ts'
import {addressFamily} from '../core/address.ts'
import type {StreamSpec} from '../core/stream-spec.ts'

const DAY = 86_400_000
const limit = durationBetween(10, 3_600_000)

/** The doubling of relay-fallback: 60s four times, then 120s, 240s and 300s from then on. */
const SLOW_DOWN = {after: 3, factor: 2, max: 300_000}

const listenSchema = z.strictObject({
  address: z
    .string()
    .refine((text) => addressFamily(text) !== null, {error: 'an address of this machine, such as 192.0.2.1'})
    .meta({
      description: 'An address of this machine that the other end can reach; it is told over the relay.',
    }),
  port: z.int().min(0).max(65_535).default(0).meta({description: '0 for any free one, which is told too.'}),
  required: z
    .boolean()
    .default(false)
    .meta({description: 'Without the listener the way back is not even tried.'}),
})

const limitsSchema = z.strictObject({
  listener: limit.default(1000),
  connect: limit.default(5000),
  handshake: limit.default(5000),
  migration: limit.default(5000),
  closing: limit.default(5000),
})

export const streamSchema = z
  .strictObject({
    interval: durationBetween(10, 60_000).default(100).meta({description: 'Between two messages.'}),
    buffer: z.int().min(0).max(100_000).default(1000).meta({
      description:
        'So many messages are kept until they are confirmed, and sent again after a switch; 0 keeps none.',
    }),
    key: z
      .string()
      .min(8)
      .optional()
      .meta({description: 'Both ends prove that they have it (HMAC-SHA256); best from the environment.'}),
    standby: z
      .enum(['warm', 'cold'])
      .default('warm')
      .meta({description: 'Whether the relay has its connection already while the direct path is in use.'}),
    grace: durationBetween(0, DAY)
      .default(10_000)
      .meta({description: 'For cold: so long the connection that was left is kept.'}),
    dial: z.boolean().default(true).meta({description: 'Whether we connect to the other end.'}),
    listen: listenSchema.optional().meta({description: 'Where the other end may connect to us.'}),
    limits: limitsSchema.prefault({}).meta({description: 'How long each stage of the way back may take.'}),
    retry: durationBetween(10, DAY)
      .default(60_000)
      .meta({description: 'From a way back that failed to the next attempt.'}),
    slow_down: z
      .strictObject({
        after: z.int().min(0).max(1000).default(SLOW_DOWN.after),
        factor: z.number().min(1).max(100).default(SLOW_DOWN.factor),
        max: durationBetween(10, DAY).default(SLOW_DOWN.max),
      })
      .prefault({})
      .meta({description: 'Rarer attempts after several that failed.'}),
  })
  .refine(({dial, listen}) => dial || listen !== undefined, {
    path: ['dial'],
    error: 'with dial: false the other end has to connect to us, and listen says where',
  })
  .transform(({slow_down: slowDown, key, listen, ...rest}): StreamSpec => ({
    ...rest,
    key: key ?? null,
    listen: listen ?? null,
    slowDown,
  }))

/** What may come over a keeper's socket: everything has its range, and every order an end. */
import {isIP} from 'node:net'
import * as z from 'zod'
import {MOST_ENTRIES} from '../../core/delay-table.ts'
import {LINK_WORDS} from '../../core/kept-links.ts'
import {NAMED_DISTRIBUTIONS} from '../../core/link-effects.ts'
import type {Millis} from '../../core/units.ts'

/** As for all faults. */
const LONGEST: Millis = 3_600_000
const MOST_NETWORKS = 1000

/** No dash: `link-0` is what the document says of the link, and nobody's to change. */
const name = z.string().regex(/^[A-Za-z0-9_]{1,64}$/)
const ratio = z.number().min(0).max(1)
const time = z.number().min(0).max(LONGEST)
const amount = z.number().min(0).max(Number.MAX_SAFE_INTEGER)
const chance = {chance: ratio, correlation: ratio}

const network = z.string().max(64).refine(isNetwork)

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || address.includes('%') || rest.length > 0) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128))
}

const loss = z.discriminatedUnion('model', [
  z.strictObject({model: z.literal('random'), ...chance}),
  z.strictObject({
    model: z.literal('state'),
    p13: ratio,
    p31: ratio,
    p32: ratio,
    p23: ratio,
    p14: ratio,
  }),
  z.strictObject({model: z.literal('gemodel'), p: ratio, r: ratio, badLoss: ratio, goodLoss: ratio}),
])

const effect = z.strictObject({
  delay: time,
  jitter: time,
  correlation: ratio,
  distribution: z.union([
    z.enum(NAMED_DISTRIBUTIONS),
    z.array(z.int().min(-32_768).max(32_767)).min(1).max(MOST_ENTRIES),
  ]),
  keepOrder: z.boolean(),
  limit: amount,
  loss: loss.optional(),
  duplicate: z.strictObject(chance).optional(),
  corrupt: z.strictObject(chance).optional(),
  reorder: z.strictObject({...chance, gap: z.int().min(1)}).optional(),
  rate: amount.min(1).optional(),
  slot: z
    .strictObject({min: time, max: time, packets: amount.min(1).optional(), bytes: amount.min(1).optional()})
    .optional(),
})

const order = z.strictObject({
  fault: name,
  series: name,
  lasts: z.number().positive().max(LONGEST),
  sender: z.union([z.literal(0), z.literal(1)]),
  arriving: z.boolean(),
  match: z.strictObject({
    to: z.array(network).max(MOST_NETWORKS),
    from: z.array(network).max(MOST_NETWORKS),
    port: z.int().min(1).max(65_535).nullable(),
    protocol: z.enum(['tcp', 'udp', 'icmp']).nullable(),
    family: z.union([z.literal(4), z.literal(6)]).nullable(),
  }),
  effect,
  seed: z.int().min(0).nullable(),
})

export const questionSchema = z
  .strictObject({
    schema: z.literal(LINK_WORDS),
    link: z.string().max(200),
    fault: name,
    set: order.optional(),
    clear: z.literal(true).optional(),
  })
  .refine(({fault, set, clear}) => set === undefined || (set.fault === fault && clear === undefined))

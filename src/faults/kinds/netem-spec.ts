/** The keys of a `netem` fault. */
import * as z from 'zod'
import {
  durationBetween,
  durationSchema,
  percentSchema,
  rateSchema,
  sizeSchema,
} from '../../config/quantities.ts'
import {profileWord} from '../../config/link-profiles/word.ts'
import {MOST_ENTRIES} from '../../core/delay-table.ts'
import {type LinkDistribution, NAMED_DISTRIBUTIONS} from '../../core/link-effects.ts'
import type {BitsPerSecond, Bytes, Millis, Ratio} from '../../core/units.ts'
import type {FaultScope} from '../fault.ts'
import {scopeSchema, shapingKeys} from '../scope-schema.ts'

/** tc 6.1 and older refuse longer ones ("time (too large)"): 32 bits of its 64 ns ticks. */
const LONGEST_DELAY: Millis = 274_000

const delaySchema = durationBetween(0, LONGEST_DELAY)

/** A share, alone or with how much one packet's fate depends on the last one's. */
const chanceSchema = z.union([
  percentSchema.transform((chance) => ({chance, correlation: 0})),
  z.strictObject({chance: percentSchema, correlation: percentSchema.default(0)}),
])

const lossSchema = z.union([
  percentSchema.transform((chance) => ({model: 'random' as const, chance, correlation: 0})),
  z
    .strictObject({random: percentSchema, correlation: percentSchema.default(0)})
    .transform(({random, correlation}) => ({model: 'random' as const, chance: random, correlation})),
  z
    .strictObject({
      state: z.strictObject({
        p13: percentSchema,
        p31: percentSchema.optional(),
        p32: percentSchema.default(0),
        p23: percentSchema.default(1),
        p14: percentSchema.default(0),
      }),
    })
    .transform(({state}) => ({model: 'state' as const, ...state, p31: state.p31 ?? 1 - state.p13})),
  z
    .strictObject({
      gemodel: z.strictObject({
        p: percentSchema,
        r: percentSchema.optional(),
        bad_loss: percentSchema.default(1),
        good_loss: percentSchema.default(0),
      }),
    })
    .transform(({gemodel}) => ({
      model: 'gemodel' as const,
      p: gemodel.p,
      r: gemodel.r ?? 1 - gemodel.p,
      badLoss: gemodel.bad_loss,
      goodLoss: gemodel.good_loss,
    })),
])

export const netemSchema = z.strictObject({
  kind: z.literal('netem'),
  delay: delaySchema.optional().describe('one way: added to what leaves by the device'),
  rtt: delaySchema
    .optional()
    .describe('added to a round trip, whatever number of times it passes the device'),
  jitter: delaySchema.optional(),
  correlation: percentSchema.optional().describe('how much one delay depends on the last one'),
  distribution: z
    .union([z.enum(NAMED_DISTRIBUTIONS), z.array(z.int().min(-32_768).max(32_767)).min(2).max(MOST_ENTRIES)])
    .optional()
    .describe("of the jitter: by name, or the values of a table of netem's, 8192 per unit of the jitter"),
  profile: profileWord.optional(),
  loss: lossSchema.optional().describe('5%, or {random}, {state} or {gemodel}'),
  duplicate: chanceSchema.optional(),
  corrupt: chanceSchema.optional(),
  reorder: chanceSchema.optional().describe('this share leaves at once, the rest is delayed'),
  gap: z.int().min(1).max(1_000_000).optional().describe('every so many packets one is reordered'),
  rate: rateSchema.optional(),
  slot: z
    .strictObject({
      min: durationSchema,
      max: durationSchema.optional(),
      packets: z.int().min(1).optional(),
      bytes: sizeSchema.optional(),
    })
    .optional()
    .describe('packets leave in bursts this far apart'),
  limit: z.int().min(1).max(4_294_967_295).optional().describe('packets in the queue; computed if not given'),
  ecn: z.boolean().optional().describe('mark instead of losing, where the packet allows it'),
  seed: z.int().min(0).optional().describe('of the kernel, where it takes one'),
  keep_order: z.boolean().optional().describe('jitter alone does not reorder; true unless reorder is asked'),
  ...shapingKeys,
  scope: scopeSchema.optional(),
})

export interface Chance {
  readonly chance: Ratio
  readonly correlation: Ratio
}

export type LossModel =
  | ({readonly model: 'random'} & Chance)
  | {
      readonly model: 'state'
      readonly p13: Ratio
      readonly p31: Ratio
      readonly p32: Ratio
      readonly p23: Ratio
      readonly p14: Ratio
    }
  | {
      readonly model: 'gemodel'
      readonly p: Ratio
      readonly r: Ratio
      readonly badLoss: Ratio
      readonly goodLoss: Ratio
    }

export interface SlotSpec {
  readonly min: Millis
  readonly max?: Millis | undefined
  readonly packets?: number | undefined
  readonly bytes?: Bytes | undefined
}

export interface NetemSpec {
  readonly kind: 'netem'
  readonly delay?: Millis | undefined
  readonly rtt?: Millis | undefined
  readonly jitter?: Millis | undefined
  readonly correlation?: Ratio | undefined
  readonly distribution?: LinkDistribution | undefined
  /** As the user names it; followed before planning (`withProfile`). */
  readonly profile?: string | undefined
  readonly loss?: LossModel | undefined
  readonly duplicate?: Chance | undefined
  readonly corrupt?: Chance | undefined
  readonly reorder?: Chance | undefined
  readonly gap?: number | undefined
  readonly rate?: BitsPerSecond | undefined
  readonly slot?: SlotSpec | undefined
  readonly limit?: number | undefined
  readonly ecn?: boolean | undefined
  readonly seed?: number | undefined
  readonly keep_order?: boolean | undefined
  readonly direction?: 'out' | 'in' | undefined
  readonly replace_root?: boolean | undefined
  readonly offload?: 'off' | undefined
  readonly scope?: FaultScope | undefined
}

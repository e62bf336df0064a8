/** A link profile as a document of its own: what recording writes, and what a person may write. */
import * as z from 'zod'
import {MOST_ENTRIES, TABLE_SCALE} from '../../core/delay-table.ts'
import {NAMED_DISTRIBUTIONS} from '../../core/link-effects.ts'
import type {LinkProfile, ProfileLoss} from '../../core/link-profile.ts'
import {durationBetween, percentSchema, rateSchema} from '../quantities.ts'
import {loadDocument} from '../load.ts'

/** tc takes no more; see the netem fault. */
const LONGEST = 274_000

const gemodel = z.strictObject({p: percentSchema, r: percentSchema})

const lossSchema = z
  .union([
    percentSchema.transform((chance): ProfileLoss => ({model: 'random', chance, correlation: 0})),
    z
      .strictObject({gemodel})
      .transform(({gemodel: {p, r}}): ProfileLoss => ({model: 'gemodel', p, r, badLoss: 1, goodLoss: 0})),
  ])
  .describe('of round trips: a share, or {gemodel: {p, r}} for bursts; p begins one, and r ends it')

const profileSchema = z
  .strictObject({
    rtt: durationBetween(0, LONGEST).describe('the mean of round trips'),
    jitter: durationBetween(0, LONGEST).optional().describe('the unit of the distribution'),
    distribution: z
      .union([
        z.enum(NAMED_DISTRIBUTIONS),
        z.array(z.int().min(-32_768).max(32_767)).min(2).max(MOST_ENTRIES),
      ])
      .optional()
      .describe(`of round trips: by name, or a table of netem's, ${TABLE_SCALE} per unit of the jitter`),
    loss: lossSchema.optional(),
    duplicate: percentSchema.optional().describe('so many answers come twice'),
    keep_order: z.boolean().optional().describe('false: answers may overtake each other'),
    up: rateSchema.optional().describe('what the user can send'),
    down: rateSchema.optional().describe('what the user can receive'),
    measured: z.looseObject({}).optional().describe('what it was made from; not used'),
  })
  .describe('a link: what round trips over it take and lose')

const documentSchema = z.strictObject({version: z.literal(1), profile: profileSchema})

/** Throws a `UserError` with every mistake at its line. */
export function parseProfile(file: string, text: string): LinkProfile {
  const {profile} = loadDocument({file, text, schema: documentSchema}).value
  const {
    rtt,
    jitter = 0,
    distribution = 'uniform',
    loss = null,
    duplicate = 0,
    up = null,
    down = null,
  } = profile
  const keepOrder = profile.keep_order ?? true
  return {rtt, jitter, distribution, loss, duplicate, keepOrder, up, down}
}

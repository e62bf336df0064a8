/** `quality`: limits with a band between bad and well in which nothing changes, and a warning before it is bad. */
import * as z from 'zod'
import type {QualitySpec} from '../core/health.ts'
import type {Millis, Ratio} from '../core/units.ts'
import {durationBetween, percentSchema} from './quantities.ts'

const DAY = 86_400_000

/** As mwan3 judges a link: bad from 1 s or 40 % on, well again at 500 ms and 10 %. */
const DEFAULT_FAIL = {rtt: 1000, loss: 0.4}
/** The same shares for limits that are written. */
const WELL_SHARE = {rtt: 0.5, loss: 0.25}
/** A minute is enough to look at it, and not so long that every wave reaches the limit. */
const DEFAULT_TREND: Millis = 60_000

const limits = z.strictObject({
  rtt: durationBetween(0, DAY).optional().meta({description: 'Median of the window.'}),
  loss: percentSchema.optional().meta({description: 'Share of the window.'}),
})

const shape = z.strictObject({
  fail: limits.optional().meta({description: 'From these on it is degraded. By default 1s and 40%.'}),
  recover: limits.optional().meta({
    description:
      'At or below these it is well again. By default half of the round trip, a quarter of the loss.',
  }),
  warn: limits.optional().meta({description: 'From these on a warning precedes. By default as recover.'}),
  trend: z
    .union([z.literal('off'), durationBetween(1, DAY)])
    .optional()
    .meta({description: 'Warns of a round trip that will reach its limit within this. By default 60s.'}),
  window: z.int().min(4).max(1000).optional().meta({description: 'Samples looked at. By default 10.'}),
})

export const qualitySchema = shape
  .superRefine(({fail, recover, warn}, context) => {
    const given = fail ?? DEFAULT_FAIL
    for (const [name, other] of [
      ['recover', recover],
      ['warn', warn],
    ] as const) {
      for (const key of ['rtt', 'loss'] as const) {
        const limit = given[key]
        const value = other?.[key]
        if (value === undefined || (limit !== undefined && value <= limit)) continue
        const message =
          limit === undefined ? `fail has no ${key} that this belongs to` : `${key} is above that of fail`
        context.addIssue({code: 'custom', path: [name, key], message})
      }
    }
  })
  .transform((given): QualitySpec => resolve(given))

function resolve({
  fail = DEFAULT_FAIL,
  recover = {},
  warn = {},
  trend,
  window,
}: z.output<typeof shape>): QualitySpec {
  const wellRtt = recover.rtt ?? scaled(fail.rtt, WELL_SHARE.rtt)
  const wellLoss = recover.loss ?? scaled(fail.loss, WELL_SHARE.loss)
  const ahead = trend ?? DEFAULT_TREND
  const all = {
    maxRtt: fail.rtt,
    maxLoss: fail.loss,
    wellRtt,
    wellLoss,
    warnRtt: warn.rtt ?? wellRtt,
    warnLoss: warn.loss ?? wellLoss,
    trend: ahead === 'off' || fail.rtt === undefined ? undefined : ahead,
    window,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function scaled(limit: Millis | Ratio | undefined, share: number): number | undefined {
  return limit === undefined ? undefined : limit * share
}

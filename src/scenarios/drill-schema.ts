/** The `drill:` section of a document. */
import * as z from 'zod'
import {durationBetween, nameSchema} from '../config/quantities.ts'
import {budgetSchema} from './budget-schema.ts'
import {LONGEST_DRILL, conditionSchema, timelineEntry} from './timeline/entry-schema.ts'

const expectation = z.union([
  conditionSchema,
  z.strictObject({
    that: conditionSchema,
    during: z
      .string()
      .describe('whose samples count: baseline, fault, recovery, drill, or the name of one fault'),
  }),
])

/** Times are milliseconds after parsing. */
export const drillSchema = z
  .strictObject({
    steady: z
      .array(conditionSchema)
      .default([])
      .describe('must hold before the first fault, else the drill is inconclusive'),
    timeline: z.array(timelineEntry).min(1).optional().describe('the faults, in any order; they may overlap'),
    tracks: z
      .record(nameSchema, z.array(timelineEntry).min(1))
      .optional()
      .describe('more timelines by name, which run side by side'),
    settle: durationBetween(0, LONGEST_DRILL)
      .default(30_000)
      .describe(
        'the longest wait for recovery after the last fault; the drill goes on as soon as all is well',
      ),
    budgets: z.array(budgetSchema).default([]).describe('what the service may lose while things are broken'),
    abort_when: z
      .array(conditionSchema)
      .default([])
      .describe('ends the drill at once, looking at the last 5s'),
    expect: z.array(expectation).default([]).describe('what the verdict is about'),
    repeat: z.int().min(1).max(100).default(1).describe('so many rounds; figures are the worst of all'),
    from: z.string().optional().describe('lab node that probes; the first node by default'),
  })
  .refine(({timeline, tracks}) => timeline !== undefined || Object.keys(tracks ?? {}).length > 0, {
    path: ['timeline'],
    error: 'nothing is broken: give a timeline or tracks',
  })
  .describe('breaks things on a timeline and judges what happened')

export type DrillSection = z.infer<typeof drillSchema>

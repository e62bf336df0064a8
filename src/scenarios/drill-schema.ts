/** The `drill:` section of a document. */
import * as z from 'zod'
import {durationBetween} from '../config/quantities.ts'

/** A drill that runs longer is a monitor; a fault that lasts longer than an hour is refused anyway. */
const LONGEST_DRILL = 24 * 3_600_000
const LONGEST_FAULT = 3_600_000

const timelineEntry = z
  .strictObject({
    at: durationBetween(0, LONGEST_DRILL).describe('when, counted from the start of the baseline'),
    inject: z.string().describe('name of a fault of this document'),
    for: durationBetween(100, LONGEST_FAULT).describe('how long; the fault ends by itself after this'),
  })
  .describe('one fault in force for a while')

const condition = z.string().describe('TARGET.FIELD OPERATOR VALUE, such as api.rtt.p95 < 50ms')

const expectation = z.union([
  condition,
  z.strictObject({
    that: condition,
    during: z
      .enum(['baseline', 'fault', 'recovery', 'drill'])
      .describe('the part of the drill whose samples count'),
  }),
])

/** Times are milliseconds after parsing. */
export const drillSchema = z
  .strictObject({
    steady: z
      .array(condition)
      .default([])
      .describe('must hold before the first fault, else the drill is inconclusive'),
    timeline: z.array(timelineEntry).min(1).describe('the faults, in any order; they may overlap'),
    settle: durationBetween(0, LONGEST_DRILL)
      .default(30_000)
      .describe(
        'the longest wait for recovery after the last fault; the drill goes on as soon as all is well',
      ),
    abort_when: z.array(condition).default([]).describe('ends the drill at once, looking at the last 5s'),
    expect: z.array(expectation).default([]).describe('what the verdict is about'),
    repeat: z.int().min(1).max(100).default(1).describe('so many rounds; figures are the worst of all'),
    from: z.string().optional().describe('lab node that probes; the first node by default'),
  })
  .describe('breaks things on a timeline and judges what happened')

export type DrillSection = z.infer<typeof drillSchema>

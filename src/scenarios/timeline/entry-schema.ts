/** One entry of a timeline, as written. */
import * as z from 'zod'
import {profileWord} from '../../config/link-profiles/word.ts'
import {durationBetween} from '../../config/quantities.ts'

/** A drill that runs longer is a monitor; a fault that lasts longer than an hour is refused anyway. */
export const LONGEST_DRILL = 24 * 3_600_000
const LONGEST_FAULT = 3_600_000

export const conditionSchema = z.string().describe('TARGET.FIELD OPERATOR VALUE, such as api.rtt.p95 < 50ms')

interface EntryText {
  readonly at?: number | undefined
  readonly after?: number | undefined
  readonly for?: number | undefined
  readonly when?: unknown
  readonly patience?: unknown
  readonly times?: unknown
  readonly every?: number | undefined
  readonly phase?: number | undefined
  readonly ramp?: unknown
  readonly steps?: unknown
  readonly trace?: unknown
  readonly profile?: unknown
}

interface Mistake {
  readonly applies: (entry: EntryText) => boolean
  readonly message: string
  /** The key at which it is shown. */
  readonly path: keyof EntryText | 'inject'
}

/** What keys say together that can't be meant. */
const MISTAKES: readonly Mistake[] = [
  {
    applies: ({at, after}) => at !== undefined && after !== undefined,
    message: 'at and after both say when: give one of them',
    path: 'after',
  },
  {
    applies: ({at, after}) => at === undefined && after === undefined,
    message: 'when? give at or after',
    path: 'inject',
  },
  {
    applies: ({ramp, steps, trace, profile}) =>
      [ramp, steps, trace, profile].filter((course) => course !== undefined).length > 1,
    message: 'give one of ramp, steps, trace and profile: each says how it changes',
    path: 'inject',
  },
  {
    applies: ({for: lasts, steps, trace}) => [lasts, steps, trace].every((given) => given === undefined),
    message: 'how long? give for',
    path: 'inject',
  },
  {
    applies: ({for: lasts, steps}) => lasts !== undefined && steps !== undefined,
    message: 'the steps say how long: leave it out',
    path: 'for',
  },
  {
    applies: ({patience, when}) => patience !== undefined && when === undefined,
    message: 'patience is for when',
    path: 'patience',
  },
  {
    applies: ({times, every}) => (times === undefined) !== (every === undefined),
    message: 'times and every belong together',
    path: 'inject',
  },
  {
    applies: ({phase, times}) => phase !== undefined && times === undefined,
    message: 'phase is for repetitions: give times and every',
    path: 'phase',
  },
  {
    applies: ({times, trace}) => times !== undefined && trace !== undefined,
    message: 'a trace starts again by itself until for is over',
    path: 'times',
  },
  {
    applies: ({every, phase = 0, for: lasts = 0}) => every !== undefined && every - phase < lasts,
    message: 'the next one would begin before this one ends: every must be at least for and phase together',
    path: 'every',
  },
]

/** Keys of the fault and the values they take, in the words of its kind. */
const change = z.record(z.string(), z.unknown())

export const timelineEntry = z
  .strictObject({
    at: durationBetween(0, LONGEST_DRILL).optional().describe('when, counted from the start of the baseline'),
    after: durationBetween(0, LONGEST_DRILL)
      .optional()
      .describe('in place of at: so long after the end of the entry before it in its list'),
    inject: z.string().describe('name of a fault of this document'),
    for: durationBetween(100, LONGEST_FAULT)
      .optional()
      .describe('how long; the fault ends by itself after this'),
    when: conditionSchema.optional().describe('from then on, wait until this is met by the last 5s'),
    patience: durationBetween(0, LONGEST_DRILL).optional().describe('so long at most; 30s by default'),
    until: conditionSchema.optional().describe('end it early, with all its repetitions, once this is met'),
    times: z.int().min(2).max(100).optional().describe('so often'),
    every: durationBetween(100, LONGEST_DRILL)
      .optional()
      .describe('from the start of one to that of the next'),
    phase: durationBetween(0, LONGEST_FAULT)
      .optional()
      .describe('each repetition starts later by a random part of this'),
    ramp: z
      .strictObject({
        to: change.describe('what the fault has become at its end, such as {delay: 200ms}'),
        steps: z.int().min(2).max(100).default(5).describe('in so many steps of equal length'),
      })
      .optional()
      .describe('lets the fault change while it is in force'),
    steps: z
      .array(z.looseObject({for: durationBetween(100, LONGEST_FAULT)}))
      .min(1)
      .max(200)
      .optional()
      .describe('what the fault is, one after the other; for and the keys that differ from the fault'),
    profile: profileWord.optional(),
    trace: z
      .string()
      .min(1)
      .optional()
      .describe('a file with the course of a link: Mahimahi (.up, .down) or CSV'),
  })
  .superRefine((entry, context) => {
    for (const {applies, message, path} of MISTAKES)
      if (applies(entry)) context.addIssue({code: 'custom', message, path: [path]})
  })
  .describe('one fault in force for a while, once or several times')

export type EntryDocument = z.infer<typeof timelineEntry>

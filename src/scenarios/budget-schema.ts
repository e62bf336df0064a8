/** Budgets of a drill: how much of what may be lost while things are broken. */
import * as z from 'zod'
import {durationBetween, nameSchema, percentSchema} from '../config/quantities.ts'

const DAY = 86_400_000

export const budgetSchema = z
  .strictObject({
    target: nameSchema.describe('a target or a group'),
    down: percentSchema.optional().describe('share of the time in which it may be down'),
    late: percentSchema.optional().describe('share of the time in which it may be down or slower than over'),
    over: durationBetween(0.1, DAY).optional().describe('a round trip that takes longer is late'),
    in_a_row: z
      .int()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe('so many samples may fail one after the other'),
    of: durationBetween(100, DAY)
      .optional()
      .describe('of any stretch of this length, the worst one; else from the first fault to the end'),
  })
  .superRefine(({down, late, over, in_a_row: inARow, of: stretch}, context) => {
    const add = (message: string, path: string): void =>
      context.addIssue({code: 'custom', message, path: [path]})
    const given = [down, late, inARow].filter((value) => value !== undefined).length
    if (given !== 1) add('give one of down, late and in_a_row', 'target')
    if ((late === undefined) !== (over === undefined))
      add('late and over belong together', late === undefined ? 'over' : 'late')
    if (inARow !== undefined && stretch !== undefined) add('samples in a row need no stretch', 'of')
  })
  .describe('a bound on what a service loses, in the samples of all rounds')

export type BudgetDocument = z.infer<typeof budgetSchema>

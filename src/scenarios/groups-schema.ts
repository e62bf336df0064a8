/** Groups of targets: how many of them have to be healthy. */
import * as z from 'zod'
import {nameSchema} from '../config/quantities.ts'

/** Both thresholds count members. Between them a group keeps its state, so that it doesn't flap. */
const quorumSchema = z
  .strictObject({
    mode: z.literal('quorum'),
    members: z.array(nameSchema).min(1).meta({description: 'Names of targets.'}),
    min_healthy: z.int().min(1).meta({description: 'So many healthy members make the group healthy.'}),
    leave_below: z
      .int()
      .min(1)
      .optional()
      .meta({description: 'A healthy group stays so until fewer are healthy. By default min_healthy.'}),
  })
  .refine(({min_healthy: enter, leave_below: leave = enter}) => leave <= enter, {
    path: ['leave_below'],
    error: 'a group that is left above the number it needs would never be healthy: at most min_healthy',
  })

export const groupsSchema = z.record(nameSchema, quorumSchema)

/** Groups of targets: how many of them have to be healthy, or which of them carries the traffic. */
import * as z from 'zod'
import {durationBetween, nameSchema, percentSchema} from '../config/quantities.ts'

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

const DAY = 86_400_000

const failoverSchema = z
  .strictObject({
    on: z
      .array(z.enum(['down', 'quality']))
      .min(1)
      .default(['down']),
    max_rtt: durationBetween(1, DAY).optional().meta({description: 'Median of the last ten samples.'}),
    max_loss: percentSchema.optional().meta({description: 'Of the last ten samples.'}),
  })
  .refine(({on, max_rtt: rtt, max_loss: loss}) => !on.includes('quality') || (rtt ?? loss) !== undefined, {
    path: ['on'],
    error: 'quality needs a limit: max_rtt, max_loss or both',
  })
  .refine(({on, max_rtt: rtt, max_loss: loss}) => on.includes('quality') || (rtt ?? loss) === undefined, {
    path: ['on'],
    error: 'max_rtt and max_loss are only judged with quality in this list',
  })

const pathsSchema = z.strictObject({
  mode: z.literal('active-backup'),
  paths: z
    .array(z.strictObject({name: nameSchema, target: nameSchema}))
    .min(2)
    .meta({description: 'The preferred one first. All are probed all the time.'}),
  failover: failoverSchema.optional(),
  failback: z
    .strictObject({
      policy: z.enum(['never', 'immediate', 'after_stable', 'better']).default('after_stable'),
      hold_down: durationBetween(0, DAY)
        .optional()
        .meta({description: 'So long the preferred path must have been good. By default 60s.'}),
      min_improvement: percentSchema.optional().meta({
        description: 'For better: by so much its round trip must be shorter. By default 20%.',
      }),
    })
    .optional(),
  max_switches: z
    .strictObject({count: z.int().min(1).max(1000), within: durationBetween(1, DAY)})
    .optional()
    .meta({description: 'Limits switches, but never the one away from a dead path. By default 6 in 10m.'}),
})

export type GroupDocument = z.output<typeof groupSchema>

const groupSchema = z.discriminatedUnion('mode', [quorumSchema, pathsSchema])

export const groupsSchema = z.record(nameSchema, groupSchema)

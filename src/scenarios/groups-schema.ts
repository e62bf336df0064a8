/** Groups of targets: how many of them have to be healthy, or which of them carries the traffic. */
import * as z from 'zod'
import {durationBetween, nameSchema, percentSchema} from '../config/quantities.ts'
import {MULTIPATH, PATH_MODES} from '../core/group-events.ts'
import {streamSchema} from './stream-schema.ts'

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

const pathSchema = z.strictObject({
  name: nameSchema.refine((name) => name !== MULTIPATH, {
    error: `the name ${MULTIPATH} stands for all paths at once`,
  }),
  target: nameSchema,
  priority: z
    .int()
    .min(-1000)
    .max(1000)
    .optional()
    .meta({description: 'The highest is preferred; equal ones in the order of the list. By default 0.'}),
})

const pathsShape = {
  mode: z.enum([...PATH_MODES, 'auto']).meta({
    description:
      'active-backup: one path at a time. single: the preferred one alone. mptcp: all at once. auto: what capability and health allow.',
  }),
  paths: z
    .array(pathSchema)
    .min(1)
    .meta({description: 'The preferred one first. All are probed all the time.'}),
  multipath: nameSchema.optional().meta({
    description: 'For mptcp and auto: an mptcp target with keep, the connection over all paths.',
  }),
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
  stream: streamSchema.optional().meta({
    description: 'A numbered stream that is carried over the paths; the way back then runs in stages.',
  }),
}

const USES_MULTIPATH: ReadonlySet<string> = new Set(['mptcp', 'auto'])
const ONE_PATH_IS_ENOUGH: ReadonlySet<string> = new Set(['single', 'auto'])

const pathsSchema = z
  .strictObject(pathsShape)
  .refine(({mode, paths}) => paths.length > 1 || ONE_PATH_IS_ENOUGH.has(mode), {
    path: ['paths'],
    error: 'a group of this mode needs at least two paths',
  })
  .refine(({mode, multipath}) => mode !== 'mptcp' || multipath !== undefined, {
    path: ['mode'],
    error: 'mptcp needs the connection over all paths: multipath',
  })
  .refine(({mode, multipath}) => multipath === undefined || USES_MULTIPATH.has(mode), {
    path: ['multipath'],
    error: 'only the modes mptcp and auto use a connection over all paths',
  })
  .refine(({mode, stream}) => stream === undefined || mode === 'active-backup', {
    path: ['stream'],
    error: 'a stream is carried by a group with mode active-backup',
  })

export type GroupDocument = z.output<typeof groupSchema>

const groupSchema = z.discriminatedUnion('mode', [quorumSchema, pathsSchema])

export const groupsSchema = z.record(nameSchema, groupSchema)

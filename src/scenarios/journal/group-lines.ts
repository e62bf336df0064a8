/** The lines of a journal about groups. */
import * as z from 'zod'
import {millis} from '../../config/outcome-schema.ts'
import {line} from './line.ts'

const text = z.string()

const group = z.strictObject({
  name: z.string(),
  mode: z.enum(['active-backup', 'quorum']),
  members: z.array(z.strictObject({name: z.string(), target: z.string()})),
  needed: z.number().int().optional(),
  leaveBelow: z.number().int().optional(),
  interval: millis,
})

const groupState = z.enum(['idle', 'connecting', 'connected', 'degraded', 'reconnecting', 'disconnected'])

export const GROUP_LINES = [
  line('group-added', {group}),
  line('group-removed', {group: text}),
  line('group-changed', {
    group: text,
    from: groupState,
    to: groupState,
    because: text,
    healthy: z.number().int(),
    of: z.number().int(),
  }),
  line('path-switched', {
    group: text,
    from: text.nullable(),
    to: text.nullable(),
    kind: z.enum(['start', 'down', 'quality', 'failback', 'better', 'all-down']),
    because: text,
    took: millis,
  }),
  line('switch-held', {group: text, because: text}),
] as const

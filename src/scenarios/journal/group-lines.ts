/** The lines of a journal about groups. */
import * as z from 'zod'
import {PATH_MODES} from '../../core/group-events.ts'
import {failure, millis} from '../../config/outcome-schema.ts'
import {DIRECTIONS, STAGE_RESULTS} from '../../core/stream-events.ts'
import {UPGRADE_STAGES} from '../../core/stream-spec.ts'
import {line} from './line.ts'

const text = z.string()
const pathMode = z.enum(PATH_MODES)

const group = z.strictObject({
  name: z.string(),
  mode: z.enum([...PATH_MODES, 'auto', 'quorum']),
  members: z.array(z.strictObject({name: z.string(), target: z.string()})),
  needed: z.number().int().optional(),
  leaveBelow: z.number().int().optional(),
  interval: millis,
})

const groupState = z.enum(['idle', 'connecting', 'connected', 'degraded', 'reconnecting', 'disconnected'])

const count = z.number().int()
const upgrade = {group: text, attempt: count}

const STREAM_LINES = [
  line('upgrade-begun', {...upgrade, from: text, to: text, because: text}),
  line('upgrade-stage', {
    ...upgrade,
    stage: z.enum(UPGRADE_STAGES),
    step: count,
    of: count,
    direction: z.enum(DIRECTIONS).nullable(),
    result: z.enum(STAGE_RESULTS),
    address: text.nullable(),
    took: millis,
    failure: failure.nullable(),
    because: text,
  }),
  line('upgrade-ended', {
    ...upgrade,
    ok: z.boolean(),
    failure: failure.nullable(),
    retryIn: millis.nullable(),
    because: text,
  }),
  line('stream-moved', {
    group: text,
    from: text.nullable(),
    to: text,
    staged: z.boolean(),
    took: millis,
    connect: millis,
    resent: count,
    address: text,
  }),
  line('stream-failed', {group: text, path: text, failure}),
  line('stream-counted', {
    group: text,
    path: text.nullable(),
    address: text.nullable(),
    latency: millis.nullable(),
    counts: z.strictObject({
      sent: count,
      confirmed: count,
      lost: count,
      duplicates: count,
      reordered: count,
      resent: count,
      pending: count,
    }),
  }),
] as const

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
  line('mode-changed', {group: text, from: pathMode.nullable(), to: pathMode, because: text}),
  line('switch-held', {group: text, because: text}),
  ...STREAM_LINES,
] as const

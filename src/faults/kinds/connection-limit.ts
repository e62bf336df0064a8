/** `connection-limit`: so many TCP connections at once and no more, as a firewall, a quota or a full table does it. */
import * as z from 'zod'
import {UserError} from '../../core/errors.ts'
import {KERNEL_NEEDS} from '../choose-backend.ts'
import type {FaultScope} from '../fault.ts'
import type {PlannedKind} from '../kind.ts'
import {planByNft} from '../plan-by-nft.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Blueprint, Situation} from '../situation.ts'

export const connectionLimitSchema = z.strictObject({
  kind: z.literal('connection-limit'),
  max: z.int().min(0).max(1_000_000).describe('so many connections may be open at once'),
  mode: z
    .enum(['drop', 'reject'])
    .default('drop')
    .describe('drop: silence for what is too many; reject: a reset'),
  scope: scopeSchema.optional(),
})
export interface ConnectionLimitSpec {
  readonly kind: 'connection-limit'
  readonly max: number
  readonly mode: 'drop' | 'reject'
  readonly scope?: FaultScope | undefined
}

export const connectionLimit: PlannedKind<ConnectionLimitSpec> = {
  kind: 'connection-limit',
  summary: 'allow so many TCP connections from here to the scope, and refuse or ignore the rest',
  example: 'netdrill fault plan connection-limit --max 2 --mode reject --to 10.0.0.2 --port 443',
  needs: [[...KERNEL_NEEDS]],
  schema: connectionLimitSchema,
  needsDevice: false,
  shapes: false,
  plan: planConnectionLimit,
}

function planConnectionLimit({max, mode, scope}: ConnectionLimitSpec, situation: Situation): Blueprint {
  if (scope?.protocol !== undefined && scope.protocol !== 'tcp') {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `only TCP has connections to count: protocol ${scope.protocol} does not fit`,
    })
  }
  return planByNft(situation, {
    words: `at most ${max} ${max === 1 ? 'connection' : 'connections'} (${mode === 'drop' ? 'drop' : 'reset'} more)`,
    effect: {},
    notes: ['connections from before are not counted; each one opened from now on is, until it is closed'],
    verdict: {action: mode, answer: 'rst', direction: 'out', match: {type: 'over', connections: max}},
  })
}

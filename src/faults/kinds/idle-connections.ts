/**
 * `idle-connections`: so many connections are open and say nothing, as after a leak or an attack: they fill the accept
 * queue of a program that hangs (listen(2)), and the limits of one that doesn't.
 */
import * as z from 'zod'
import type {Capability} from '../../core/capabilities.ts'
import {UserError} from '../../core/errors.ts'
import type {Millis} from '../../core/units.ts'
import {isSingle} from '../addresses.ts'
import {hasAll, missingError} from '../choose-backend.ts'
import type {FaultScope} from '../fault.ts'
import {HOLDER_NOTE, holdStep} from '../hold-act.ts'
import type {PlannedKind} from '../kind.ts'
import {describeScope} from '../scope.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Blueprint, Situation} from '../situation.ts'

export const idleConnectionsSchema = z.strictObject({
  kind: z.literal('idle-connections'),
  count: z.int().min(1).max(10_000).describe('so many are tried; those that are not taken count as well'),
  scope: scopeSchema.optional(),
})
export interface IdleConnectionsSpec {
  readonly kind: 'idle-connections'
  readonly count: number
  readonly scope?: FaultScope | undefined
}

const NEEDS: readonly Capability[] = ['linux']
/** A connection that is not taken within this time stays in the kernel's queue, or is tried again by it. */
const PATIENCE: Millis = 1000

export const idleConnections: PlannedKind<IdleConnectionsSpec> = {
  kind: 'idle-connections',
  summary: 'open connections that stay silent, until the queue or the limit of a server is full',
  example: 'netdrill fault plan idle-connections --count 200 --to 10.0.0.2 --port 443',
  needs: [NEEDS],
  schema: idleConnectionsSchema,
  needsDevice: false,
  shapes: false,
  plan: planIdleConnections,
}

function planIdleConnections({count}: IdleConnectionsSpec, situation: Situation): Blueprint {
  const {id, scope} = situation
  const [to] = scope.to
  if (!to || scope.to.length > 1 || !isSingle(to) || scope.port === null || scope.from.length > 0) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: 'say where they go: the scope needs one address and a port',
    })
  }
  if (scope.protocol !== null && scope.protocol !== 'tcp') {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `only TCP has connections: protocol ${scope.protocol} does not fit`,
    })
  }
  if (!hasAll(situation, NEEDS)) throw missingError(situation, 'opening connections', [NEEDS])
  const words = `${count} idle connections to ${describeScope(scope)}`
  return {
    backend: 'holder',
    because: HOLDER_NOTE,
    words,
    effect: {},
    warnings: [],
    notes: [
      'a server whose accept queue is full drops further handshakes: clients see a timeout, not a refusal',
    ],
    act: {
      steps: holdStep(
        id,
        `connections to ${describeScope(scope)} are open`,
        'they are opened and kept, and send nothing',
      ),
      hit: [`hit: what serves ${describeScope(scope)}, wherever it is`],
      trace: {type: 'held', id},
      work: {type: 'connect', address: to.address, port: scope.port, count, timeout: PATIENCE},
    },
  }
}

/** `conntrack`: a firewall or NAT forgets the connections it knew, as after its restart or a failover without state. */
import * as z from 'zod'
import {UserError} from '../../core/errors.ts'
import {hasAll, missingError} from '../choose-backend.ts'
import type {FaultScope} from '../fault.ts'
import {FLOW_NEEDS, forgetFlows, listFlows} from '../flows.ts'
import type {PlannedKind} from '../kind.ts'
import {describeScope} from '../scope.ts'
import {scopeSchema} from '../scope-schema.ts'
import {type Sight, type SightWorld, readNames} from '../sight.ts'
import type {Blueprint, Situation} from '../situation.ts'

export const conntrackSchema = z.strictObject({
  kind: z.literal('conntrack'),
  scope: scopeSchema.optional(),
})
export interface ConntrackSpec {
  readonly kind: 'conntrack'
  readonly scope?: FaultScope | undefined
}

export const conntrack: PlannedKind<ConntrackSpec> = {
  kind: 'conntrack',
  summary: 'forget the tracked connections of the scope, as a restarted firewall or NAT does',
  example: 'netdrill fault plan conntrack --to 10.0.0.2 --protocol tcp --port 443 --namespace lab-nat',
  needs: [FLOW_NEEDS],
  schema: conntrackSchema,
  needsDevice: false,
  shapes: false,
  look: lookAtFlows,
  plan: planConntrack,
}

export async function lookAtFlows(_: unknown, {tools, place, scope}: SightWorld): Promise<Sight | null> {
  const names = await readNames(tools, place, listFlows(scope))
  return names && {type: 'names', names}
}

function planConntrack(_: ConntrackSpec, situation: Situation): Blueprint {
  const {scope, sight} = situation
  if (!hasAll(situation, FLOW_NEEDS))
    throw missingError(situation, 'forgetting tracked connections', [FLOW_NEEDS])
  const calls = forgetFlows(scope)
  if (calls.length === 0) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: 'source and destination of the scope are of different families',
    })
  }
  const before = sight?.type === 'names' ? sight.names : []
  return {
    backend: 'conntrack',
    because: 'the kernel forgets flows when conntrack asks for it',
    words: `tracked connections to ${describeScope(scope)} forgotten`,
    effect: {},
    warnings: before.length === 0 ? ['no connection in the scope is tracked now'] : [],
    notes: [
      `${before.length} ${before.length === 1 ? 'flow is' : 'flows are'} tracked now`,
      'once: the kernel tracks what goes on anew, where the rules let it; there is nothing to undo',
    ],
    act: {
      steps: calls.map((action) => ({
        do: action,
        undo: {type: 'none'},
        verify: {type: 'act', expect: 'the flows from before are forgotten'},
        why: 'what was known of these connections is gone: translated addresses, and that they were allowed',
      })),
      hit: [
        `hit: tracked connections to ${describeScope(scope)}, its own and forwarded`,
        'not hit: other connections',
      ],
      trace: {type: 'flows', before: before.length},
      once: true,
    },
  }
}

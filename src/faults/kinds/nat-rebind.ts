/**
 * `nat-rebind`: the NAT gives what goes through it other source ports from now on (RFC 4787, REQ-5): what it knew is
 * forgotten, and a rule before its own chooses from another range.
 */
import * as z from 'zod'
import type {Capability} from '../../core/capabilities.ts'
import {UserError} from '../../core/errors.ts'
import {tableName} from '../backends/nft-parts.ts'
import {renderRebindTable} from '../backends/nft-table.ts'
import {KERNEL_NEEDS, hasAll, missingError} from '../choose-backend.ts'
import type {FaultScope} from '../fault.ts'
import {FLOW_NEEDS, forgetFlows} from '../flows.ts'
import type {PlannedKind} from '../kind.ts'
import {type Scope, describeScope} from '../scope.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Blueprint, Situation} from '../situation.ts'
import {lookAtFlows} from './conntrack.ts'

export const natRebindSchema = z.strictObject({
  kind: z.literal('nat-rebind'),
  scope: scopeSchema.optional(),
})
export interface NatRebindSpec {
  readonly kind: 'nat-rebind'
  readonly scope?: FaultScope | undefined
}

const NEEDS: readonly Capability[] = [...new Set([...KERNEL_NEEDS, ...FLOW_NEEDS])]

export const natRebind: PlannedKind<NatRebindSpec> = {
  kind: 'nat-rebind',
  summary: 'change the source ports that a NAT gives to what goes through it, live connections included',
  example: 'netdrill fault plan nat-rebind --to 203.0.113.5 --protocol udp --port 3478 --namespace lab-nat',
  needs: [NEEDS],
  schema: natRebindSchema,
  needsDevice: false,
  shapes: false,
  look: lookAtFlows,
  plan: planNatRebind,
}

function planNatRebind(_: NatRebindSpec, situation: Situation): Blueprint {
  const {id, lasts} = situation
  if (situation.scope.protocol === 'icmp' || situation.scope.family === 6) {
    throw new UserError({code: 'USAGE_INVALID', message: 'a NAT rebinds ports of TCP and UDP over IPv4'})
  }
  const scope: Scope = {
    ...situation.scope,
    family: 4,
    to: situation.scope.to.filter(({family}) => family === 4),
  }
  if (scope.to.length === 0 && situation.scope.to.length > 0) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: 'a NAT rebinds ports over IPv4: the scope has no such destination',
    })
  }
  if (!hasAll(situation, NEEDS)) throw missingError(situation, 'rebinding at a NAT', [NEEDS])
  const table = renderRebindTable({id, lasts, scope, device: situation.device?.name ?? null})
  const before = situation.sight?.type === 'names' ? situation.sight.names : []
  return {
    backend: 'conntrack',
    because: 'nftables chooses the new ports, and conntrack makes the kernel forget the old ones',
    words: `NAT mappings to ${describeScope(scope)} changed`,
    effect: {},
    warnings: before.length === 0 ? ['nothing in the scope goes through here now'] : [],
    notes: [
      'UDP goes on from another port; a TCP server does not know the connection from there, and resets it',
      'mappings that were made meanwhile stay until they time out; later ones are made by the rules that are there',
    ],
    act: {
      steps: [
        {
          do: {type: 'exec', file: 'nft', args: ['-f', '-'], input: table},
          undo: {type: 'exec', file: 'nft', args: ['delete', 'table', 'inet', tableName(id)]},
          verify: {type: 'nft-table', expect: `table inet ${tableName(id)} with live elements`},
          why: 'new mappings get ports of another range; the kernel drops the matches by itself',
        },
        ...forgetFlows(scope).map((action) => ({
          do: action,
          undo: {type: 'none' as const},
          verify: {type: 'act' as const, expect: 'the mappings from before are forgotten'},
          why: 'the mappings that were there are forgotten, so that the next packet makes a new one',
        })),
      ],
      hit: [
        `hit: TCP and UDP that is forwarded here to ${describeScope(scope)}`,
        'not hit: what this place sends itself',
      ],
      trace: {type: 'flows', before: before.length},
      table,
    },
  }
}

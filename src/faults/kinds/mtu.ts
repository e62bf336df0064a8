/** `mtu`: a path MTU black hole: big packets vanish, and so do the ICMP answers that would tell (RFC 2923 §2.1). */
import * as z from 'zod'
import {KERNEL_NEEDS} from '../choose-backend.ts'
import type {FaultScope} from '../fault.ts'
import type {PlannedKind} from '../kind.ts'
import {planByNft} from '../plan-by-nft.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Blueprint, Situation} from '../situation.ts'

export const mtuSchema = z.strictObject({
  kind: z.literal('mtu'),
  // Nothing smaller has to be carried: RFC 791 §3.2.
  size: z.int().min(68).max(65_535).describe('packets above so many bytes, IP header included, vanish'),
  direction: z
    .enum(['both', 'out', 'in'])
    .default('out')
    .describe('as seen from the place of the fault: out leaves it towards the scope'),
  scope: scopeSchema.optional(),
})
export interface MtuSpec {
  readonly kind: 'mtu'
  readonly size: number
  readonly direction: 'both' | 'out' | 'in'
  readonly scope?: FaultScope | undefined
}

export const mtu: PlannedKind<MtuSpec> = {
  kind: 'mtu',
  summary: 'make a path MTU black hole: big packets and the ICMP answers about them vanish',
  example: 'netdrill fault plan mtu --size 1400 --to 10.0.0.2',
  needs: [[...KERNEL_NEEDS]],
  schema: mtuSchema,
  needsDevice: false,
  shapes: false,
  plan: planMtu,
}

function planMtu({size, direction}: MtuSpec, situation: Situation): Blueprint {
  return planByNft(situation, {
    words: `MTU black hole above ${size} bytes`,
    effect: {},
    notes: [
      'IPv4 packets that may be fragmented pass, as they would pass a router',
      'TCP on this machine hands several segments over as one packet (GSO): it counts as big even if its segments are not',
    ],
    verdict: {action: 'drop', answer: 'rst', direction, match: {type: 'bigger', bytes: size}},
  })
}

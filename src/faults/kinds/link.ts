/** `link`: a device is down; its other end, if it is a cable, loses the carrier. */
import * as z from 'zod'
import type {FaultScope} from '../fault.ts'
import type {PlannedKind} from '../kind.ts'
import {IP_NEEDS, planByIp} from '../plan-by-ip.ts'
import {restoreLines} from '../backends/network-state.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Blueprint, Situation} from '../situation.ts'

export const linkSchema = z.strictObject({
  kind: z.literal('link'),
  scope: scopeSchema.optional(),
})
export interface LinkSpec {
  readonly kind: 'link'
  readonly scope?: FaultScope | undefined
}

export const link: PlannedKind<LinkSpec> = {
  kind: 'link',
  summary: 'take a device down, and put its addresses and routes back afterwards',
  example: 'netdrill fault plan link --device eth0 --namespace lab-client --allow-broad',
  needs: [IP_NEEDS],
  schema: linkSchema,
  needsDevice: true,
  shapes: false,
  needsNetwork: 'device',
  plan: planLink,
}

function planLink(_: LinkSpec, situation: Situation): Blueprint {
  return planByIp(situation, 'link down', (device, state) => ({
    do: [`link set dev ${device} down`],
    undo: [`link set dev ${device} up`, ...restoreLines(state, device)],
    device,
    gone: ['link up'],
    there: ['link down'],
    hit: [`hit: everything through ${device}, in both directions, with its routes and IPv6 addresses`],
    why: 'a device that is down; the kernel forgets its routes, so the undo puts them back',
    effect: {blocked: 'drop'},
  }))
}

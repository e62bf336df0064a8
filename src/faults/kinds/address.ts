/** `address`: a device loses an address, as after a lease that ran out or a change of networks. */
import * as z from 'zod'
import {UserError} from '../../core/errors.ts'
import {parseNetwork} from '../addresses.ts'
import {restoreLines} from '../backends/network-state.ts'
import type {FaultScope} from '../fault.ts'
import type {PlannedKind} from '../kind.ts'
import {IP_NEEDS, planByIp} from '../plan-by-ip.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Blueprint, Situation} from '../situation.ts'

export const addressSchema = z.strictObject({
  kind: z.literal('address'),
  address: z
    .string()
    .refine(
      (text) => !text.includes('/') && parseNetwork(text) !== null,
      'this is no address such as 10.0.0.1',
    )
    .describe('the address that is taken away from the device'),
  scope: scopeSchema.optional(),
})
export interface AddressSpec {
  readonly kind: 'address'
  readonly address: string
  readonly scope?: FaultScope | undefined
}

export const address: PlannedKind<AddressSpec> = {
  kind: 'address',
  summary: 'take an address away from a device, and put it back with its routes afterwards',
  example:
    'netdrill fault plan address --address 10.0.0.1 --device eth0 --namespace lab-client --allow-broad',
  needs: [IP_NEEDS],
  schema: addressSchema,
  needsDevice: true,
  shapes: false,
  needsNetwork: 'device',
  plan: planAddress,
}

function planAddress({address: text}: AddressSpec, situation: Situation): Blueprint {
  return planByIp(situation, `address ${text} removed`, (device, state) => {
    const fact = state.addresses.find(({local}) => local === text)
    if (!fact) {
      throw new UserError({
        code: 'USAGE_INVALID',
        message: `${device} does not have the address ${text}`,
        advice: [`it has: ${state.addresses.map(({local}) => local).join(', ') || 'none'}`],
      })
    }
    return {
      do: [`address del ${text}/${fact.prefix} dev ${device}`],
      undo: restoreLines(state, device),
      device,
      gone: [`address ${text}/`, `address ${text} `],
      there: [],
      hit: [`hit: everything from and to ${text}, and the routes that depend on it`],
      why: 'an address that is gone takes its routes along; the undo puts all of them back',
      effect: {},
    }
  })
}

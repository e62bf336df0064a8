/** `address`: a device loses an address, as after a lease that ran out, or gets another one, as in a new network. */
import * as z from 'zod'
import {UserError} from '../../core/errors.ts'
import {parseNetwork} from '../addresses.ts'
import {type NetworkState, restoreLines} from '../backends/network-state.ts'
import type {FaultScope} from '../fault.ts'
import type {PlannedKind} from '../kind.ts'
import {IP_NEEDS, type IpChange, planByIp} from '../plan-by-ip.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Blueprint, Situation} from '../situation.ts'

export const addressSchema = z
  .strictObject({
    kind: z.literal('address'),
    mode: z
      .enum(['remove', 'add'])
      .default('remove')
      .describe('remove: the device loses it; add: the device has it as well for so long'),
    address: z
      .string()
      .refine((text) => parseNetwork(text) !== null, 'this is no address such as 10.0.0.1')
      .describe('the address; one that is added may say its network: 10.0.0.9/24'),
    scope: scopeSchema.optional(),
  })
  .refine(({mode, address: text}) => mode === 'add' || !text.includes('/'), {
    error: 'an address that is taken away is written without its network, such as 10.0.0.1',
    path: ['address'],
  })
export interface AddressSpec {
  readonly kind: 'address'
  readonly mode: 'remove' | 'add'
  readonly address: string
  readonly scope?: FaultScope | undefined
}

export const address: PlannedKind<AddressSpec> = {
  kind: 'address',
  summary: 'take an address away from a device and put it back with its routes afterwards, or add one',
  example:
    'netdrill fault plan address --address 10.0.0.1 --device eth0 --namespace lab-client --allow-broad',
  needs: [IP_NEEDS],
  schema: addressSchema,
  needsDevice: true,
  shapes: false,
  needsNetwork: 'device',
  plan: planAddress,
}

function planAddress({mode, address: text}: AddressSpec, situation: Situation): Blueprint {
  return mode === 'add'
    ? planByIp(situation, `address ${text} added`, (device, state) => addition(text, device, state))
    : planByIp(situation, `address ${text} removed`, (device, state) => removal(text, device, state))
}

function removal(text: string, device: string, state: NetworkState): IpChange {
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
}

function addition(text: string, device: string, state: NetworkState): IpChange {
  const network = parseNetwork(text)
  if (network === null) throw new Error(`${text} passed the schema`)
  const {address: local, prefix, family} = network
  if (state.addresses.some((fact) => fact.local === local)) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `${device} has the address ${local} already`,
      advice: ['add one that it does not have: the end of the fault takes it away'],
    })
  }
  const full = `${local}/${prefix}`
  return {
    // Without the check for duplicates, which would take a second or two before it is of use.
    do: [`address add ${full} dev ${device}${family === 6 ? ' nodad' : ''}`],
    undo: [`address del ${full} dev ${device}`],
    device,
    gone: [],
    there: [`address ${full} `],
    hit: [`hit: ${device} has ${local} as well, and programs that look for addresses see it come and go`],
    why: 'another address, with a route to its network; the end takes both away',
    effect: {},
  }
}

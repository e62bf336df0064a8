/** A fault on a link that netdrill carries itself. The one that carries belongs to the lab, so its fault can't outlive it. */
import {isDeepStrictEqual} from 'node:util'
import type {LinkControl, LinkOrder} from '../core/link-effects.ts'
import type {Clock} from '../core/ports.ts'
import {formatNetwork} from './addresses.ts'
import type {ActiveFault, FaultPlan} from './fault.ts'
import type {Scope} from './scope.ts'
import type {Blueprint} from './situation.ts'

export interface CarrierFault {
  readonly plan: FaultPlan
  readonly blueprint: Extract<Blueprint, {backend: 'carrier'}>
  readonly scope: Scope
  readonly carrier: LinkControl
}

/** Puts it in force and reads it back: what the link says that it does must equal what was ordered. */
export async function applyCarrierFault(fault: CarrierFault, clock: Clock): Promise<ActiveFault> {
  const {plan, carrier, blueprint} = fault
  // The timeline calls the states of a fault slow-1.1, slow-1.2, …
  const series = plan.id.replace(/\.\d+(?=-r\d+$|$)/, '')
  const order = orderOf({...fault, id: plan.id, series, sender: carrier.sender})
  const started = clock.now()
  await carrier.set(order)
  const took = clock.now() - started
  const {orders} = await carrier.state()
  const asAsked = orders.some((one) => isDeepStrictEqual(one, plainly(order)))
  let removal: ReturnType<ActiveFault['remove']> | undefined
  return {
    plan,
    readback: asAsked ? `link ${carrier.name}: ${blueprint.words}` : '',
    asAsked,
    took,
    counters: async () => (await carrier.state()).faults[plan.id] ?? null,
    remove: async () => {
      removal ??= removeOrder(carrier, plan.id, clock)
      return removal
    },
  }
}

async function removeOrder(
  carrier: LinkControl,
  id: string,
  clock: Clock,
): ReturnType<ActiveFault['remove']> {
  const began = clock.now()
  await carrier.clear(id)
  const {orders} = await carrier.state()
  const left = orders.some(({fault}) => fault === id)
  return {
    took: clock.now() - began,
    restored: !left,
    differences: left ? [`link ${carrier.name} still has the fault ${id}`] : [],
  }
}

export interface OrderWords extends Pick<CarrierFault, 'plan' | 'blueprint' | 'scope'> {
  readonly id: string
  readonly series?: string
  /** The end at which the fault acts. */
  readonly sender: 0 | 1
}

export function orderOf({id, series = id, plan, blueprint, scope, sender}: OrderWords): LinkOrder {
  const {arriving} = blueprint
  return {
    fault: id,
    series,
    lasts: plan.lasts,
    sender: arriving === (sender === 0) ? 1 : 0,
    arriving,
    match: {
      to: scope.to.map(formatNetwork),
      from: scope.from.map(formatNetwork),
      port: scope.port,
      protocol: scope.protocol,
      family: scope.family ?? null,
    },
    effect: blueprint.carry,
    seed: seedOf(plan),
  }
}

/** The fault's own; else the link draws from the seed of the run. */
function seedOf({request}: FaultPlan): number | null {
  const {seed = null} = (request?.spec ?? {}) as {readonly seed?: number}
  return seed
}

/** As it comes back over the wire: without the keys that are undefined. */
export function plainly(order: LinkOrder): unknown {
  return JSON.parse(JSON.stringify(order))
}

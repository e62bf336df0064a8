/** `route`: the way to the scope is missing, or says at once that there is none (ip-route(8)). */
import * as z from 'zod'
import {UserError} from '../../core/errors.ts'
import {type Network, formatNetwork} from '../addresses.ts'
import type {NetworkState} from '../backends/network-state.ts'
import type {FaultScope} from '../fault.ts'
import type {PlannedKind} from '../kind.ts'
import {IP_NEEDS, type IpChange, planByIp} from '../plan-by-ip.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Blueprint, Situation} from '../situation.ts'

export const routeSchema = z.strictObject({
  kind: z.literal('route'),
  mode: z
    .enum(['remove', 'unreachable', 'prohibit', 'blackhole'])
    .default('unreachable')
    .describe('remove: the routes to exactly the scope; else a route that answers so, or not at all'),
  scope: scopeSchema.optional(),
})
export interface RouteSpec {
  readonly kind: 'route'
  readonly mode: 'remove' | 'unreachable' | 'prohibit' | 'blackhole'
  readonly scope?: FaultScope | undefined
}

export const route: PlannedKind<RouteSpec> = {
  kind: 'route',
  summary: 'remove the route to the scope, or make it unreachable, prohibited or a black hole',
  example: 'netdrill fault plan route --mode unreachable --to 10.0.0.2',
  needs: [IP_NEEDS],
  schema: routeSchema,
  needsDevice: false,
  shapes: false,
  needsNetwork: 'all',
  plan: planRoute,
}

/** Marks what is ours, as the handle 6e64: does in tc. */
const OWN = 'proto 110'

function planRoute({mode}: RouteSpec, situation: Situation): Blueprint {
  const {scope} = situation
  if (scope.to.length === 0 || scope.port !== null || scope.protocol !== null || scope.from.length > 0) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: 'a route knows destinations only: the scope needs to, and no from, port or protocol',
    })
  }
  const words = mode === 'remove' ? 'route removed' : `route ${mode}`
  return planByIp(situation, words, (_, state) =>
    mode === 'remove' ? removal(scope.to, state) : obstacle(mode, scope.to),
  )
}

function removal(to: readonly Network[], state: NetworkState): IpChange {
  const found = to.map((network) => {
    const routes = state.routes.filter((line) => line.startsWith(`${destination(network)} `))
    if (routes.length > 0) return routes
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `there is no route to exactly ${formatNetwork(network)}`,
      advice: ['mode unreachable, prohibit or blackhole puts one in the way of the wider route'],
    })
  })
  const routes = found.flat()
  return {
    about: to.map((network) => `route ${destination(network)} `),
    do: routes.map((line) => `route del ${line}`),
    undo: routes.map((line) => `route add ${line}`),
    device: null,
    gone: routes.map((line) => `route ${line.replace(/ expires \d+/, '')}`),
    there: [],
    hit: routes.map((line) => `hit: what takes the route ${line}`),
    why: 'without the route packets take a wider one, or none',
    effect: {},
  }
}

/** Of two equal routes the one with the smaller metric counts; 1 is before everything but IPv4's default of 0. */
function obstacle(mode: 'unreachable' | 'prohibit' | 'blackhole', to: readonly Network[]): IpChange {
  const lines = to.map((network) => `${mode} ${formatNetwork(network)} ${OWN} metric 1`)
  return {
    about: to.map((network) => `route ${mode} ${destination(network)} `),
    do: lines.map((line) => `route add ${line}`),
    undo: lines.map((line) => `route del ${line}`),
    device: null,
    gone: [],
    there: to.map((network) => `route ${mode} ${destination(network)} `),
    hit: to.map((network) => `hit: what leaves towards ${formatNetwork(network)}, its own and forwarded`),
    why: 'a route of our own in the way of the wider one',
    // The sender learns it at once; a black hole answers with EINVAL to programs of this machine.
    effect: {blocked: 'reject'},
  }
}

/** As `ip route show` writes it. */
function destination(network: Network): string {
  return network.prefix === 0 ? 'default' : formatNetwork(network)
}

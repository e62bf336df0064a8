/** `neighbour`: a neighbour gets a link-layer address that nobody has, as a wrong answer to ARP would do it. */
import * as z from 'zod'
import type {Capability} from '../../core/capabilities.ts'
import {UserError} from '../../core/errors.ts'
import {EXIT} from '../../core/exit-codes.ts'
import {isSingle} from '../addresses.ts'
import {hasAll, missingError} from '../choose-backend.ts'
import type {FaultScope, Step} from '../fault.ts'
import type {PlannedKind} from '../kind.ts'
import {type Neighbour, readNeighbours} from '../neighbours.ts'
import {routeDevice} from '../observe.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Sight, SightWorld} from '../sight.ts'
import type {Blueprint, Situation} from '../situation.ts'

export const neighbourSchema = z.strictObject({
  kind: z.literal('neighbour'),
  scope: scopeSchema.optional(),
})
export interface NeighbourSpec {
  readonly kind: 'neighbour'
  readonly scope?: FaultScope | undefined
}

const NEEDS: readonly Capability[] = ['linux', 'net-admin', 'ip']

export const neighbour: PlannedKind<NeighbourSpec> = {
  kind: 'neighbour',
  summary: 'give a neighbour a link-layer address that nobody has, as a wrong answer to ARP does',
  example: 'netdrill fault plan neighbour --to 10.0.0.2 --device eth0',
  needs: [NEEDS],
  schema: neighbourSchema,
  needsDevice: true,
  shapes: false,
  look: lookAtNeighbours,
  plan: planNeighbour,
}

/** Locally administered, and ours: "nd" as in the handle 6e64: of tc. */
const NOBODY = '02:6e:64:00:00:01'

async function lookAtNeighbours(
  spec: NeighbourSpec,
  {tools, place, scope}: SightWorld,
): Promise<Sight | null> {
  const addresses = scope.to.map(({address}) => address)
  const [first] = addresses
  const device = spec.scope?.device ?? (first === undefined ? null : await routeDevice(tools, place, first))
  const found = device === null ? null : await readNeighbours(tools, place, {device, addresses})
  return found && {type: 'neighbours', neighbours: found}
}

function planNeighbour(_: NeighbourSpec, situation: Situation): Blueprint {
  const {scope, sight, device} = situation
  const words = 'wrong link-layer address'
  if (scope.to.length === 0 || !scope.to.every(isSingle) || scope.port !== null || scope.protocol !== null)
    throw usage('a neighbour is a single address: the scope needs to, without networks, port or protocol')
  if (scope.from.length > 0) throw usage('a neighbour is the same for every source: leave out from')
  if (!hasAll(situation, NEEDS)) throw missingError(situation, `the fault "${words}"`, [NEEDS])
  if (sight?.type !== 'neighbours' || !device) {
    throw new UserError(
      {
        code: 'CAPABILITY_MISSING',
        message: 'ip does not tell the neighbours here, so they could not be put back',
      },
      EXIT.capability,
    )
  }
  if (device.loopback) throw usage(`${device.name} has no neighbours`)
  const {neighbours} = sight
  const steps = neighbours.map((one) => stepOf(one, device.name))
  const names = neighbours.map(({address}) => address)
  return {
    backend: 'neigh',
    because: 'ip sets the entry that the kernel would learn by itself',
    words: `${words} for ${names.join(', ')}`,
    effect: {blocked: 'drop'},
    warnings: ['not the kernel but the guard ends it; should both be killed, netdrill fault recover does'],
    notes: [
      'an entry that the kernel had learnt is forgotten at the end, and asked for anew with the next packet',
      'only a neighbour on the device itself is hit; a destination behind a router is reached through the router',
    ],
    act: {
      steps,
      hit: [
        `hit: what leaves by ${device.name} to ${names.join(', ')} as the next station, forwarded packets too`,
        'not hit: what arrives, and other neighbours',
      ],
      trace: {type: 'neighbours', device: device.name, before: neighbours, during: NOBODY},
    },
  }
}

function stepOf({address, lladdr, permanent}: Neighbour, device: string): Step {
  const set = (...words: readonly string[]): Step['do'] => ({
    type: 'exec',
    file: 'ip',
    args: ['neigh', ...words],
  })
  const fixed = (to: string): Step['do'] =>
    set('replace', address, 'dev', device, 'lladdr', to, 'nud', 'permanent')
  return {
    do: fixed(NOBODY),
    undo: permanent && lladdr !== null ? fixed(lladdr) : set('del', address, 'dev', device),
    verify: {type: 'act', expect: `${address} at ${NOBODY}`},
    why: 'packets go to a station that is not there: silence, until the entry is asked for anew',
  }
}

function usage(message: string): UserError {
  return new UserError({code: 'USAGE_INVALID', message})
}

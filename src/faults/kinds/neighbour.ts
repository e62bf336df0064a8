/** `neighbour`: a neighbour gets a link-layer address that nobody has, as a wrong answer to ARP would do it. */
import * as z from 'zod'
import type {Capability} from '../../core/capabilities.ts'
import {UserError} from '../../core/errors.ts'
import {EXIT} from '../../core/exit-codes.ts'
import {isSingle} from '../addresses.ts'
import {tableName} from '../backends/nft-parts.ts'
import {hasAll, missingError} from '../choose-backend.ts'
import type {FaultScope, Step} from '../fault.ts'
import {ENDED_BY_GUARD} from '../guard-warning.ts'
import type {PlannedKind} from '../kind.ts'
import {type Neighbour, readNeighbours} from '../neighbours.ts'
import {routeDevice} from '../observe.ts'
import {scopeSchema} from '../scope-schema.ts'
import {silenceTable} from '../silent-neighbours.ts'
import type {Sight, SightWorld} from '../sight.ts'
import type {Blueprint, Situation} from '../situation.ts'

export const neighbourSchema = z.strictObject({
  kind: z.literal('neighbour'),
  mode: z
    .enum(['wrong', 'silent'])
    .default('wrong')
    .describe(
      'wrong: another link-layer address, hence silence; silent: it is not found, hence EHOSTUNREACH',
    ),
  scope: scopeSchema.optional(),
})
export interface NeighbourSpec {
  readonly kind: 'neighbour'
  readonly mode: 'wrong' | 'silent'
  readonly scope?: FaultScope | undefined
}

const WRONG: readonly Capability[] = ['linux', 'net-admin', 'ip']
const SILENT: readonly Capability[] = ['linux', 'net-admin', 'ip', 'nft']

export const neighbour: PlannedKind<NeighbourSpec> = {
  kind: 'neighbour',
  summary:
    'give a neighbour a link-layer address that nobody has, or let it answer neither ARP nor discovery',
  example: 'netdrill fault plan neighbour --to 10.0.0.2 --device eth0',
  needs: [WRONG, SILENT],
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

function planNeighbour({mode}: NeighbourSpec, situation: Situation): Blueprint {
  const {scope, sight, device} = situation
  if (scope.to.length === 0 || !scope.to.every(isSingle) || scope.port !== null || scope.protocol !== null)
    throw usage('a neighbour is a single address: the scope needs to, without networks, port or protocol')
  if (scope.from.length > 0) throw usage('a neighbour is the same for every source: leave out from')
  const needs = mode === 'wrong' ? WRONG : SILENT
  if (!hasAll(situation, needs)) throw missingError(situation, `the fault "neighbour ${mode}"`, [needs])
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
  return {wrong: wrongAddress, silent: notFound}[mode](device.name, sight.neighbours, situation)
}

const NEXT_STATION =
  'only a neighbour on the device itself is hit; a destination behind a router is reached through the router'

function wrongAddress(device: string, neighbours: readonly Neighbour[]): Blueprint {
  const names = neighbours.map(({address}) => address).join(', ')
  return {
    backend: 'neigh',
    because: 'ip sets the entry that the kernel would learn by itself',
    words: `wrong link-layer address for ${names}`,
    effect: {blocked: 'drop'},
    warnings: [ENDED_BY_GUARD],
    notes: [
      'an entry that the kernel had learnt is forgotten at the end, and asked for anew with the next packet',
      NEXT_STATION,
    ],
    act: {
      steps: neighbours.map((one) => stepOf(one, device)),
      hit: [
        `hit: what leaves by ${device} to ${names} as the next station, forwarded packets too`,
        'not hit: what arrives, and other neighbours',
      ],
      trace: {type: 'neighbours', device, before: neighbours, during: NOBODY},
    },
  }
}

function notFound(device: string, before: readonly Neighbour[], {id, lasts}: Situation): Blueprint {
  const addresses = before.map(({address}) => address)
  const names = addresses.join(', ')
  const name = tableName(id)
  return {
    backend: 'neigh',
    because: 'nftables drops what a neighbour says to be found, and ip forgets what was known of it',
    words: `no answer to ARP or neighbour discovery from ${names}`,
    effect: {blocked: 'reject'},
    warnings: [],
    notes: [
      'the kernel asks three times, a second apart, before it says EHOSTUNREACH; who waits less long sees silence',
      'it is not answered either when it asks for us; when the time is over the kernel drops nothing any more',
      NEXT_STATION,
    ],
    act: {
      steps: [
        {
          do: {
            type: 'exec',
            file: 'nft',
            args: ['-f', '-'],
            input: silenceTable(id, lasts, {device, addresses}),
          },
          undo: {type: 'exec', file: 'nft', args: ['delete', 'table', 'netdev', name]},
          verify: {type: 'act', expect: `table netdev ${name} with live elements`},
          why: 'what it says to be found is dropped where it arrives; the kernel drops the matches by itself',
        },
        ...before.map((one) => forgetStep(one, device)),
      ],
      hit: [
        `hit: what leaves by ${device} to ${names} as the next station, forwarded packets too`,
        'not hit: other neighbours, and what arrives from it by itself',
      ],
      trace: {type: 'silent-neighbours', device, table: name, before},
      timed: true,
    },
  }
}

function forgetStep({address, lladdr, permanent}: Neighbour, device: string): Step {
  const neigh = (...words: readonly string[]): Step['do'] => ({
    type: 'exec',
    file: 'ip',
    args: ['neigh', ...words],
  })
  const forget = neigh('del', address, 'dev', device)
  return {
    // To flush what is not there is no failure.
    do: permanent ? forget : neigh('flush', 'to', address, 'dev', device),
    undo:
      permanent && lladdr !== null
        ? neigh('replace', address, 'dev', device, 'lladdr', lladdr, 'nud', 'permanent')
        : forget,
    verify: {type: 'act', expect: `${address} is not known`},
    why: 'what the kernel knows of it is forgotten, so that it has to ask; the failed entry is forgotten at the end',
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

/** `ephemeral-ports`: a place runs out of source ports: connect(2) fails with EADDRNOTAVAIL (ip(7), ip_local_port_range). */
import * as z from 'zod'
import type {Capability} from '../../core/capabilities.ts'
import {UserError} from '../../core/errors.ts'
import {EXIT} from '../../core/exit-codes.ts'
import {hasAll, missingError} from '../choose-backend.ts'
import type {FaultScope} from '../fault.ts'
import {ENDED_BY_GUARD} from '../guard-warning.ts'
import type {PlannedKind} from '../kind.ts'
import {scopeSchema} from '../scope-schema.ts'
import type {Blueprint, Situation} from '../situation.ts'
import type {ExecAction} from '../tools.ts'
import {readSetting} from '../trace.ts'

export const ephemeralPortsSchema = z.strictObject({
  kind: z.literal('ephemeral-ports'),
  count: z
    .int()
    .min(1)
    .max(10_000)
    .default(1)
    .describe('so many source ports are left, which is so many connections to one destination'),
  scope: scopeSchema.optional(),
})
export interface EphemeralPortsSpec {
  readonly kind: 'ephemeral-ports'
  readonly count: number
  readonly scope?: FaultScope | undefined
}

const NEEDS: readonly Capability[] = ['linux', 'net-admin', 'sysctl']
const SETTING = 'net.ipv4.ip_local_port_range'
/** Above the ports of services, below those that kernels hand out by default: hardly anybody holds one of them. */
const FIRST = 20_480

export const ephemeralPorts: PlannedKind<EphemeralPortsSpec> = {
  kind: 'ephemeral-ports',
  summary: 'leave so few source ports that programs can not open further connections',
  example: 'netdrill fault plan ephemeral-ports --count 4 --namespace lab-client --allow-broad',
  needs: [NEEDS],
  schema: ephemeralPortsSchema,
  needsDevice: false,
  shapes: false,
  look: async (_, {tools, place}) => {
    const value = await readSetting(tools, place, SETTING)
    return value === null ? null : {type: 'setting', value}
  },
  plan: planEphemeralPorts,
}

function planEphemeralPorts({count}: EphemeralPortsSpec, situation: Situation): Blueprint {
  const {scope, sight} = situation
  if (
    scope.to.length + scope.from.length > 0 ||
    scope.port !== null ||
    scope.protocol !== null ||
    scope.family
  ) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message:
        'source ports run out for everybody in a place: the scope takes a namespace, pid or container only',
    })
  }
  const words = `${count} source ${count === 1 ? 'port' : 'ports'} left`
  if (!hasAll(situation, NEEDS)) throw missingError(situation, `the fault "${words}"`, [NEEDS])
  if (sight?.type !== 'setting') {
    throw new UserError(
      {code: 'CAPABILITY_MISSING', message: `the setting ${SETTING} can not be read here`},
      EXIT.capability,
    )
  }
  const during = `${FIRST} ${FIRST + count - 1}`
  const set = (value: string): ExecAction => ({
    type: 'exec',
    file: 'sysctl',
    args: ['-q', '-w', `${SETTING}=${value}`],
  })
  return {
    backend: 'sysctl',
    because: 'the kernel chooses source ports from a range, which each network namespace has for itself',
    words,
    effect: {},
    warnings: [ENDED_BY_GUARD],
    notes: [
      'a port may serve several destinations at once; to one destination each serves once',
      'connections that are there, and programs that choose their source port themselves, are not hit',
    ],
    act: {
      steps: [
        {
          do: set(during),
          undo: set(sight.value),
          verify: {type: 'act', expect: `${SETTING} is ${during}`},
          why: 'a range of so many ports; the one from before comes back',
        },
      ],
      hit: ['hit: whatever opens connections or binds any free port in this place, over IPv4 and IPv6'],
      trace: {type: 'setting', name: SETTING, before: sight.value, during},
    },
  }
}

/** A place to plan faults for, without a machine: every capability unless told otherwise. */
import type {Capability} from '../../src/core/capabilities.ts'
import {HOST} from '../../src/core/place.ts'
import {type CompiledPlan, compilePlan} from '../../src/faults/compile-plan.ts'
import type {NetworkState} from '../../src/faults/backends/network-state.ts'
import type {FaultSpec} from '../../src/faults/fault.ts'
import {loadFault} from '../../src/faults/registry.ts'
import type {Sight} from '../../src/faults/sight.ts'
import {parseScope} from '../../src/faults/scope.ts'
import type {DeviceFacts, Situation} from '../../src/faults/situation.ts'

export interface PlanSetting {
  readonly missing?: readonly Capability[]
  readonly device?: Partial<DeviceFacts> | null
  readonly proxy?: boolean
  readonly proxyOnly?: boolean
  readonly crossings?: 1 | 2
  readonly tcVersion?: number
  readonly kernelVersion?: number
  readonly network?: NetworkState
  readonly sight?: Sight
}

const DEVICE: DeviceFacts = {
  name: 'eth0',
  loopback: false,
  mtu: 1500,
  queueLength: 1000,
  root: {owner: 'default', kind: 'noqueue', handle: '0:', used: []},
}

function makeSituation(scope: FaultSpec['scope'], setting: PlanSetting = {}): Situation {
  const missing = setting.missing ?? []
  return {
    id: 'abc',
    lasts: 60_000,
    place: HOST,
    scope: parseScope(scope),
    device: setting.device === null ? null : {...DEVICE, ...setting.device},
    network: setting.network ?? null,
    sight: setting.sight ?? null,
    report: (capability) => {
      const gone = missing.includes(capability)
      return {
        capability,
        status: gone ? 'missing' : 'present',
        found: gone ? 'not found' : 'seen',
        why: '',
        remedy: gone ? `get ${capability}` : '',
      }
    },
    proxy: setting.proxy ?? false,
    proxyOnly: setting.proxyOnly ?? false,
    crossings: setting.crossings ?? 1,
    tcVersion: setting.tcVersion ?? 6.01,
    kernelVersion: setting.kernelVersion ?? 6.01,
  }
}

/** Validates a fault as a document would hold it, and plans it. Throws what the planner throws. */
export async function planWords(
  words: {readonly kind: string} & Readonly<Record<string, unknown>>,
  setting: PlanSetting = {},
): Promise<CompiledPlan> {
  const kind = await loadFault(words.kind)
  const spec = kind.schema.parse(words) as FaultSpec
  const situation = makeSituation(spec.scope, setting)
  const blueprint = kind.plan(spec, situation)
  const tree = setting.missing?.includes('qdisc-prio') || blueprint.backend === 'htb' ? 'htb' : 'prio'
  const choice = 'leaf' in blueprint ? ({tree, minor: 4} as const) : null
  return compilePlan({name: words.kind, kind: words.kind}, situation, blueprint, choice)
}

/** From a blueprint to steps: each with its undo, its check and its reason. Pure. */
import {type Millis, formatDuration} from '../core/units.ts'
import {type TreeKind, classNumber} from './backends/tc-tree.ts'
import {blastRadius} from './blast-radius.ts'
import type {FaultPlan, Step} from './fault.ts'
import {blockTable, classifyTable} from './fault-tables.ts'
import {describeScope} from './scope.ts'
import type {Blueprint, Leaf, Situation} from './situation.ts'
import {describeOffload, offloadStep} from './offload.ts'
import {JOIN_RULES} from './join-leaves.ts'
import {type Joint, jointSteps} from './plan-joints.ts'
import {carrierStep, ifbStep, ipStep, leafStep, nftStep, proxyStep, rootStep} from './plan-steps.ts'

export interface PlanNames {
  readonly name: string
  readonly kind: string
}

/** A leaf with its place in a device's tree. */
export interface LeafPlace {
  readonly device: string
  readonly tree: TreeKind
  readonly minor: number
  readonly leaf: Leaf
}

/** A plan and what the engine needs beyond the words. */
export interface CompiledPlan {
  readonly plan: FaultPlan
  readonly blueprint: Blueprint
  readonly situation: Situation
  readonly shape: LeafPlace | null
  /** The text given to `nft -f -`; null when nft isn't used. */
  readonly table: string | null
  readonly joints: readonly Joint[]
}

export interface LeafChoice {
  readonly tree: TreeKind
  readonly minor: number
  /** Leaves for packets that other faults shape too. */
  readonly joints?: readonly Joint[]
}

export function compilePlan(
  names: PlanNames,
  situation: Situation,
  blueprint: Blueprint,
  choice: LeafChoice | null,
): CompiledPlan {
  switch (blueprint.backend) {
    case 'proxy': {
      const steps = [proxyStep(blueprint)]
      return finish(names, situation, blueprint, {steps, shape: null, table: null})
    }
    case 'carrier': {
      const steps = [carrierStep(blueprint)]
      return finish(names, situation, blueprint, {steps, shape: null, table: null})
    }
    case 'nft': {
      const table = blockTable(tableRequest(situation), situation.device, blueprint.verdict)
      const why = `block what matches; the kernel drops the matches by itself after ${formatDuration(situation.lasts)}`
      return finish(names, situation, blueprint, {
        steps: [nftStep(situation, table, why)],
        shape: null,
        table,
      })
    }
    case 'ss':
    case 'conntrack':
    case 'sysctl':
    case 'neigh':
    case 'signal':
    case 'prlimit':
    case 'cgroup':
    case 'holder': {
      const {steps, table = null} = blueprint.act
      return finish(names, situation, blueprint, {steps, shape: null, table})
    }
    case 'ip':
      return finish(names, situation, blueprint, {
        steps: [ipStep(blueprint.change)],
        shape: null,
        table: null,
      })
    case 'netem':
    case 'tbf':
    case 'htb': {
      return finish(names, situation, blueprint, shapeParts(situation, blueprint.leaf, choice))
    }
  }
}

type Parts = Pick<CompiledPlan, 'shape' | 'table'> &
  Partial<Pick<CompiledPlan, 'joints'>> & {readonly steps: readonly Step[]}

function shapeParts(situation: Situation, leaf: Leaf, choice: LeafChoice | null): Parts {
  const {device} = situation
  if (!device || !choice) throw new TypeError('a shaping fault was planned without a device')
  const {tree, minor, joints = []} = choice
  const shape: LeafPlace = {device: device.name, tree, minor, leaf: leaf}
  const number = classNumber(choice.minor)
  const {ingress} = device
  const table = classifyTable(tableRequest(situation), device, number)
  const why = `send only what is in the scope into the leaf; the kernel ends that after ${formatDuration(situation.lasts)}`
  const steps = [
    ...(device.offload ? [offloadStep(device.offload)] : []),
    ...(ingress ? [ifbStep(device.name, ingress)] : []),
    rootStep(device, shape),
    leafStep(shape),
    ...joints.flatMap((joint) => jointSteps(situation, choice, joint)),
    nftStep(situation, table, why),
  ]
  return {steps, shape, table, joints}
}

function finish(
  names: PlanNames,
  situation: Situation,
  blueprint: Blueprint,
  {steps, shape, table, joints = []}: Parts,
): CompiledPlan {
  const plan: FaultPlan = {
    id: situation.id,
    name: names.name,
    kind: names.kind,
    backend: blueprint.backend,
    because: blueprint.because,
    summary: summaryOf(situation, blueprint),
    place: situation.place,
    device: situation.device?.ingress?.of ?? situation.device?.name ?? null,
    lasts: situation.lasts,
    steps,
    blastRadius: blastRadius(situation, blueprint),
    effect: blueprint.effect,
    ...('act' in blueprint && blueprint.act.once ? {once: true as const} : {}),
    endsByKernel: table !== null || endsByItself(blueprint),
    warnings: [...blueprint.warnings, ...rootWarnings(situation, shape)],
    notes: [
      ...blueprint.notes,
      ...(shape === null ? [] : [JOIN_RULES]),
      ...joints.map(describeJoint),
      ...offloadNotes(situation, shape),
    ],
  }
  return {plan, blueprint, situation, shape, table, joints}
}

function endsByItself(blueprint: Blueprint): boolean {
  return 'act' in blueprint && (blueprint.act.once ?? blueprint.act.timed) === true
}

function offloadNotes({device}: Situation, shape: LeafPlace | null): readonly string[] {
  return shape && device?.offload ? [describeOffload(device.offload)] : []
}

function describeJoint({scope, names, leaf}: Joint): string {
  const limit = leaf.classRate === undefined ? '' : `, rate ${leaf.classRate}bit`
  return `merged with ${names.join(' and ')}: ${describeScope(scope)} gets ${leaf.kind} ${leaf.options.join(' ')}${limit}, until one of them ends`
}

/** What names its victims itself says so in its own words. */
function summaryOf({device, scope}: Situation, blueprint: Blueprint): string {
  if ('act' in blueprint) return blueprint.words
  return `${blueprint.words} ${device?.ingress ? 'from' : 'to'} ${describeScope(scope)}`
}

function tableRequest(situation: Situation): {
  readonly id: string
  readonly lasts: Millis
  readonly scope: Situation['scope']
} {
  const {id, lasts, scope} = situation
  return {id, lasts, scope}
}

function rootWarnings({device}: Situation, shape: LeafPlace | null): readonly string[] {
  if (!shape || !device) return []
  const {root, name} = device
  if (root.owner === 'unknown')
    return [`tc does not say what is on ${name}; if something is there, this fails without touching it`]
  if (device.replaced)
    return [`what ${device.replaced.name} does on ${name} is off while the fault lasts, for all traffic`]
  if (root.kind === 'mq')
    return [`${name} loses its several queues while the fault lasts: high rates may suffer`]
  return []
}

/** From a blueprint to steps: each with its undo, its check and its reason. Pure. */
import {type Millis, formatDuration} from '../core/units.ts'
import {
  type TableFamily,
  renderBlockTable,
  renderClassifyTable,
  renderIngressTable,
  tableName,
} from './backends/nft-table.ts'
import {
  type TreeKind,
  classNumber,
  leafLines,
  leafUndoLines,
  rootLines,
  rootUndoLine,
} from './backends/tc-tree.ts'
import {blastRadius} from './blast-radius.ts'
import type {Action, FaultPlan, Step} from './fault.ts'
import {describeScope} from './scope.ts'
import type {Blueprint, DeviceFacts, Leaf, NetworkChange, Situation} from './situation.ts'
import {tcBatch} from './tools.ts'

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
}

export interface LeafChoice {
  readonly tree: TreeKind
  readonly minor: number
}

export function compilePlan(
  names: PlanNames,
  situation: Situation,
  blueprint: Blueprint,
  choice: LeafChoice | null,
): CompiledPlan {
  const {device} = situation
  switch (blueprint.backend) {
    case 'proxy': {
      const steps = [proxyStep(blueprint)]
      return finish(names, situation, blueprint, {steps, shape: null, table: null})
    }
    case 'nft': {
      const table = renderBlockTable(tableRequest(situation), blueprint.verdict)
      const why = `block what matches; the kernel drops the matches by itself after ${formatDuration(situation.lasts)}`
      return finish(names, situation, blueprint, {
        steps: [nftStep(situation, table, why)],
        shape: null,
        table,
      })
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
      if (!device || !choice) throw new TypeError('a shaping fault was planned without a device')
      const shape: LeafPlace = {device: device.name, ...choice, leaf: blueprint.leaf}
      const number = classNumber(choice.minor)
      const {ingress} = device
      const table = ingress
        ? renderIngressTable({...tableRequest(situation), device: ingress.of}, number, device.name)
        : renderClassifyTable(tableRequest(situation), number)
      const why = `send only what is in the scope into the leaf; the kernel ends that after ${formatDuration(situation.lasts)}`
      const steps = [
        ...(ingress ? [ifbStep(device.name, ingress)] : []),
        rootStep(device, shape),
        leafStep(shape),
        nftStep(situation, table, why),
      ]
      return finish(names, situation, blueprint, {steps, shape, table})
    }
  }
}

type Parts = Pick<CompiledPlan, 'shape' | 'table'> & {readonly steps: readonly Step[]}

function finish(
  names: PlanNames,
  situation: Situation,
  blueprint: Blueprint,
  {steps, shape, table}: Parts,
): CompiledPlan {
  const plan: FaultPlan = {
    id: situation.id,
    name: names.name,
    kind: names.kind,
    backend: blueprint.backend,
    because: blueprint.because,
    summary: `${blueprint.words} ${situation.device?.ingress ? 'from' : 'to'} ${describeScope(situation.scope)}`,
    place: situation.place,
    device: situation.device?.name ?? null,
    lasts: situation.lasts,
    steps,
    blastRadius: blastRadius(situation, blueprint),
    effect: blueprint.effect,
    endsByKernel: table !== null,
    warnings: [...blueprint.warnings, ...rootWarnings(situation, shape)],
    notes: blueprint.notes,
  }
  return {plan, blueprint, situation, shape, table}
}

function tableRequest(situation: Situation): {
  readonly id: string
  readonly lasts: Millis
  readonly scope: Situation['scope']
  readonly device: string | null
} {
  const {id, lasts, scope, device} = situation
  return {id, lasts, scope, device: device?.name ?? null}
}

/** An ifb takes packets that were sent to it and lets them arrive again, from the device they came by. */
function ifbStep(name: string, {of, there}: NonNullable<DeviceFacts['ingress']>): Step {
  const lines = [`link add name ${name} type ifb`, `link set dev ${name} up`]
  const batch = (input: readonly string[]): Action => ({
    type: 'exec',
    file: 'ip',
    args: ['-batch', '-'],
    input: `${input.join('\n')}\n`,
  })
  return {
    do: there ? {type: 'none'} : batch(lines),
    undo: batch([`link del dev ${name}`]),
    shared: true,
    verify: {type: 'none', expect: 'seen together with its leaf'},
    why: there
      ? `${name} already carries what arrives at ${of}; the last fault to leave removes it`
      : `a device through which what arrives at ${of} is led, since only what leaves a device can be shaped`,
  }
}

function rootStep(device: DeviceFacts, {tree}: LeafPlace): Step {
  const exists = device.root.owner === 'ours'
  const add: Action = exists ? {type: 'none'} : tcBatch(rootLines(device.name, tree, device.queueLength))
  return {
    do: add,
    undo: tcBatch([rootUndoLine(device.name)]),
    shared: true,
    verify: {type: 'none', expect: 'seen together with its leaf'},
    why: exists
      ? `${device.name} already has our tree; the last fault to leave removes it`
      : `a root with classes, so that only a part of the traffic is shaped; what was there (${device.root.kind || 'unknown'}) comes back when it goes`,
  }
}

function leafStep({device, tree, minor, leaf}: LeafPlace): Step {
  return {
    do: tcBatch(leafLines(device, tree, minor, leaf)),
    undo: tcBatch(leafUndoLines(device, tree, minor)),
    verify: {type: 'tc-qdisc', expect: `${leaf.kind} ${leaf.options.join(' ')}`},
    why: `the fault itself, in a class that no other traffic gets into`,
  }
}

function nftStep(situation: Situation, table: string, why: string): Step {
  const family = tableFamily(situation.device)
  return {
    do: {type: 'exec', file: 'nft', args: ['-f', '-'], input: table},
    undo: {type: 'exec', file: 'nft', args: ['delete', 'table', family, tableName(situation.id)]},
    verify: {type: 'nft-table', expect: `table ${family} ${tableName(situation.id)} with live elements`},
    why,
  }
}

/** In which family of nftables a fault's table is. */
export function tableFamily(device: DeviceFacts | null): TableFamily {
  return device?.ingress ? 'netdev' : 'inet'
}

function ipStep(change: NetworkChange): Step {
  const batch = (lines: readonly string[], ...more: readonly string[]): Action => ({
    type: 'exec',
    file: 'ip',
    args: [...more, '-batch', '-'],
    input: `${lines.join('\n')}\n`,
  })
  return {
    do: batch(change.do),
    undo: batch(change.undo, '-force'),
    verify: {type: 'ip', expect: [...change.there, ...change.gone.map((line) => `no ${line}`)].join('; ')},
    why: change.why,
  }
}

function proxyStep(blueprint: Extract<Blueprint, {backend: 'proxy'}>): Step {
  return {
    do: {type: 'impair', effects: blueprint.effects},
    undo: {type: 'impair', effects: []},
    verify: {type: 'proxy', expect: blueprint.words},
    why: 'the proxy does this to every connection through it',
  }
}

function rootWarnings({device}: Situation, shape: LeafPlace | null): readonly string[] {
  if (!shape || !device) return []
  const {root, name} = device
  if (root.owner === 'unknown')
    return [`tc does not say what is on ${name}; if something is there, this fails without touching it`]
  if (root.kind === 'mq')
    return [`${name} loses its several queues while the fault lasts: high rates may suffer`]
  return []
}

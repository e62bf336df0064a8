/** The steps of a plan: each with its undo, its check and its reason. Pure. */
import {tableName} from './backends/nft-parts.ts'
import {leafLines, leafUndoLines, rootLines, rootUndoLine} from './backends/tc-tree.ts'
import type {LeafPlace} from './compile-plan.ts'
import type {Action, Step} from './fault.ts'
import {tableFamily} from './fault-tables.ts'
import type {Blueprint, DeviceFacts, NetworkChange, Situation} from './situation.ts'
import {tcBatch} from './tools.ts'

/** An ifb takes packets that were sent to it and lets them arrive again, from the device they came by. */
export function ifbStep(name: string, {of, there}: NonNullable<DeviceFacts['ingress']>): Step {
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

export function rootStep(device: DeviceFacts, {tree}: LeafPlace): Step {
  const exists = device.root.owner === 'ours'
  const {name, queueLength, replaced} = device
  const verb = replaced ? 'replace' : 'add'
  const add: Action = exists ? {type: 'none'} : tcBatch(rootLines(name, tree, queueLength, verb))
  return {
    do: add,
    undo: tcBatch([rootUndoLine(name), ...(replaced?.restore ?? [])]),
    shared: true,
    verify: {type: 'none', expect: 'seen together with its leaf'},
    why: exists
      ? `${device.name} already has our tree; the last fault to leave removes it`
      : `a root with classes, so that only a part of the traffic is shaped; what was there (${replaced?.name ?? (device.root.kind || 'unknown')}) ${replaced ? 'is written down, and put back' : 'comes back'} when it goes`,
  }
}

export function leafStep(
  {device, tree, minor, leaf}: LeafPlace,
  why = 'the fault itself, in a class that no other traffic gets into',
): Step {
  return {
    do: {...tcBatch(leafLines(device, tree, minor, leaf)), ...(leaf.tables && {tables: leaf.tables})},
    undo: tcBatch(leafUndoLines(device, tree, minor)),
    minor,
    verify: {type: 'tc-qdisc', expect: `${leaf.kind} ${leaf.options.join(' ')}`},
    why,
  }
}

export function nftStep({id, device}: Pick<Situation, 'id' | 'device'>, table: string, why: string): Step {
  const family = tableFamily(device)
  return {
    do: {type: 'exec', file: 'nft', args: ['-f', '-'], input: table},
    undo: {type: 'exec', file: 'nft', args: ['delete', 'table', family, tableName(id)]},
    verify: {type: 'nft-table', expect: `table ${family} ${tableName(id)} with live elements`},
    why,
  }
}

export function ipStep(change: NetworkChange): Step {
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

export function carrierStep(blueprint: Extract<Blueprint, {backend: 'carrier'}>): Step {
  return {
    do: {type: 'impair-link', effect: blueprint.carry},
    undo: {type: 'impair-link', effect: null},
    verify: {type: 'link', expect: blueprint.words},
    why: 'netdrill carries the packets of this link itself, and does it to those in the scope',
  }
}

export function proxyStep(blueprint: Extract<Blueprint, {backend: 'proxy'}>): Step {
  return {
    do: {type: 'impair', effects: blueprint.effects},
    undo: {type: 'impair', effects: []},
    verify: {type: 'proxy', expect: blueprint.words},
    why: 'the proxy does this to every connection through it',
  }
}

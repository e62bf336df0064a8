/** Which class of a device's tree a fault gets, and whether it may have one. Pure. */
import type {UserError} from '../core/errors.ts'
import {type TreeKind, freeLeaf} from './backends/tc-tree.ts'
import {has} from './choose-backend.ts'
import type {LeafChoice} from './compile-plan.ts'
import {type LedgerEntry, isOpen, sameDevice} from './ledger.ts'
import {originalOffload} from './offload.ts'
import {minorsOf} from './plan-joints.ts'
import {refused} from './refused.ts'
import type {Blueprint, DeviceFacts, Leaf, Situation} from './situation.ts'

/** Our root may stand instead of another: one that is there now, or one that an earlier fault has replaced. */
export function withReplaced(
  {device: seen, place}: Situation,
  entries: readonly LedgerEntry[],
): DeviceFacts | null {
  const device = seen?.offload ? {...seen, offload: originalOffload(seen.offload, place, entries)} : seen
  if (device?.foreign && 'restore' in device.foreign) return {...device, replaced: device.foreign}
  if (device?.root.owner !== 'ours') return device
  const where = {place, device: device.name}
  const {replaced} = entries.find((one) => isOpen(one) && one.replaced && sameDevice(one, where)) ?? {}
  return replaced ? {...device, replaced} : device
}

/** Faults that are not undone yet and have a leaf in the same tree. */
export function neighboursOf(
  {device, place}: Situation,
  entries: readonly LedgerEntry[],
): readonly LedgerEntry[] {
  if (!device) return []
  return entries.filter(
    (entry) => isOpen(entry) && entry.leaf !== null && sameDevice(entry, {place, device: device.name}),
  )
}

/** Checks that the device is ours to shape, and picks the class for the new leaf. */
export function chooseLeaf(
  situation: Situation,
  blueprint: Extract<Blueprint, {leaf: Leaf}>,
  entries: readonly LedgerEntry[],
): LeafChoice {
  const {device} = situation
  if (!device) throw new TypeError('a shaping fault was planned without a device')
  const neighbours = neighboursOf(situation, entries)
  const tree = chooseTree(situation, device, blueprint)
  checkNeighbours(blueprint.leaf, neighbours)
  const taken = new Set(neighbours.flatMap(minorsOf))
  const minor = freeLeaf(device.root, taken)
  if (minor === null) {
    throw refused('FAULT_OVERLAP', `${device.name} already carries as many faults as its tree has leaves`, [])
  }
  return {tree, minor}
}

function chooseTree(situation: Situation, device: DeviceFacts, blueprint: Blueprint): TreeKind {
  const {root} = device
  if (root.owner === 'foreign' && !device.replaced) throw foreignRoot(device)
  const needsHtb = blueprint.backend === 'htb'
  if (root.owner === 'ours') {
    const kind: TreeKind = root.kind === 'htb' ? 'htb' : 'prio'
    if (needsHtb && kind !== 'htb') {
      throw refused('FAULT_OVERLAP', `the tree of ${device.name} is a prio one, where htb can not limit`, [])
    }
    return kind
  }
  return !needsHtb && has(situation, 'qdisc-prio') ? 'prio' : 'htb'
}

function foreignRoot({name, root, foreign}: DeviceFacts): UserError {
  const what = `${name} has the root qdisc ${root.kind} ${root.handle}, which netdrill did not make`
  const see = `see it with: tc qdisc show dev ${name}`
  if (!foreign) {
    return refused('FAULT_FOREIGN_QDISC', what, [
      see,
      'to have it written down, replaced and put back: --replace-root (in a document: replace_root: true)',
    ])
  }
  const because = 'problem' in foreign ? foreign.problem : ''
  return refused('FAULT_FOREIGN_QDISC', `${what} and can not put back faithfully: ${because}`, [see])
}

function checkNeighbours(leaf: Leaf, neighbours: readonly LedgerEntry[]): void {
  for (const entry of neighbours) {
    const emulators = [leaf, entry.leaf?.leaf].filter((one) => one?.kind === 'netem')
    if (emulators.length === 2 && emulators.some((one) => one && 'duplicate.duplicate' in one.expect)) {
      throw refused(
        'FAULT_OVERLAP',
        `the kernel allows no second netem in a tree where one duplicates packets, and ${entry.name} is in force`,
        [],
      )
    }
  }
}

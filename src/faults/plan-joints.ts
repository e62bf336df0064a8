/** Which leaves a fault shares with others that shape some of its packets, and the steps that make them. Pure. */
import type {Millis} from '../core/units.ts'
import {hookOf} from './backends/nft-table.ts'
import {classNumber, freeLeaf} from './backends/tc-tree.ts'
import type {LeafChoice} from './compile-plan.ts'
import type {Step} from './fault.ts'
import {classifyTable} from './fault-tables.ts'
import {type Mixed, joinLeaves} from './join-leaves.ts'
import {type LedgerEntry, type LedgerJoint, isOpen} from './ledger.ts'
import {leafStep, nftStep} from './plan-steps.ts'
import {refused} from './refused.ts'
import {type Scope, describeScope, intersectScopes} from './scope.ts'
import type {DeviceFacts, RootState, Situation} from './situation.ts'

/** A leaf for the packets that lie in the scopes of several faults. */
export interface Joint extends LedgerJoint {
  /** Until the first of the faults ends. */
  readonly lasts: Millis
  /** Of the others, for people. */
  readonly names: readonly string[]
  /** The text given to `nft -f -`. */
  readonly table: string
}

interface Group {
  readonly members: readonly LedgerEntry[]
  readonly scope: Scope
}

export interface JointRequest {
  readonly situation: Situation
  readonly own: Mixed
  readonly choice: LeafChoice
  /** Open entries with a leaf on the same device. */
  readonly neighbours: readonly LedgerEntry[]
  readonly now: Millis
}

/** One for each group of faults in force that has packets in common with this one. Throws FAULT_OVERLAP. */
export function planJoints(request: JointRequest): readonly Joint[] {
  const {situation, choice, neighbours, now} = request
  const used = new Set([choice.minor, ...neighbours.flatMap(minorsOf)])
  // What the kernel has ended already has no packets any more.
  const live = neighbours.filter((entry) => entry.until > now)
  return groupsOf(live).flatMap((group) => {
    const scope = intersectScopes(situation.scope, group.scope)
    if (scope === null) return []
    const minor = nextLeaf(situation.device, used)
    used.add(minor)
    return [planJoint(request, group, {scope, minor})]
  })
}

/** All leaves of the device that an open fault has to do with. */
export function minorsOf({leaf, joints = []}: LedgerEntry): readonly number[] {
  return [...(leaf ? [leaf.minor] : []), ...joints.map(({minor}) => minor)]
}

/** Every fault alone, and what some of them share already. */
function groupsOf(entries: readonly LedgerEntry[]): readonly Group[] {
  const shared = new Map(
    entries.flatMap(({joints = []}) => joints.map((joint) => [joint.id, joint] as const)),
  )
  const joined = [...shared.values()].flatMap(({members, scope}) => {
    const found = entries.filter((entry) => isOpen(entry) && members.includes(entry.id))
    return found.length === members.length ? [{members: found, scope}] : []
  })
  return [...entries.map((entry) => ({members: [entry], scope: entry.scope})), ...joined]
}

function nextLeaf(device: DeviceFacts | null, used: ReadonlySet<number>): number {
  const root: RootState = device?.root ?? {owner: 'unknown', kind: '', handle: '', used: []}
  const minor = freeLeaf(root, used)
  if (minor !== null) return minor
  throw refused(
    'FAULT_OVERLAP',
    `${device?.name ?? ''} has no leaf left for the packets that this fault shares with others`,
    [],
  )
}

function planJoint(
  {situation, own, now}: JointRequest,
  {members}: Group,
  {scope, minor}: {readonly scope: Scope; readonly minor: number},
): Joint {
  const names = members.map(({name}) => name)
  const mixes = members.map(mixedOf)
  const leaf = mixes.includes(null)
    ? 'one of them was made by an older netdrill'
    : joinLeaves([...mixes.flatMap((one) => one ?? []), own])
  const ids = [situation.id, ...members.map(({id}) => id)]
  const id = ids.join('_and_')
  const lasts = Math.min(situation.lasts, ...members.map(({until}) => until - now))
  const hooks = new Set([situation.scope, ...members.map((one) => one.scope)].map(hookOf))
  const mixed = hooks.size > 1
  const reason = typeof leaf === 'string' ? leaf : mixed && scope.sender?.cgroup !== undefined ? GROUP : null
  if (reason !== null || typeof leaf === 'string') {
    throw refused(
      'FAULT_OVERLAP',
      `the fault ${names.join(' and ')} (${members[0]?.summary ?? ''}) shapes packets of this scope, and the two can not be joined: ${reason ?? ''}`,
      ['one fault can do several things at once: give delay, loss and rate together'],
    )
  }
  const hook = mixed ? ('postrouting' as const) : hookOf(scope)
  const table = tableOf(situation, {id, lasts, scope, minor, joins: members.length, hook})
  return {id, members: ids, minor, leaf, scope, lasts, names, table}
}

/** Where a packet leaves, its control group is not known any more. */
const GROUP = 'one of them is for a control group and the other is not'

function mixedOf({leaf}: LedgerEntry): Mixed | null {
  return leaf?.mix ? {leaf: leaf.leaf, mix: leaf.mix} : null
}

function tableOf(
  {device}: Situation,
  {
    minor,
    ...asked
  }: {
    readonly id: string
    readonly lasts: Millis
    readonly scope: Scope
    readonly minor: number
    readonly joins: number
    readonly hook: 'output' | 'postrouting'
  },
): string {
  return classifyTable(asked, device, classNumber(minor))
}

export function jointSteps(
  situation: Situation,
  {tree}: LeafChoice,
  {id, minor, leaf, names, table, scope}: Joint,
): readonly Step[] {
  const {device} = situation
  const shared = `${describeScope(scope)}, which ${names.join(' and ')} shapes too`
  return [
    {
      ...leafStep({device: device?.name ?? '', tree, minor, leaf}, `both effects at once for ${shared}`),
      joint: id,
    },
    {
      ...nftStep({id, device}, table, `send what is in both scopes into that leaf, after either alone`),
      joint: id,
    },
  ]
}

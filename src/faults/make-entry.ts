/** What the ledger says about a fault before the kernel is touched. */
import type {KeptLink} from '../core/kept-links.ts'
import {HOST} from '../core/place.ts'
import type {GuardLink, Ports} from '../core/ports.ts'
import {type Snapshot, takeSnapshot} from './backends/snapshot.ts'
import type {CompiledPlan} from './compile-plan.ts'
import {tableFamily} from './fault-tables.ts'
import {type Home, type ProcessIdentity, identify} from './identity.ts'
import {undoSteps} from './kernel-fault.ts'
import {
  type Ledger,
  type LedgerEntry,
  type LedgerJoint,
  type LedgerLeaf,
  isOpen,
  sameDevice,
} from './ledger.ts'
import type {Joint} from './plan-joints.ts'
import type {Tools} from './tools.ts'

interface EntryOwner {
  readonly run: string
  readonly home: Home
  readonly self: ProcessIdentity
  readonly guard: GuardLink
}

interface EntryWorld {
  readonly ports: Pick<Ports, 'clock' | 'files'>
  readonly tools: Tools
  readonly ledger: Ledger
}

export async function makeEntry(
  compiled: CompiledPlan,
  owner: EntryOwner,
  world: EntryWorld,
): Promise<LedgerEntry> {
  const {plan, situation, shape, table} = compiled
  const {clock, files} = world.ports
  const {place} = plan
  return {
    schema: 'netdrill/ledger/1',
    id: situation.id,
    run: owner.run,
    name: plan.name,
    kind: plan.kind,
    backend: plan.backend,
    summary: plan.summary,
    place,
    placeProcess: place.kind === 'process' ? await identify(files, place.pid) : null,
    placeNamespace: place.kind === 'process' ? await namespaceOf(place.pid, world.tools) : null,
    home: owner.home,
    device: shape?.device ?? plan.device,
    scope: situation.scope,
    table: table !== null,
    tableFamily: tableFamily(situation.device),
    owner: owner.self,
    guard: await identify(files, owner.guard.pid),
    detached: false,
    started: new Date(clock.wall()).toISOString(),
    lasts: plan.lasts,
    until: clock.now() + plan.lasts,
    state: 'planned',
    undo: undoSteps(plan),
    before: shape === null ? null : await snapshotBefore(compiled, shape.device, world),
    ...contentOf(compiled),
  }
}

function contentOf(
  compiled: CompiledPlan,
): Pick<LedgerEntry, 'leaf' | 'joints' | 'offload' | 'replaced' | 'trace' | 'work' | 'network' | 'carried'> {
  const {shape, situation, blueprint} = compiled
  return {
    leaf: leafOf(compiled),
    joints: compiled.joints.map(jointOf),
    carried: blueprint.backend === 'carrier' ? carriedOf(situation) : null,
    offload: shape === null ? null : (situation.device?.offload ?? null),
    replaced: shape === null ? null : (situation.device?.replaced ?? null),
    trace: 'act' in blueprint ? blueprint.act.trace : null,
    work: 'act' in blueprint ? (blueprint.act.work ?? null) : null,
    network: changeOf(blueprint),
  }
}

function changeOf(blueprint: CompiledPlan['blueprint']): NonNullable<LedgerEntry['network']> | null {
  if (blueprint.backend !== 'ip') return null
  const {device, about = null, before} = blueprint.change
  return {device, about, before}
}

function carriedOf({kept}: CompiledPlan['situation']): KeptLink | null {
  if (!kept?.end) return null
  const {lab, link, socket, keeper} = kept.end
  return {lab, link, socket, keeper}
}

function leafOf({shape, blueprint}: CompiledPlan): LedgerLeaf | null {
  if (shape === null || !('leaf' in blueprint)) return null
  return {minor: shape.minor, leaf: shape.leaf, mix: blueprint.mix}
}

function jointOf({id, members, minor, leaf, scope}: Joint): LedgerJoint {
  return {id, members, minor, leaf, scope}
}

async function namespaceOf(pid: number, tools: Tools): Promise<string | null> {
  const args = [`/proc/${pid}/ns/net`]
  const result = await tools.run(HOST, {type: 'exec', file: 'readlink', args})
  return result.exitCode === 0 ? result.stdout.trim() : null
}

/** The state before the first of our faults on the device: a tree of ours is not part of it. */
async function snapshotBefore(
  {plan, situation}: CompiledPlan,
  device: string,
  {tools, ledger}: EntryWorld,
): Promise<Snapshot | null> {
  if (situation.device?.root.owner !== 'ours') return takeSnapshot(tools, plan.place, device)
  const {entries} = await ledger.all()
  const sibling = entries.find(
    (entry) => isOpen(entry) && entry.leaf !== null && sameDevice(entry, {place: plan.place, device}),
  )
  return sibling?.before ?? null
}

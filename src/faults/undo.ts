/**
 * Undoes one ledger entry and looks whether it is really gone. Steps may have been done before, by us, by the kernel
 * or by somebody else: what counts is the state afterwards, not the exit codes on the way.
 */
import {HOST, type Place} from '../core/place.ts'
import type {PrivateSockets} from '../core/kept-links.ts'
import type {Clock, Files} from '../core/ports.ts'
import {showTree} from './backends/foreign-root.ts'
import {tableName} from './backends/nft-parts.ts'
import {readNetwork} from './backends/network-state.ts'
import {compareSnapshots, takeSnapshot} from './backends/snapshot.ts'
import {ROOT_HANDLE, classId, leafHandle, leafMinor} from './backends/tc-tree.ts'
import {type Home, isAlive} from './identity.ts'
import {asNumber} from './json-shape.ts'
import type {LedgerEntry, UndoStep} from './ledger.ts'
import {type QdiscEntry, readQdiscs} from './observe.ts'
import {offloadDifferences} from './offload.ts'
import {minorsOf} from './plan-joints.ts'
import type {Tools} from './tools.ts'
import {leftovers} from './trace.ts'

export interface UndoWorld {
  readonly tools: Tools
  readonly files: Files
  readonly clock: Clock
  readonly home: Home
  /** Where holders write down who they are. */
  readonly stateFolder: string
  readonly sockets: PrivateSockets
}

export interface UndoResult {
  /** What was there before is there again. */
  readonly restored: boolean
  readonly differences: readonly string[]
}

/** Packets waiting in a leaf get this long to leave before it goes, so that the end of a delay loses none. */
const DRAIN = 250
const DRAIN_STEP = 10

export async function undoEntry(world: UndoWorld, entry: LedgerEntry): Promise<UndoResult> {
  const place = await reachablePlace(world, entry)
  if (place === 'unreachable') {
    return {restored: false, differences: ['its network namespace can not be entered from here']}
  }
  // A machine that has started anew has none of its processes any more.
  const sameBoot = entry.home.boot === world.home.boot
  for (const {action, victim} of entry.undo.filter((one) => one.onHost === true && sameBoot)) {
    // A process id that was given to somebody else meanwhile must not be touched.
    if (victim === undefined || (await isAlive(world.files, victim))) await world.tools.run(HOST, action)
  }
  if (place === null) return {restored: true, differences: []}
  for (const step of entry.undo.filter((one) => one.onHost !== true))
    await undoStep(world, place, entry, step)
  const differences = await findDifferences(world, place, entry)
  return {restored: differences.length === 0, differences}
}

async function undoStep(world: UndoWorld, place: Place, entry: LedgerEntry, step: UndoStep): Promise<void> {
  const isLeaf = step.action.file === 'tc' && !step.onlyIfTreeUnused
  if (isLeaf) await drain(world, place, entry.device, step.minor ?? entry.leaf?.minor ?? null)
  if (step.onlyIfTreeUnused && (await treeInUse(world, place, entry))) return
  await world.tools.run(place, step.action)
}

/**
 * Where the entry's place is now: null when it is gone and everything in it, `unreachable` when it lives somewhere
 * that can't be entered from here.
 */
async function reachablePlace(world: UndoWorld, entry: LedgerEntry): Promise<Place | null | 'unreachable'> {
  const {place, home} = entry
  if (home.boot !== world.home.boot) return null
  if (place.kind === 'process') return processPlace(world, entry, place)
  if (home.namespace === world.home.namespace) {
    if (place.kind === 'host') return place
    const names = await world.files.list('/run/netns')
    return names.includes(place.name) ? place : null
  }
  if (place.kind === 'netns') return place
  return otherNamespace(world, home.namespace)
}

/** Others may live on where a process has ended. A table or a leaf of ours tells that it is still the same namespace. */
async function processPlace(world: UndoWorld, entry: LedgerEntry, place: Place): Promise<Place | null> {
  if (entry.placeProcess && (await isAlive(world.files, entry.placeProcess))) return place
  const namespace = entry.placeNamespace ?? null
  if (namespace === null || (!entry.table && entry.leaf === null)) return null
  const found = await otherNamespace(world, namespace)
  return found === 'unreachable' ? null : found
}

/** The process that still lives in a namespace, found through lsns(8); null when nobody does. */
async function otherNamespace(
  world: UndoWorld,
  namespace: string | null,
): Promise<Place | null | 'unreachable'> {
  const number = /\[(\d+)\]/.exec(namespace ?? '')?.[1]
  if (number === undefined) return 'unreachable'
  const result = await world.tools.run(HOST, {
    type: 'exec',
    file: 'lsns',
    args: ['-n', '-t', 'net', '-o', 'NS,PID'],
  })
  if (result.exitCode !== 0) return 'unreachable'
  const line = result.stdout.split('\n').find((text) => text.trim().split(/\s+/)[0] === number)
  const pid = Number(line?.trim().split(/\s+/)[1])
  return line === undefined ? null : {kind: 'process', pid, user: false, name: `process ${pid}`}
}

async function drain(
  world: UndoWorld,
  place: Place,
  device: string | null,
  minor: number | null,
): Promise<void> {
  if (device === null || minor === null) return
  const deadline = world.clock.now() + DRAIN
  for (;;) {
    const qdiscs = await readQdiscs(world.tools, place, device, true)
    const found = qdiscs?.find((qdisc) => qdisc.handle === leafHandle(minor))
    if ((asNumber(found?.whole['qlen']) ?? 0) === 0 || world.clock.now() >= deadline) return
    await world.clock.sleep(DRAIN_STEP)
  }
}

async function treeInUse(world: UndoWorld, place: Place, entry: LedgerEntry): Promise<boolean> {
  if (entry.device === null) return false
  const qdiscs = await readQdiscs(world.tools, place, entry.device)
  return qdiscs !== null && leavesOf(qdiscs).length > 0
}

function leavesOf(qdiscs: readonly QdiscEntry[]): readonly number[] {
  return qdiscs.flatMap((qdisc) => leafMinor(qdisc.handle, qdisc.parent) ?? [])
}

async function findDifferences(
  world: UndoWorld,
  place: Place,
  entry: LedgerEntry,
): Promise<readonly string[]> {
  return [
    ...(entry.table ? await tablesLeft(world, place, entry) : []),
    ...(entry.trace ? await leftovers({...world, place, forgotten: 0}, entry.trace) : []),
    ...(entry.network ? await networkDifferences(world, place, entry.network) : []),
    ...(entry.offload ? await offloadDifferences(world.tools, place, entry.offload) : []),
    ...(entry.leaf === null ? [] : await treeDifferences(world, place, entry)),
  ]
}

/** An address of IPv6 and what depends on it come back a moment after their link. */
const SETTLES = 2000
const SETTLE_STEP = 50

async function networkDifferences(
  world: UndoWorld,
  place: Place,
  {device, about, before}: NonNullable<LedgerEntry['network']>,
): Promise<readonly string[]> {
  const counts = (line: string): boolean => about === null || about.some((start) => line.startsWith(start))
  const deadline = world.clock.now() + SETTLES
  for (;;) {
    const state = await readNetwork(world.tools, place, device)
    if (state === null && device !== null && (await deviceIsGone(world, place, device))) return []
    const differences =
      state === null
        ? ['ip does not say what is there']
        : compareSnapshots(before.filter(counts), state.lines.filter(counts))
    if (differences.length === 0 || world.clock.now() >= deadline) return differences
    await world.clock.sleep(SETTLE_STEP)
  }
}

async function tablesLeft(world: UndoWorld, place: Place, entry: LedgerEntry): Promise<readonly string[]> {
  const names = [entry.id, ...(entry.joints ?? []).map(({id}) => id)].map(tableName)
  const family = entry.tableFamily ?? 'inet'
  const result = await world.tools.run(place, {type: 'exec', file: 'nft', args: ['list', 'tables', family]})
  if (result.exitCode !== 0) return [`nft does not say whether the table ${names.join(', ')} is gone`]
  const lines = result.stdout.split('\n').map((line) => line.trim())
  const left = names.filter((name) => lines.includes(`table ${family} ${name}`))
  return left.map((name) => `the table ${family} ${name} is still there`)
}

async function treeDifferences(
  world: UndoWorld,
  place: Place,
  entry: LedgerEntry,
): Promise<readonly string[]> {
  const {device, leaf, before} = entry
  if (device === null || leaf === null) return []
  const qdiscs = await readQdiscs(world.tools, place, device)
  if (qdiscs === null && (await deviceIsGone(world, place, device))) return []
  const left = qdiscs && minorsOf(entry).flatMap((minor) => leftInTree(qdiscs, device, minor) ?? [])
  if (left?.length) return [...new Set(left)]
  // While other faults keep the tree, the whole can't equal what was there before it.
  if (qdiscs && leavesOf(qdiscs).length > 0) return []
  if (before === null) return replacedDifferences(world, place, entry)
  const now = await takeSnapshot(world.tools, place, device)
  return [...compareSnapshots(before, now), ...(await replacedDifferences(world, place, entry))]
}

async function replacedDifferences(
  world: UndoWorld,
  place: Place,
  {replaced}: LedgerEntry,
): Promise<readonly string[]> {
  if (!replaced) return []
  const {name, shows, shown} = replaced
  const now = await showTree(world.tools, place, shows)
  return now !== null && now.every((text, index) => text === shown[index])
    ? []
    : [`the root ${name} is not as it was`]
}

/** What of ours is still in the device's tree, in words. */
function leftInTree(qdiscs: readonly QdiscEntry[], device: string, minor: number): string | null {
  // Entries without names are those of a tc that speaks otherwise: what is left can't be told from them.
  if (qdiscs.some(({kind, handle}) => kind === '' || handle === '')) {
    return `tc does not say in known words what is left on ${device}`
  }
  if (qdiscs.some(({handle, parent}) => handle === leafHandle(minor) && parent === classId(minor))) {
    return `the leaf ${classId(minor)} of ${device} is still there`
  }
  if (leavesOf(qdiscs).length > 0) return null
  return qdiscs.some(({root, handle}) => root && handle === ROOT_HANDLE)
    ? `our root ${ROOT_HANDLE} of ${device} is still there`
    : null
}

/** A device takes its qdiscs with it. */
async function deviceIsGone(world: UndoWorld, place: Place, device: string): Promise<boolean> {
  const args = ['link', 'show', 'dev', device]
  const result = await world.tools.run(place, {type: 'exec', file: 'ip', args})
  return !result.notFound && !result.timedOut && result.exitCode !== 0
}

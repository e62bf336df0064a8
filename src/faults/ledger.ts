/**
 * The write-ahead record of faults on disk, one file each, written before the kernel is touched: what to undo, in
 * which place, until when, and what was there before. Whoever finds it can finish the undo.
 */
import {join} from 'node:path'
import type {KeptLink} from '../core/kept-links.ts'
import type {Place} from '../core/place.ts'
import type {Files, Host} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import type {TableFamily} from './backends/nft-parts.ts'
import type {ReplacedRoot} from './backends/foreign-root.ts'
import type {Snapshot} from './backends/snapshot.ts'
import type {Mix} from './join-leaves.ts'
import type {Home, ProcessIdentity} from './identity.ts'
import type {Offload} from './offload.ts'
import type {Leaf} from './situation.ts'
import type {Scope} from './scope.ts'
import type {ExecAction} from './tools.ts'
import type {Trace} from './trace.ts'
import type {Work} from './work.ts'

export interface UndoStep {
  readonly action: ExecAction
  /** Only when no other fault has a leaf in the device's tree. */
  readonly onlyIfTreeUnused: boolean
  /** Done here, whatever place the fault acts in, and even when that is gone. */
  readonly onHost?: boolean
  /** Only while this very process lives. */
  readonly victim?: ProcessIdentity
  /** Of the leaf that it removes, which is drained before. */
  readonly minor?: number
  /** Not while another fault wants the device's offload off. */
  readonly offload?: true
  /** Of a leaf or table that several faults share: the first of them to leave undoes it. */
  readonly joint?: string
}

export interface LedgerLeaf {
  readonly minor: number
  readonly leaf: Leaf
  /** Absent in entries of older versions, which nothing is joined with. */
  readonly mix?: Mix
}

/** A leaf for packets of several faults, and the table that leads there. */
export interface LedgerJoint {
  /** Names the table. */
  readonly id: string
  /** Ids of the faults; it goes with the first of them. */
  readonly members: readonly string[]
  readonly minor: number
  readonly leaf: Leaf
  readonly scope: Scope
}

/** One listener of a process. */
export interface ServedProxy {
  readonly name: string
  /** `ADDRESS:PORT`, where clients connect to and where it leads. */
  readonly listens: string
  readonly upstream: string
  /** What it does to what passes, in words; none for one that only passes on. */
  readonly does: readonly string[]
}

export interface Served {
  readonly proxies: readonly ServedProxy[]
  /** Removed with it, also after its process was killed. */
  readonly files: readonly string[]
  /** Who wants it to end: `clear`, `halt`, `recover`. */
  readonly asked?: string
}

export interface LedgerEntry {
  readonly schema: 'netdrill/ledger/1'
  readonly id: string
  readonly run: string
  readonly name: string
  readonly kind: string
  readonly backend: string
  readonly summary: string
  readonly place: Place
  /** Of a place that is a process: which process exactly. */
  readonly placeProcess: ProcessIdentity | null
  /** Its network namespace, such as `net:[4026531840]`; others may live there longer. */
  readonly placeNamespace?: string | null
  readonly home: Home
  readonly device: string | null
  readonly scope: Scope
  /** Null for faults without a leaf in a device's tree. */
  readonly leaf: LedgerLeaf | null
  /** Shared with other faults that shape some of its packets. */
  readonly joints?: readonly LedgerJoint[]
  /** A table of ours exists. */
  readonly table: boolean
  /** Of that table; absent: inet. */
  readonly tableFamily?: TableFamily
  readonly owner: ProcessIdentity
  readonly guard: ProcessIdentity | null
  /** The guard alone keeps it. */
  readonly detached: boolean
  /** Wall clock, ISO 8601: a label. */
  readonly started: string
  readonly lasts: Millis
  /** On the monotonic clock of `home.boot`. */
  readonly until: Millis
  readonly state: 'planned' | 'applied' | 'done' | 'stuck'
  /** In the order in which they are done. */
  readonly undo: readonly UndoStep[]
  /** The device before the first of our faults; null where no device is changed. */
  readonly before: Snapshot | null
  /** What it has switched off. */
  readonly offload?: Offload | null
  /** What our root stands instead of, where somebody had configured it. */
  readonly replaced?: ReplacedRoot | null
  /** Of a fault that changes addresses and routes: those before; of one device, or all routes of the place. */
  readonly network?: {
    readonly device: string | null
    readonly about: readonly string[] | null
    readonly before: Snapshot
  } | null
  /** How an act is seen. */
  readonly trace?: Trace | null
  /** What a holder does for it. */
  readonly work?: Work | null
  /** Of proxies and fronts, which live and end with the owner. */
  readonly served?: Served | null
  /** The link of a kept lab on which it acts. */
  readonly carried?: KeptLink | null
  /** How it ended: what still differed from the snapshot. */
  readonly ended?: {
    readonly at: string
    readonly by: string
    readonly took: Millis
    readonly differences: readonly string[]
  }
}

export interface Ledger {
  readonly folder: string
  write(entry: LedgerEntry): Promise<void>
  read(id: string): Promise<LedgerEntry | null>
  /** All entries, oldest first; files that can't be read as entries are left out and named. */
  all(): Promise<{readonly entries: readonly LedgerEntry[]; readonly unreadable: readonly string[]}>
  forget(id: string): Promise<void>
}

export function openLedger(files: Files, host: Host): Ledger {
  const folder = join(host.stateFolder, 'ledger')
  const path = (id: string): string => join(folder, `${id}.json`)
  const read = async (id: string): Promise<LedgerEntry | null> => {
    const text = await files.readText(path(id))
    return text === null ? null : parseEntry(text)
  }
  return {
    folder,
    write: async (entry) => files.writePrivate(path(entry.id), `${JSON.stringify(entry, null, 2)}\n`),
    read,
    all: async () => {
      const names = (await files.list(folder)).filter((name) => name.endsWith('.json'))
      const found = await Promise.all(
        names.map(async (name) => ({name, entry: await read(name.slice(0, -'.json'.length))})),
      )
      const entries = found.flatMap(({entry}) => entry ?? [])
      return {
        entries: entries.toSorted((a, b) => (`${a.started} ${a.id}` < `${b.started} ${b.id}` ? -1 : 1)),
        unreadable: found.flatMap(({name, entry}) => (entry ? [] : [join(folder, name)])),
      }
    },
    forget: async (id) => files.remove(path(id)),
  }
}

export function isOpen(entry: LedgerEntry): boolean {
  return entry.state !== 'done'
}

/** Whether two entries act on the same device of the same place. */
export function sameDevice(
  a: Pick<LedgerEntry, 'place' | 'device'>,
  b: Pick<LedgerEntry, 'place' | 'device'>,
): boolean {
  return a.device !== null && a.device === b.device && samePlace(a.place, b.place)
}

export function samePlace(a: Place, b: Place): boolean {
  if (a.kind === 'process' && b.kind === 'process') return a.pid === b.pid
  if (a.kind === 'netns' && b.kind === 'netns') return a.name === b.name
  return a.kind === 'host' && b.kind === 'host'
}

function parseEntry(text: string): LedgerEntry | null {
  try {
    const value = JSON.parse(text) as Partial<LedgerEntry> | null
    const valid =
      value?.schema === 'netdrill/ledger/1' && typeof value.id === 'string' && Array.isArray(value.undo)
    return valid ? (value as LedgerEntry) : null
  } catch {
    return null
  }
}

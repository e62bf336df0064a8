/** Undoes a ledger entry under the lock and writes down how that went; whoever comes second finds it done. */
import type {Clock, Locks} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {endKept} from './kept-link.ts'
import {type Ledger, type LedgerEntry, isOpen} from './ledger.ts'
import {isOffloadKept} from './offload.ts'
import {forgetJoints} from './share-joints.ts'
import {endServed} from './served.ts'
import {remarksOn} from './trace.ts'
import {type UndoResult, type UndoWorld, undoEntry} from './undo.ts'

export interface CloseWorld {
  readonly undo: UndoWorld
  readonly ledger: Ledger
  readonly locks: Locks
  readonly clock: Clock
}

export interface Closed {
  readonly took: Millis
  readonly restored: boolean
  readonly differences: readonly string[]
  /** What is worth knowing, though nothing is left. */
  readonly remarks?: readonly string[]
  /** Somebody else had undone it before. */
  readonly already: boolean
}

export const KERNEL_LOCK = 'kernel'

/** `by` says who, for the ledger: `owner`, `guard`, `clear`, `halt`, `recover`. */
export async function closeEntry(world: CloseWorld, id: string, by: string): Promise<Closed> {
  const release = await world.locks.hold(KERNEL_LOCK)
  try {
    return await closeUnderLock(world, id, by)
  } finally {
    await release()
  }
}

/** For callers that hold the lock already. */
export async function closeUnderLock(world: CloseWorld, id: string, by: string): Promise<Closed> {
  const started = world.clock.now()
  const entry = await world.ledger.read(id)
  if (!entry || !isOpen(entry)) return alreadyClosed(entry)
  const {restored, differences} = await undo(world, entry, by)
  const took = world.clock.now() - started
  await world.ledger.write({
    ...entry,
    state: restored ? 'done' : 'stuck',
    ended: {at: new Date(world.clock.wall()).toISOString(), by, took, differences},
  })
  if (restored) await forgetJoints(world.ledger, entry)
  const remarks = entry.trace ? await remarksOn(world.undo.files, entry.trace) : []
  return {took, restored, differences, remarks, already: false}
}

async function undo(world: CloseWorld, entry: LedgerEntry, by: string): Promise<UndoResult> {
  if (entry.served) return endServed(world, entry, by)
  if (entry.carried) return endKept(world.undo, entry)
  return undoEntry(world.undo, await ownPart(world, entry))
}

/** Offload stays off for another fault that wants it so. */
async function ownPart({ledger}: CloseWorld, entry: LedgerEntry): Promise<LedgerEntry> {
  if (!entry.offload || !isOffloadKept(entry, (await ledger.all()).entries)) return entry
  return {...entry, offload: null, undo: entry.undo.filter(({offload}) => offload !== true)}
}

function alreadyClosed(entry: LedgerEntry | null): Closed {
  const differences = entry?.ended?.differences ?? []
  return {took: entry?.ended?.took ?? 0, restored: differences.length === 0, differences, already: true}
}

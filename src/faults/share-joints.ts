/** What faults share is in the ledger entry of each of them, so that whoever leaves first can undo it. */
import {type Ledger, type LedgerEntry, isOpen} from './ledger.ts'

/** Before it is made: the others learn of it, and of its undo. */
export async function shareJoints(ledger: Ledger, entry: LedgerEntry): Promise<void> {
  const {joints = []} = entry
  if (joints.length === 0) return
  for (const other of await partners(ledger, entry)) {
    const shared = joints.filter(({members}) => members.includes(other.id))
    const undo = entry.undo.filter(({joint}) => shared.some(({id}) => id === joint))
    await ledger.write({
      ...other,
      joints: [...(other.joints ?? []), ...shared],
      undo: [...undo, ...other.undo],
    })
  }
}

/** After its undo: it is gone for the others too, and its leaf may be given to somebody else. */
export async function forgetJoints(ledger: Ledger, entry: LedgerEntry): Promise<void> {
  const gone = new Set((entry.joints ?? []).map(({id}) => id))
  if (gone.size === 0) return
  for (const other of await partners(ledger, entry)) {
    await ledger.write({
      ...other,
      joints: (other.joints ?? []).filter(({id}) => !gone.has(id)),
      undo: other.undo.filter(({joint}) => joint === undefined || !gone.has(joint)),
    })
  }
}

async function partners(ledger: Ledger, {id, joints = []}: LedgerEntry): Promise<readonly LedgerEntry[]> {
  const {entries} = await ledger.all()
  return entries.filter(
    (other) => isOpen(other) && other.id !== id && joints.some(({members}) => members.includes(other.id)),
  )
}

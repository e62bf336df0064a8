/** list, clear, recover, halt and release, as the commands need them. */
import {EXIT, type ExitCode} from '../core/exit-codes.ts'
import {UserError} from '../core/errors.ts'
import type {Ports} from '../core/ports.ts'
import {suggest} from '../core/text.ts'
import {readHalt, removeHalt, writeHalt} from '../faults/halt.ts'
import {FaultOperations} from '../faults/operations.ts'
import type {ClosedView, FaultListView} from '../reporters/fault-view.ts'
import {viewClosed, viewRow} from './fault-views.ts'

export async function listFaults(ports: Ports): Promise<FaultListView> {
  const operations = await FaultOperations.open(ports)
  const [{faults, unreadable}, halt] = await Promise.all([operations.list(), readHalt(ports)])
  return {faults: faults.map(viewRow), unreadable, halt}
}

/** `ids` empty means all. Throws USAGE_INVALID for an id that isn't in force. */
export async function clearFaults(ids: readonly string[], ports: Ports): Promise<readonly ClosedView[]> {
  const operations = await FaultOperations.open(ports)
  const {faults} = await operations.list()
  const known = faults.map(({entry}) => entry.id)
  const stranger = ids.find((id) => !known.includes(id))
  if (stranger !== undefined) {
    const near = suggest(stranger, known)
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `no fault ${stranger} is in force`,
      advice: [near ? `did you mean ${near}?` : 'netdrill fault list shows what is in force'],
    })
  }
  return (await operations.clear(ids.length === 0 ? known : ids, 'clear')).map(viewClosed)
}

export async function recoverFaults(ports: Ports): Promise<readonly ClosedView[]> {
  const operations = await FaultOperations.open(ports)
  return (await operations.recover()).map(viewClosed)
}

/** Blocks new faults first, so that none slips in while those in force are undone. */
export async function haltFaults(reason: string, ports: Ports): Promise<readonly ClosedView[]> {
  const since = new Date(ports.clock.wall()).toISOString()
  await writeHalt(ports, {reason, since, uid: ports.host.uid})
  const operations = await FaultOperations.open(ports)
  const {faults} = await operations.list()
  const ids = faults.map(({entry}) => entry.id)
  return (await operations.clear(ids, 'halt')).map(viewClosed)
}

/** Whether there was a halt to release. */
export async function releaseFaults(ports: Ports): Promise<boolean> {
  const halt = await readHalt(ports)
  await removeHalt(ports)
  return halt !== null
}

export function exitOfClosed(closed: readonly ClosedView[]): ExitCode {
  return closed.every(({restored}) => restored) ? EXIT.pass : EXIT.leftovers
}

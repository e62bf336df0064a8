/** The lever that stops all faults of this user on this machine and blocks new ones until it is released. */
import {join} from 'node:path'
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import type {Files, Host} from '../core/ports.ts'

export interface Halt {
  readonly reason: string
  /** ISO 8601. */
  readonly since: string
  readonly uid: number
}

type HaltPorts = {readonly files: Files; readonly host: Host}

export async function readHalt({files, host}: HaltPorts): Promise<Halt | null> {
  const text = await files.readText(haltPath(host))
  if (text === null) return null
  try {
    const {reason, since, uid} = JSON.parse(text) as Partial<Halt>
    return {reason: reason ?? '', since: since ?? '', uid: uid ?? -1}
  } catch {
    // A damaged file still halts: somebody wanted it.
    return {reason: 'unreadable halt file', since: '', uid: -1}
  }
}

export async function writeHalt({files, host}: HaltPorts, halt: Halt): Promise<void> {
  await files.writePrivate(haltPath(host), `${JSON.stringify(halt)}\n`)
}

export async function removeHalt({files, host}: HaltPorts): Promise<void> {
  await files.remove(haltPath(host))
}

/** Throws FAULT_HALTED (exit 7) while faults are halted. */
export async function refuseWhenHalted(ports: HaltPorts): Promise<void> {
  const halt = await readHalt(ports)
  if (!halt) return
  const message = `faults are halted since ${halt.since}: ${halt.reason || 'no reason given'}`
  throw new UserError(
    {code: 'FAULT_HALTED', message, advice: ['when it is over: netdrill fault release']},
    EXIT.refused,
  )
}

function haltPath(host: Host): string {
  return join(host.stateFolder, 'halt.json')
}

/** The labs that are kept: one private file per lab, valid as long as its keeper lives. */
import {UserError} from '../core/errors.ts'
import type {Place} from '../core/place.ts'
import type {Ports} from '../core/ports.ts'
import {suggest} from '../core/text.ts'
import {type ProcessIdentity, isAlive} from '../faults/identity.ts'
import type {LabView} from '../reporters/lab-view.ts'
import type {LabLinks} from './lab-links.ts'

export interface LabRecord {
  readonly version: 1
  readonly keeper: ProcessIdentity
  readonly view: LabView
  /** Nodes and switches; only those that can be entered. */
  readonly places: Readonly<Record<string, Place>>
  /** What `{name}` in a command of `lab exec` stands for. */
  readonly landmarks: Readonly<Record<string, string>>
  /** Absent in records of older versions. */
  readonly links?: LabLinks
}

type RecordPorts = Pick<Ports, 'files' | 'host'>

function folderOf({host}: RecordPorts): string {
  return `${host.stateFolder}/labs`
}

function pathOf(name: string, ports: RecordPorts): string {
  return `${folderOf(ports)}/${name}.json`
}

/** By name. A record whose keeper is gone is removed: its lab went with it. */
export async function livingLabs(ports: RecordPorts): Promise<readonly LabRecord[]> {
  const files = (await ports.files.list(folderOf(ports))).filter((file) => file.endsWith('.json'))
  const records = await Promise.all(
    files.map(async (file) => readRecord(file.slice(0, -'.json'.length), ports)),
  )
  const living: LabRecord[] = []
  for (const record of records) {
    if (!record) continue
    if (await isAlive(ports.files, record.keeper)) living.push(record)
    else {
      await forgetLab(record.view.name, ports)
      await removeSocket(record, ports)
    }
  }
  return living.toSorted((a, b) => (a.view.name < b.view.name ? -1 : 1))
}

/** A keeper that was killed could not. */
async function removeSocket({links}: LabRecord, ports: RecordPorts): Promise<void> {
  const socket = links?.socket ?? null
  if (socket?.startsWith(`${ports.host.stateFolder}/links/`)) await ports.files.remove(socket)
}

/** Null for a file that isn't there any more or isn't one of ours. */
async function readRecord(name: string, ports: RecordPorts): Promise<LabRecord | null> {
  try {
    const text = await ports.files.readText(pathOf(name, ports))
    const record = text === null ? null : (JSON.parse(text) as LabRecord)
    return record?.version === 1 ? record : null
  } catch {
    return null
  }
}

export async function rememberLab(record: LabRecord, ports: RecordPorts): Promise<void> {
  await ports.files.writePrivate(pathOf(record.view.name, ports), `${JSON.stringify(record, null, 2)}\n`)
}

export async function forgetLab(name: string, ports: RecordPorts): Promise<void> {
  await ports.files.remove(pathOf(name, ports))
}

/** The lab of that name, or the only one that is up. Throws USAGE_INVALID when neither exists. */
export async function findLab(name: string | null, ports: RecordPorts): Promise<LabRecord> {
  const labs = await livingLabs(ports)
  const names = labs.map(({view}) => view.name)
  const found =
    name === null ? (labs.length === 1 ? labs[0] : undefined) : labs.find(({view}) => view.name === name)
  if (found) return found
  if (labs.length === 0) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: name === null ? 'no lab is up' : `no lab is up, so there is no "${name}"`,
      advice: ['netdrill lab up FILE builds one'],
    })
  }
  const near = name === null ? null : suggest(name, names)
  throw new UserError({
    code: 'USAGE_INVALID',
    message: name === null ? 'several labs are up: say which one' : `there is no lab "${name}"`,
    advice: [near === null ? `up are: ${names.join(', ')}` : `did you mean "${near}"?`],
  })
}

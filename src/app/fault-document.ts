/** One fault out of the faults section of a document. */
import {loadDocument} from '../config/load.ts'
import {type Position, UserError} from '../core/errors.ts'
import type {Ports} from '../core/ports.ts'
import {suggest} from '../core/text.ts'
import type {FaultSpec} from '../faults/fault.ts'
import {documentSchema} from '../scenarios/document-schema.ts'
import {followProfiles} from '../scenarios/profiles/follow-profiles.ts'
import {readBeside} from './read-beside.ts'
import {readHosts} from '../scenarios/read-hosts.ts'

export interface NamedFault {
  readonly name: string
  readonly spec: FaultSpec
  /** Where a document says on which host it is to be. */
  readonly position?: Position
}

type DocumentPorts = Pick<Ports, 'files' | 'host'>

/** Reads `FILE#NAME`. Throws CONFIG_FILE, CONFIG_REFERENCE and whatever is wrong in the document. */
export async function readFaultOfDocument(where: string, ports: DocumentPorts): Promise<NamedFault> {
  const [file = '', name = ''] = where.split('#')
  const text = await readOrNull(file, ports)
  if (text === null) throw new UserError({code: 'CONFIG_FILE', message: `there is no file ${file}`})
  const env = (key: string): string | undefined => ports.host.env(key)
  const loaded = loadDocument({file, text, schema: await documentSchema(), env})
  const document = await followProfiles(loaded, readBeside(file, ports.files))
  const faults = document.value.faults ?? {}
  const spec = Object.hasOwn(faults, name) ? faults[name] : undefined
  if (!spec) throw unknownFault(file, name, Object.keys(faults))
  const position = (await readHosts(document))[name]
  return {name, spec, ...(position && {position})}
}

function unknownFault(file: string, name: string, names: readonly string[]): UserError {
  const near = suggest(name, names)
  const known = names.length > 0 ? `it has: ${names.join(', ')}` : 'it has no faults section'
  return new UserError({
    code: 'CONFIG_REFERENCE',
    message:
      name === '' ? `say which fault of ${file}: --file ${file}#NAME` : `${file} has no fault "${name}"`,
    advice: [near ? `did you mean "${near}"?` : known],
  })
}

async function readOrNull(file: string, ports: DocumentPorts): Promise<string | null> {
  try {
    return await ports.files.readText(file)
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    throw new UserError({code: 'CONFIG_FILE', message: `${file} can not be read: ${because}`})
  }
}

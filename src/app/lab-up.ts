/** Reads the lab of a document, and has it kept by a process of its own. */
import {loadDocument} from '../config/load.ts'
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import type {Ports} from '../core/ports.ts'
import type {LabSpec} from '../lab/lab.ts'
import type {LabView} from '../reporters/lab-view.ts'
import {documentSchema} from '../scenarios/document-schema.ts'
import {startKeeper} from '../system/keeper-process.ts'
import {followProfiles} from '../scenarios/profiles/follow-profiles.ts'
import {readDrillText} from './find-drill.ts'
import {readBeside} from './read-beside.ts'
import {livingLabs} from './lab-records.ts'

export interface LabSource {
  readonly name: string
  readonly file: string
  readonly spec: LabSpec
}

/** Throws CONFIG_EMPTY for a document without a lab, and USAGE_INVALID when a lab of that name is up. */
export async function findLabSource(
  nameOrFile: string,
  name: string | null,
  ports: Pick<Ports, 'files' | 'host'>,
): Promise<LabSource> {
  const source = await readDrillText(nameOrFile, ports)
  const schema = await documentSchema()
  const document = loadDocument({...source, schema, env: (word) => ports.host.env(word)})
  const {value} = await followProfiles(document, readBeside(source.file, ports.files))
  if (!value.lab) {
    throw new UserError({
      code: 'CONFIG_EMPTY',
      message: `${source.file} has no lab section, so there is nothing to build`,
      advice: ['add a lab section with nodes', 'netdrill drill show partition prints an example'],
    })
  }
  const own = name ?? source.name.replace(/[^A-Za-z0-9_-]+/g, '-')
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(own)) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `"${own}" can not be the name of a lab: use --name with letters, digits, "_" and "-"`,
    })
  }
  const living = await livingLabs(ports)
  if (living.some(({view}) => view.name === own)) {
    throw new UserError({
      code: 'USAGE_INVALID',
      message: `a lab called "${own}" is up`,
      advice: [`netdrill lab down ${own} ends it`, '--name gives the new one another name'],
    })
  }
  return {name: own, file: source.file, spec: value.lab}
}

/** The words of the command line after `lab up`, for a keeper that stays when this process ends. */
export async function upInBackground(words: readonly string[]): Promise<LabView> {
  const answer = await startKeeper(['lab', 'up', ...words])
  const told = parseAnswer(answer.line)
  if (told?.labs?.[0]) return told.labs[0]
  if (told?.problems) throw new UserError(told.problems, told.exit ?? EXIT.internal)
  throw new UserError(
    {code: 'INTERNAL', message: `the lab's keeper ended without a word: ${answer.said || 'no output'}`},
    EXIT.internal,
  )
}

interface Answer {
  readonly labs?: readonly LabView[]
  readonly problems?: ConstructorParameters<typeof UserError>[0]
  readonly exit?: NonNullable<ConstructorParameters<typeof UserError>[1]>
}

function parseAnswer(line: string): Answer | null {
  try {
    return JSON.parse(line) as Answer
  } catch {
    return null
  }
}

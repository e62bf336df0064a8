/** A bundle: everything a colleague needs to look into a problem, made fit to be shared. */
import {type Evidence, collectEvidence} from '../connections/evidence/collect.ts'
import {filesNamedIn} from '../config/substitute.ts'
import {createAnonymiser} from '../core/anonymise.ts'
import {UserError} from '../core/errors.ts'
import type {Ports} from '../core/ports.ts'
import {createRedactor} from '../core/redact.ts'
import {scrubSecrets} from '../core/scrub.ts'
import {type BundleEntry, type BundleView, renderBundleIndex} from '../reporters/bundle.ts'
import {renderDoctor} from '../reporters/doctor.ts'
import {packArchive, writePrivateNew} from '../system/archive.ts'
import {packageVersion} from '../system/package-root.ts'
import {collectJournals} from './bundle-journals.ts'
import {examine} from './doctor.ts'

export interface BundleRequest {
  /** Documents and journals by file, or runs by name. */
  readonly names: readonly string[]
  /** The archive's path; undefined makes a name of the time in the present folder. */
  readonly output: string | undefined
  readonly keepAddresses: boolean
  /** Gathers all, writes nothing. */
  readonly list: boolean
}

type BundlePorts = Pick<Ports, 'capabilities' | 'clock' | 'exec' | 'files' | 'host'>

/** Gathers, cleans, packs. Throws CONFIG_FILE for names that are not there, USAGE_INVALID when the archive can't be written. */
export async function makeBundle(
  request: BundleRequest,
  ports: BundlePorts,
  {signal, progress}: {readonly signal: AbortSignal; readonly progress: (text: string) => void},
): Promise<BundleView> {
  const made = new Date(ports.clock.wall())
  const stamp = made.toISOString().replace(/[-:]|\.\d+/g, '')
  const folder = `netdrill-bundle-${stamp}`
  const {documents, journals} = await readDocuments(request.names, ports)
  const own = await collectJournals(journals, ports)
  progress('asking what this machine can do')
  const doctor: Evidence = {
    name: 'system/doctor.txt',
    what: 'what netdrill can do here',
    text: renderDoctor(await examine(ports)),
  }
  const asked = await collectEvidence(ports, {
    signal,
    progress: (done, all) => progress(`asking this machine: ${done} of ${all}`),
  })
  const clean = await cleaner(request, documents, ports)
  const pieces = [...documents, ...asked, ...own, about(made, ports), doctor].map((piece) =>
    piece.text === null
      ? {...piece, name: clean(piece.name), because: clean(piece.because)}
      : {...piece, name: clean(piece.name), text: clean(piece.text)},
  )
  const entries = pieces.map(describe)
  const view = {entries, keptAddresses: request.keepAddresses}
  if (request.list) return {...view, file: null, bytes: null}
  signal.throwIfAborted()
  const index = renderBundleIndex(entries, {
    version: packageVersion(),
    made: made.toISOString(),
    keptAddresses: request.keepAddresses,
  })
  const files = pieces.flatMap(({name, text}) => (text === null ? [] : [{name, text}]))
  const data = await packArchive(folder, [{name: 'INDEX.md', text: index}, ...files], made)
  const file = request.output ?? `${folder}.tar.gz`
  await write(file, data)
  return {...view, file, bytes: data.length}
}

function describe(piece: Evidence): BundleEntry {
  const {name, what} = piece
  return piece.text === null
    ? {name, what, bytes: null, because: piece.because}
    : {name, what, bytes: Buffer.byteLength(piece.text)}
}

/** Files that are no journals are documents; whatever is no file may be the name of a run. */
async function readDocuments(
  names: readonly string[],
  {files}: BundlePorts,
): Promise<{
  readonly documents: readonly (Evidence & {readonly text: string})[]
  readonly journals: string[]
}> {
  const documents: (Evidence & {readonly text: string})[] = []
  const journals: string[] = []
  for (const name of names) {
    const text = name.endsWith('.jsonl') ? null : await files.readText(name).catch(() => null)
    if (text === null) journals.push(name)
    else
      documents.push({name: `documents/${name.slice(name.lastIndexOf('/') + 1)}`, what: 'a document', text})
  }
  return {documents, journals}
}

function about(made: Date, {host}: BundlePorts): Evidence {
  const {os, kernel, node, arch} = host.platform
  const facts = {
    netdrill: packageVersion(),
    made: made.toISOString(),
    os,
    kernel,
    arch,
    node,
    root: host.uid === 0,
  }
  return {name: 'system/about.json', what: 'versions', text: `${JSON.stringify(facts, null, 2)}\n`}
}

/** Known secrets first: what is left of them would not look like any. */
async function cleaner(
  {keepAddresses}: BundleRequest,
  documents: readonly {readonly text: string}[],
  ports: BundlePorts,
): Promise<(text: string) => string> {
  const redact = createRedactor(await knownSecrets(documents, ports))
  const person = await personRemover(ports)
  const anonymise = keepAddresses ? (text: string): string => text : createAnonymiser()
  return (text) => anonymise(person(scrubSecrets(redact(text))))
}

/** Values that the documents take from the environment and from files. */
async function knownSecrets(
  documents: readonly {readonly text: string}[],
  {host, files}: BundlePorts,
): Promise<readonly string[]> {
  const values: string[] = []
  for (const {text} of documents) {
    for (const [, name = ''] of text.matchAll(/\$\{([A-Za-z_]\w*)/g)) {
      const value = host.env(name)
      if (value !== undefined) values.push(value)
    }
    for (const path of filesNamedIn(text)) {
      const value = await files.readText(path).catch(() => null)
      if (value !== null) values.push(value.trim())
    }
  }
  return values
}

/** Names under three letters, and those that all machines have, are part of too many words. */
async function personRemover({host, files}: BundlePorts): Promise<(text: string) => string> {
  const home = host.env('HOME') ?? ''
  const machine = (await files.readText('/proc/sys/kernel/hostname').catch(() => null))?.trim() ?? ''
  const user = host.env('SUDO_USER') ?? host.env('USER') ?? ''
  const rules: (readonly [RegExp, string])[] = []
  if (home.length > 3 && home !== '/root') rules.push([new RegExp(escape(home), 'g'), '~'])
  if (machine.length > 2 && machine !== 'localhost') rules.push([wholeWord(machine), 'this-host'])
  if (user.length > 2 && user !== 'root') rules.push([wholeWord(user), 'user'])
  return (text) => rules.reduce((clean, [pattern, name]) => clean.replace(pattern, name), text)
}

function wholeWord(word: string): RegExp {
  return new RegExp(String.raw`(?<![\w-])${escape(word)}(?![\w-])`, 'g')
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}

async function write(file: string, data: Uint8Array): Promise<void> {
  let written: boolean
  try {
    written = await writePrivateNew(file, data)
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    throw new UserError({code: 'USAGE_INVALID', message: `${file} can not be written: ${because}`})
  }
  if (written) return
  const advice = ['choose another name with --output', 'or remove the old one']
  throw new UserError({code: 'USAGE_INVALID', message: `${file} is there already`, advice})
}

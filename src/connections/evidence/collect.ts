/** Gathers what a machine can say about its network: each piece, or why it is not there. */
import type {ExecResult, Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import {type EvidenceSource, SOURCES, sourcesOfLink} from './sources.ts'

/** A piece of a bundle; `text` null means that it could not be had, and `because` says why. */
export type Evidence = {readonly name: string; readonly what: string} & (
  {readonly text: string} | {readonly text: null; readonly because: string}
)

export interface CollectOptions {
  readonly signal: AbortSignal
  /** Called with the number of pieces that are done and of all that are known. */
  readonly progress: (done: number, all: number) => void
}

type EvidencePorts = Pick<Ports, 'exec' | 'files' | 'host'>

/** Nothing here has to wait for the network; what takes longer hangs. */
const PATIENCE: Millis = 5000
/** A host with hundreds of containers has as many links; the first tell enough. */
const MOST_LINKS = 16
/** The longest piece in characters: of longer ones the end is kept, where the latest is. */
const LONGEST = 5_000_000
/** Some read large tables of the kernel: few at once keep the machine usable. */
const AT_ONCE = 4

/** Asks all sources. Never rejects for what a source lacks; rejects with the signal's reason when that is aborted. */
export async function collectEvidence(
  ports: EvidencePorts,
  {signal, progress}: CollectOptions,
): Promise<readonly Evidence[]> {
  const links = await namesOfLinks(ports)
  const sources = [...SOURCES, ...links.slice(0, MOST_LINKS).flatMap(sourcesOfLink)]
  const found: Evidence[] = []
  let next = 0
  let done = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < sources.length; index = next++) {
      signal.throwIfAborted()
      const source = sources[index]
      if (!source) return
      found[index] = await collect(source, ports, signal)
      progress(++done, sources.length)
    }
  }
  await Promise.all(Array.from({length: AT_ONCE}, worker))
  signal.throwIfAborted()
  return found
}

async function namesOfLinks({files}: EvidencePorts): Promise<readonly string[]> {
  const names = await files.list('/sys/class/net').catch(() => [])
  return names.filter((name) => name !== 'lo' && /^[\w.@-]+$/.test(name)).toSorted(byName)
}

async function collect(source: EvidenceSource, ports: EvidencePorts, signal: AbortSignal): Promise<Evidence> {
  const {name, what, from} = source
  const answer =
    'command' in from
      ? await ofCommand(from.command, ports, signal)
      : 'file' in from
        ? await ofFile(from.file, ports)
        : await ofFolder(from.folder, ports)
  if (answer.text === null) return {name, what, ...answer}
  const kept = source.only === undefined ? answer.text : linesOf(answer.text, source.only)
  if (kept.trim() === '') return {name, what, text: null, because: 'there was nothing in it'}
  return {name, what, text: cutFront(kept)}
}

type Answer = {readonly text: string} | {readonly text: null; readonly because: string}

async function ofCommand(
  [program, ...args]: readonly [string, ...string[]],
  {exec, host}: EvidencePorts,
  signal: AbortSignal,
): Promise<Answer> {
  const result = await exec.run({file: program, args, timeout: PATIENCE, signal, env: {LC_ALL: 'C'}})
  const because = whyNot(program, result)
  if (because !== null) return {text: null, because: host.uid === 0 ? because : `${because}, without root`}
  return {text: result.stdout}
}

function whyNot(program: string, result: ExecResult): string | null {
  if (result.notFound) return `the program ${program} is not installed`
  if (result.timedOut) return `${program} did not end within ${PATIENCE / 1000} s`
  if (result.exitCode === 0) return null
  const said = result.stderr.trim().split('\n')[0] ?? ''
  return `${program} ended with ${result.exitCode ?? 'a signal'}${said === '' ? '' : `: ${said}`}`
}

async function ofFile(path: string, {files}: EvidencePorts): Promise<Answer> {
  try {
    const text = await files.readText(path)
    return text === null ? {text: null, because: `there is no ${path}`} : {text}
  } catch (error) {
    return {text: null, because: `${path} can not be read: ${messageOf(error)}`}
  }
}

async function ofFolder(path: string, ports: EvidencePorts): Promise<Answer> {
  const names = await ports.files.list(path).catch(() => [])
  if (names.length === 0) return {text: null, because: `there is nothing in ${path}`}
  const parts = await Promise.all(
    names.toSorted(byName).map(async (name) => {
      const {text} = await ofFile(`${path}/${name}`, ports)
      return text === null ? '' : `# ${name}\n${text.trimEnd()}\n`
    }),
  )
  return {text: parts.join('\n')}
}

const byName = (a: string, b: string): number => (a < b ? -1 : 1)

function linesOf(text: string, only: RegExp): string {
  return text
    .split('\n')
    .filter((line) => only.test(line))
    .map((line) => `${line}\n`)
    .join('')
}

function cutFront(text: string): string {
  return text.length <= LONGEST ? text : `[the beginning is left out]\n${text.slice(-LONGEST)}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

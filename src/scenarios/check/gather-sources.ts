/** The documents of a check with those they include and the files their secrets are in: all that has to be read first. */
import {dirname, isAbsolute, join} from 'node:path'
import {openSource} from '../../config/source.ts'
import {filesNamedIn} from '../../config/substitute.ts'
import {type Problem, UserError} from '../../core/errors.ts'

export interface CheckSource {
  /** For messages; `-` for standard input. */
  readonly file: string
  readonly text: string
}

export interface GatheredSource extends CheckSource {
  /** The text of a file that `${file:PATH}` names. */
  readonly secretFile: (path: string) => string | undefined
}

/** Reads a file as text; null when it is not there, and throws when it can't be read. */
export type ReadText = (path: string) => Promise<string | null>

/** Nobody writes chains this long by hand. */
const DEEPEST = 20

/**
 * Each document once, before those it includes, in the order they are written. Throws CONFIG_FILE at the entry for a
 * document that can't be read, CONFIG_REFERENCE for one that includes itself over others.
 */
export async function gatherSources(
  sources: readonly CheckSource[],
  read: ReadText,
): Promise<readonly GatheredSource[]> {
  const found = new Map<string, GatheredSource>()
  const problems: Problem[] = []
  const visit = async (source: CheckSource, above: readonly string[]): Promise<void> => {
    if (found.has(source.file)) return
    found.set(source.file, {...source, secretFile: await secretsOf(source, read)})
    for (const entry of includesOf(source)) {
      const path = pathFrom(source.file, entry.path)
      const chain = [...above, source.file]
      if (chain.includes(path) || chain.length > DEEPEST) {
        const message = `documents include each other: ${[...chain.slice(chain.indexOf(path)), path].join(' → ')}`
        const position = entry.position()
        problems.push({code: 'CONFIG_REFERENCE', message, position, advice: ['remove one of the entries']})
        continue
      }
      const text = await attempt(path, read)
      if (text === undefined) {
        const advice = ['the path counts from the folder of this document']
        const message = `the document ${path} can not be read`
        problems.push({code: 'CONFIG_FILE', message, position: entry.position(), advice})
      } else await visit({file: path, text}, chain)
    }
  }
  for (const source of sources) await visit(source, [])
  if (problems.length > 0) throw new UserError(problems)
  return [...found.values()]
}

interface Entry {
  readonly path: string
  readonly position: () => NonNullable<Problem['position']>
}

/** Only what is surely meant as an entry: mistakes are told when the document is loaded. */
function includesOf({file, text}: CheckSource): readonly Entry[] {
  if (!/^\s*["']?include["']?\s*:/m.test(text)) return []
  const source = openSource(file, text.replace(/^\uFEFF/, ''))
  if (source.document.errors.length > 0) return []
  const list: unknown = source.document.getIn(['include'])
  const items =
    typeof list === 'object' && list !== null && 'toJSON' in list
      ? (list as {toJSON(): unknown}).toJSON()
      : []
  if (!Array.isArray(items)) return []
  return items.flatMap((path: unknown, index) =>
    typeof path === 'string' && path !== ''
      ? [{path, position: () => source.positionOf(['include', index])}]
      : [],
  )
}

async function secretsOf({file, text}: CheckSource, read: ReadText): Promise<GatheredSource['secretFile']> {
  const texts = new Map<string, string>()
  for (const path of new Set(filesNamedIn(text))) {
    const secret = await attempt(pathFrom(file, path), read)
    if (secret !== undefined) texts.set(path, secret)
  }
  return (path) => texts.get(path)
}

async function attempt(path: string, read: ReadText): Promise<string | undefined> {
  try {
    return (await read(path)) ?? undefined
  } catch {
    return undefined
  }
}

/** Standard input has no folder: its paths count from the current one. */
function pathFrom(file: string, path: string): string {
  return isAbsolute(path) || file === '-' ? path : join(dirname(file), path)
}

/** Finds a journal by file, by the name of its run, or as the latest one. */
import {UserError} from '../core/errors.ts'
import type {Ports} from '../core/ports.ts'
import {type JournalFile, type ReadJournal, readJournal, readSegments} from '../scenarios/journal/reader.ts'

/** What the files of a journal in segments end with. */
const SEGMENT = /\.(\d{4,})\.jsonl$/

export interface FoundJournal extends ReadJournal {
  readonly file: string
}

/**
 * Reads a journal: a file, the name of a run in the state folder, or `latest`. A journal in segments is named without
 * their numbers; the file of one segment stands for itself. Throws CONFIG_FILE when there is none, and
 * JOURNAL_UNREADABLE when the file is something else.
 */
export async function findJournal(
  nameOrFile: string,
  ports: Pick<Ports, 'files' | 'host'>,
): Promise<FoundJournal> {
  const folder = `${ports.host.stateFolder}/journals`
  for (const file of await candidates(nameOrFile, folder, ports)) {
    const text = await readOrExplain(file, ports)
    if (text !== null) return {file, ...readJournal(file, text)}
    const segments = await readSet(file, ports)
    if (segments.length > 0) return {file, ...readSegments(segments)}
  }
  throw new UserError({
    code: 'CONFIG_FILE',
    message:
      nameOrFile === 'latest'
        ? `there is no journal in ${folder} yet`
        : `there is no file "${nameOrFile}" and no run of that name in ${folder}`,
    advice: ['netdrill drill run prints where it wrote its journal', '"latest" names the newest one'],
  })
}

async function candidates(
  nameOrFile: string,
  folder: string,
  {files}: Pick<Ports, 'files'>,
): Promise<readonly string[]> {
  if (nameOrFile === 'latest') {
    // Names begin with the time of the start.
    const newest = (await files.list(folder))
      .filter((name) => name.endsWith('.jsonl'))
      .toSorted()
      .at(-1)
    return newest === undefined ? [] : [`${folder}/${newest.replace(SEGMENT, '')}`]
  }
  if (nameOrFile.includes('/')) return [nameOrFile]
  return [nameOrFile, `${folder}/${nameOrFile}`, `${folder}/${nameOrFile}.jsonl`]
}

/** The segments of a journal in the order of their numbers. */
async function readSet(name: string, ports: Pick<Ports, 'files'>): Promise<readonly JournalFile[]> {
  const slash = name.lastIndexOf('/')
  const folder = slash < 0 ? '.' : name.slice(0, slash)
  const run = name.slice(slash + 1).replace(/\.jsonl$/, '')
  const numbered = (await ports.files.list(folder)).flatMap((file) => {
    const number = SEGMENT.exec(file)?.[1]
    return number === undefined || file.replace(SEGMENT, '') !== run ? [] : [{file, number: Number(number)}]
  })
  const paths = numbered.toSorted((a, b) => a.number - b.number).map(({file}) => `${folder}/${file}`)
  const read = await Promise.all(paths.map(async (file) => ({file, text: await readOrExplain(file, ports)})))
  // One that was removed since it was listed is an old one.
  return read.flatMap(({file, text}) => (text === null ? [] : [{file, text}]))
}

async function readOrExplain(file: string, {files}: Pick<Ports, 'files'>): Promise<string | null> {
  try {
    return await files.readText(file)
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    throw new UserError({code: 'CONFIG_FILE', message: `${file} can not be read: ${because}`})
  }
}

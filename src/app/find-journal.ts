/** Finds a journal by file, by the name of its run, or as the latest one. */
import {UserError} from '../core/errors.ts'
import type {Ports} from '../core/ports.ts'
import {type ReadJournal, readJournal} from '../scenarios/journal/reader.ts'

export interface FoundJournal extends ReadJournal {
  readonly file: string
}

/**
 * Reads a journal: a file, the name of a run in the state folder, or `latest`. Throws CONFIG_FILE when there is none,
 * and JOURNAL_UNREADABLE when the file is something else.
 */
export async function findJournal(
  nameOrFile: string,
  ports: Pick<Ports, 'files' | 'host'>,
): Promise<FoundJournal> {
  const folder = `${ports.host.stateFolder}/journals`
  for (const file of await candidates(nameOrFile, folder, ports)) {
    const text = await readOrExplain(file, ports)
    if (text !== null) return {file, ...readJournal(file, text)}
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
    return newest === undefined ? [] : [`${folder}/${newest}`]
  }
  if (nameOrFile.includes('/')) return [nameOrFile]
  return [nameOrFile, `${folder}/${nameOrFile}`, `${folder}/${nameOrFile}.jsonl`]
}

async function readOrExplain(file: string, {files}: Pick<Ports, 'files'>): Promise<string | null> {
  try {
    return await files.readText(file)
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    throw new UserError({code: 'CONFIG_FILE', message: `${file} can not be read: ${because}`})
  }
}

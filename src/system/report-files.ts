/** Files that are written for others to read: reports, job summaries, starter documents. */
import {randomUUID} from 'node:crypto'
import {appendFile, open, rename, rm, stat} from 'node:fs/promises'
import {dirname} from 'node:path'
import {makeFolder} from './make-folder.ts'

/**
 * Writes the file with the permissions of the user's umask and replaces an old one atomically, so that a collector
 * never reads half of it. What is no plain file, such as /dev/stdout or a pipe, is written to as it is.
 */
export async function writeReport(path: string, text: string): Promise<void> {
  await makeFolder(dirname(path))
  if (!(await isReplaceable(path))) {
    await appendFile(path, text)
    return
  }
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(text)
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, {force: true})
    throw error
  }
}

/** For files that several steps of a job share. */
export async function appendReport(path: string, text: string): Promise<void> {
  await appendFile(path, text)
}

/** Writes a file that is not there yet; false when there is one. */
export async function writeNew(path: string, text: string): Promise<boolean> {
  await makeFolder(dirname(path))
  try {
    const handle = await open(path, 'wx')
    try {
      await handle.writeFile(text)
    } finally {
      await handle.close()
    }
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function isReplaceable(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true
    throw error
  }
}

import {randomUUID} from 'node:crypto'
import {open, readFile, readdir, rename, rm, writeFile} from 'node:fs/promises'
import {dirname} from 'node:path'
import type {AppendFile, Files} from '../core/ports.ts'
import {makeFolder} from './make-folder.ts'

/** Private files: 0600 in folders of 0700; whole files are replaced atomically, lines are on disk when acknowledged. */
export const systemFiles: Files = {
  async readText(path) {
    try {
      return await readFile(path, 'utf8')
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  },
  async writePrivate(path, text) {
    await makeFolder(dirname(path), 0o700)
    const temporary = `${path}.${randomUUID()}.tmp`
    const handle = await open(temporary, 'wx', 0o600)
    try {
      await writeFile(handle, text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
    await syncFolder(dirname(path))
  },
  async openAppend(path) {
    await makeFolder(dirname(path), 0o700)
    const handle = await open(path, 'a', 0o600)
    return appender(path, handle)
  },
  async remove(path) {
    await rm(path, {force: true})
  },
  async list(folder) {
    try {
      return await readdir(folder)
    } catch (error) {
      if (isMissing(error)) return []
      throw error
    }
  },
}

function appender(path: string, handle: Awaited<ReturnType<typeof open>>): AppendFile {
  let last: Promise<void> = Promise.resolve()
  return {
    path,
    append: async (line) => {
      last = last.then(async () => {
        await handle.write(line.endsWith('\n') ? line : `${line}\n`)
        await handle.datasync()
      })
      return last
    },
    close: async () => {
      await last
      await handle.close()
    },
  }
}

/** A rename is only lasting when the folder is on disk as well. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

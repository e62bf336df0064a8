import {mkdir} from 'node:fs/promises'
import {dirname} from 'node:path'

/**
 * Makes a folder and those above it; one that is there stays as it is. Does by steps what `mkdir` does with `recursive`, which
 * never ends where the kernel makes the folders: below /proc a new one is neither there nor forbidden.
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  try {
    await mkdir(path, mode)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return
    const parent = dirname(path)
    if (codeOf(error) !== 'ENOENT' || parent === path) throw error
    await makeFolder(parent, mode)
    await makeLast(path, mode)
  }
}

async function makeLast(path: string, mode: number | undefined): Promise<void> {
  try {
    await mkdir(path, mode)
  } catch (error) {
    // Somebody else was faster.
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

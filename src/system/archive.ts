/** One file with many in it. */
import {promisify} from 'node:util'
import {gzip} from 'node:zlib'
import {open, rm} from 'node:fs/promises'

export interface ArchiveFile {
  readonly name: string
  readonly text: string
}

/** Texts as a gzipped tar (POSIX.1-2001) below one folder; files of it are private when they are unpacked. `at` is their time. */
export async function packArchive(
  folder: string,
  files: readonly ArchiveFile[],
  at: Date,
): Promise<Uint8Array> {
  const {packTar} = await import('modern-tar')
  const entries = files.map(({name, text}) => {
    const body = Buffer.from(text, 'utf8')
    const header = {
      name: `${folder}/${name}`,
      size: body.length,
      type: 'file',
      mode: 0o600,
      mtime: at,
    } as const
    return {header, body}
  })
  return promisify(gzip)(await packTar(entries))
}

/** Writes a private file that is not there yet; false when there is one. Leaves nothing when writing fails. */
export async function writePrivateNew(path: string, data: Uint8Array): Promise<boolean> {
  let handle
  try {
    handle = await open(path, 'wx', 0o600)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
  try {
    await handle.writeFile(data)
    await handle.sync()
  } catch (error) {
    await rm(path, {force: true})
    throw error
  } finally {
    await handle.close()
  }
  return true
}

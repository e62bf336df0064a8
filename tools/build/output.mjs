/** Puts a new bundle in the place of the old one while programs of the old one may be running. */
import {mkdir, readdir, rename, rm, stat, writeFile} from 'node:fs/promises'
import {dirname, join, sep} from 'node:path'

/** A running program may still import a chunk of the bundle that it was started from. */
const KEEP_CHUNKS_MS = 3_600_000

/** Writes each file as a whole, shared chunks before the entries that import them. */
export async function writeFiles(files) {
  const order = [...files].sort(([one], [other]) => rank(one) - rank(other))
  for (const [path, contents] of order) {
    await mkdir(dirname(path), {recursive: true})
    const draft = `${path}.${process.pid}`
    await writeFile(draft, contents)
    await rename(draft, path)
  }
}

const rank = (path) => (/-[A-Z0-9]{8}\.js$/.test(path) ? 0 : 1)

/** Removes what the new bundle doesn't have: commands at once, since oclif would list them; chunks when they are old. */
export async function removeStale(folder, files) {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true})
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name)
    if (files.has(path)) continue
    const {mtimeMs} = await stat(path)
    if (path.includes(`${sep}commands${sep}`) || Date.now() - mtimeMs > KEEP_CHUNKS_MS)
      await rm(path, {force: true})
  }
}

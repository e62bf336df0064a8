import {mkdirSync} from 'node:fs'
import module from 'node:module'
import {homedir} from 'node:os'
import {join} from 'node:path'

/** Keeps compiled code between runs, in the user's own folder: the shared temporary folder is no place for root's code. */
export function enable() {
  try {
    const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'netdrill', 'compiled')
    mkdirSync(folder, {recursive: true, mode: 0o700})
    if (module.enableCompileCache) module.enableCompileCache(folder)
  } catch {
    // A read-only home only costs the few milliseconds that the cache would save.
  }
}

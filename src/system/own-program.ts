import {existsSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

/** How a program of ours is started: Node, its flags, and the program's file. */
export function ownProgram(name: 'guard' | 'holder'): readonly string[] {
  const path = findProgram(name)
  return [process.execPath, ...(path.endsWith('.ts') ? ['--no-warnings'] : []), path]
}

/** `guard.ts` beside this folder in the sources, `guard.js` at the top of the bundle, above whatever chunk this is in. */
function findProgram(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    for (const file of [`${name}.js`, `${name}.ts`]) {
      const path = join(folder, file)
      if (existsSync(path)) return path
    }
    const parent = dirname(folder)
    if (parent === folder) throw new Error(`the program ${name} is not where it should be`)
    folder = parent
  }
}

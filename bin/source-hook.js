/** Lets Node run the sources as they are: TypeScript with JSX, and YAML documents as text. */
import {readFileSync} from 'node:fs'
import {registerHooks} from 'node:module'
import {fileURLToPath} from 'node:url'
import {transformSync} from 'esbuild'

const LOADERS = {'.ts': 'ts', '.tsx': 'tsx'}

/** Has to run before the first import of a source file. */
export function loadSources() {
  registerHooks({
    load(url, context, nextLoad) {
      const path = url.startsWith('file:') && !url.includes('/node_modules/') ? fileURLToPath(url) : ''
      const ending = /\.[a-z]+$/.exec(path)?.[0] ?? ''
      if (ending === '.yaml') {
        const text = JSON.stringify(readFileSync(path, 'utf8'))
        return {format: 'module', source: `export default ${text}`, shortCircuit: true}
      }
      if (!(ending in LOADERS)) return nextLoad(url, context)
      const {code} = transformSync(readFileSync(path, 'utf8'), {
        loader: LOADERS[ending],
        format: 'esm',
        target: 'node22.19',
        jsx: 'automatic',
        sourcemap: 'inline',
        sourcefile: path,
      })
      return {format: 'module', source: code, shortCircuit: true}
    },
  })
}

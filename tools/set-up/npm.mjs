/** Finds npm and runs it on a Node of our choice. */
import {spawnSync} from 'node:child_process'
import {existsSync, realpathSync} from 'node:fs'
import {delimiter, dirname, join} from 'node:path'
import {root} from './paths.mjs'
import {SetUpError} from './say.mjs'

/** The file that npm consists of: npm names it to its scripts, else it is what `npm` in PATH points at. */
function npmProgram() {
  const named = process.env.npm_execpath
  if (named && named.endsWith('npm-cli.js')) return named
  const folders = [...(process.env.PATH || '').split(delimiter), dirname(process.execPath)]
  for (const folder of folders) {
    const path = join(folder, 'npm')
    if (existsSync(path) && realpathSync(path).endsWith('.js')) return realpathSync(path)
  }
  throw new SetUpError('npm is not in PATH. Install it (Debian: apt-get install npm) and try again.')
}

/** Runs npm on `node` and throws with npm's own words when it fails. */
export function runNpm(node, args) {
  const env = {...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}`}
  // Set by the npm that may have started us; they would configure the inner one.
  delete env.npm_config_prefix
  delete env.npm_config_local_prefix
  const result = spawnSync(node, [npmProgram(), ...args], {cwd: root, env, encoding: 'utf8'})
  if (result.status === 0) return result.stdout
  const said = `${result.stdout || ''}${result.stderr || ''}`.trim() || String(result.error || result.signal)
  throw new SetUpError(`npm ${args[0]} failed:\n${said}`)
}

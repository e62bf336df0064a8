/** Brings a tool onto the Node of the checkout, whatever Node it was started with. */
import {existsSync, realpathSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {packages, setUpOrExplain} from '../setup.mjs'
import {projectNode} from './paths.mjs'

/**
 * Installs the packages if they are missing. True when this process goes on with the work; false when the set-up failed or when the tool at `url` now
 * runs a second time, on the right Node, and this process only waits for it.
 */
export async function isReady(url) {
  if (!(await setUpOrExplain([packages]))) return false
  if (isProjectNode()) return true
  const {handOver} = await import('../../bin/hand-over.js')
  handOver(projectNode, [fileURLToPath(url), ...process.argv.slice(2)])
  return false
}

/** True on that Node, and also where the platform has none and the system's has to do. */
export function isProjectNode() {
  return !existsSync(projectNode) || realpathSync(process.execPath) === realpathSync(projectNode)
}

import {existsSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import type {Host} from '../core/ports.ts'

/** The bundle puts its chunks at most this far below the folder that holds `agent.js`. */
const DEPTH = 3

/**
 * The words after the Node binary that start an agent: `agent.js` of the bundle that is running, or `src/agent.ts`
 * when running from source. `NETDRILL_AGENT` names another file (tests).
 */
export function agentProgram(
  host: Pick<Host, 'env'>,
  here: string = fileURLToPath(import.meta.url),
): readonly string[] {
  const named = host.env('NETDRILL_AGENT')
  if (named !== undefined && named !== '') return [named]
  if (here.endsWith('.ts')) return ['--no-warnings', join(dirname(here), '..', 'agent.ts')]
  let folder = dirname(here)
  for (let step = 0; step < DEPTH; step++) {
    const candidate = join(folder, 'agent.js')
    if (existsSync(candidate)) return [candidate]
    folder = dirname(folder)
  }
  throw new Error(`no agent.js beside ${here}: the installation is incomplete`)
}

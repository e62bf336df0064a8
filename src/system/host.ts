import {homedir, release, tmpdir} from 'node:os'
import {join} from 'node:path'
import type {Host} from '../core/ports.ts'
import {ownProgram} from './own-program.ts'

/** The machine and the user as the process sees them. */
export function systemHost(): Host {
  const uid = process.geteuid?.() ?? -1
  const env = (name: string): string | undefined => process.env[name]
  const state = env('XDG_STATE_HOME') ?? join(homedir(), '.local', 'state')
  const runtime = env('XDG_RUNTIME_DIR') ?? (uid === 0 ? '/run' : tmpdir())
  return {
    env,
    uid,
    pid: process.pid,
    stateFolder: join(state, 'netdrill'),
    // Looked for when it is asked for: most runs hold nothing.
    get holder(): readonly string[] {
      return ownProgram('holder')
    },
    runtimeFolder: join(runtime, uid === 0 ? 'netdrill' : `netdrill-${uid}`),
    platform: {os: process.platform, kernel: release(), node: process.version, arch: process.arch},
  }
}

/** Runs tc, nft and ip in a place, always with a deadline. */
import type {Exec, ExecResult, Host} from '../core/ports.ts'
import {type Command, inPlace, toolPath} from '../core/place-command.ts'
import type {Place} from '../core/place.ts'
import {type TcTables, withTcTables} from '../core/tc-tables.ts'
import type {Millis} from '../core/units.ts'
import type {Action} from './fault.ts'

export type ExecAction = Extract<Action, {type: 'exec'}>

export interface Tools {
  run(place: Place, action: ExecAction): Promise<ExecResult>
  /** Runs a program that answers in JSON; null when it failed or said something else. */
  json(place: Place, file: ExecAction['file'], args: readonly string[]): Promise<unknown>
}

/** None of these programs takes longer than milliseconds; a hanging one must not keep a fault in force. */
const PATIENCE: Millis = 5000
/** Two starts of Node, which an emulated machine takes seconds for. */
const HOLDER_PATIENCE: Millis = 30_000

/**
 * As it is run. `ip netns exec` hides the control groups, which nft has to find: such a table is loaded by nsenter(1).
 */
export function commandOf(
  place: Place,
  {file, args, input}: ExecAction,
  holder: readonly string[] = [],
): Command {
  // netdrill's own program is started by its path; people see its name.
  const [program, ...words] = file === 'holder' ? holder : []
  if (program !== undefined) return inPlace(place, program, [...words, ...args])
  if (place.kind === 'netns' && input?.includes('socket cgroupv2') === true) {
    return {file: 'nsenter', args: [`--net=/run/netns/${place.name}`, '--', file, ...args]}
  }
  return inPlace(place, file, args)
}

export function openTools(ports: {
  readonly exec: Exec
  readonly host: Host
  readonly files: TcTables['files']
}): Tools {
  const env = {PATH: toolPath(ports.host.env('PATH'))}
  const tableWorld = {files: ports.files, stateFolder: ports.host.stateFolder}
  const run = async (place: Place, action: ExecAction): Promise<ExecResult> => {
    const {file, args} = commandOf(place, action, action.file === 'holder' ? ports.host.holder : [])
    const input = action.input === undefined ? {} : {input: action.input}
    const timeout = action.file === 'holder' ? HOLDER_PATIENCE : PATIENCE
    return withTcTables(action.tables ?? [], tableWorld, async (more) =>
      ports.exec.run({file, args, env: {...env, ...more}, timeout, ...input}),
    )
  }
  return {
    run,
    json: async (place, file, args) => {
      const result = await run(place, {type: 'exec', file, args})
      return result.exitCode === 0 ? parseJson(result.stdout) : null
    },
  }
}

export function tcBatch(lines: readonly string[], force = false): ExecAction {
  const args = [...(force ? ['-force'] : []), '-batch', '-']
  return {type: 'exec', file: 'tc', args, input: `${lines.join('\n')}\n`}
}

/** Why a program failed, in one line. */
export function whyFailed(result: ExecResult, file: string): string {
  if (result.notFound) return `there is no program ${file}`
  if (result.timedOut) return `${file} did not answer within ${PATIENCE} ms`
  const lines = result.stderr.split('\n').map((line) => line.trim())
  const line = lines.find((text) => text !== '' && !text.startsWith('Warning'))
  return line ?? `${file} ended with ${result.exitCode ?? 'a signal'}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

/** Limits of a process (getrlimit(2)), as proc(5) shows them and prlimit(1) sets them; and the limit of a control group. */
import type {Files} from '../core/ports.ts'
import type {Readback} from './backends/readback.ts'
import type {Step} from './fault.ts'
import {type ProcessIdentity, isAlive} from './identity.ts'
import type {ExecAction} from './tools.ts'

/** As prlimit(1) calls them: open files, and bytes of address space. */
export type LimitName = 'nofile' | 'as'

/** The soft limit, which counts; a program may raise it up to the hard one. Numbers, or `unlimited`. */
export interface Limit {
  readonly soft: string
  readonly hard: string
}

export type LimitTrace =
  | {
      readonly type: 'limit'
      readonly who: ProcessIdentity
      readonly limit: LimitName
      readonly before: Limit
      readonly during: string
    }
  /** A file of cgroup v2 that holds a number of bytes. */
  | {readonly type: 'group-limit'; readonly path: string; readonly before: string; readonly during: string}

/** The words of proc(5) for them. */
const LINES: Readonly<Record<LimitName, RegExp>> = {
  nofile: /^Max open files\s+(\S+)\s+(\S+)/m,
  as: /^Max address space\s+(\S+)\s+(\S+)/m,
}

/** Null when the process is gone. */
export async function readLimit(
  files: Pick<Files, 'readText'>,
  pid: number,
  name: LimitName,
): Promise<Limit | null> {
  const text = await files.readText(`/proc/${pid}/limits`).catch(() => null)
  const [, soft, hard] = LINES[name].exec(text ?? '') ?? []
  return soft === undefined || hard === undefined ? null : {soft, hard}
}

/** Whether `limit` stands above `value`, so that the value takes something away. */
export function isLower(value: number, {soft}: Limit): boolean {
  return soft === 'unlimited' || value < Number(soft)
}

/** Only the soft limit moves: whoever may signal the process may put it back, without further rights. */
export function limitStep(trace: Extract<LimitTrace, {type: 'limit'}>, words: string, why: string): Step {
  const {who, limit, before, during} = trace
  const set = (soft: string): ExecAction => ({
    type: 'exec',
    file: 'prlimit',
    args: ['--pid', String(who.pid), `--${limit}=${soft}:`],
  })
  return {
    do: set(during),
    undo: set(before.soft),
    onHost: true,
    victim: who,
    verify: {type: 'act', expect: words},
    why,
  }
}

export function groupLimitStep(
  {path, before, during}: Extract<LimitTrace, {type: 'group-limit'}>,
  words: string,
  why: string,
): Step {
  const write = (value: string): ExecAction => ({type: 'exec', file: 'tee', args: [path], input: value})
  return {
    do: write(during),
    undo: write(before),
    onHost: true,
    verify: {type: 'act', expect: words},
    why,
  }
}

type ReadFiles = Pick<Files, 'readText'>

const NAMES: Readonly<Record<LimitName, string>> = {nofile: 'open files', as: 'bytes of address space'}

export async function readLimitTrace(files: ReadFiles, trace: LimitTrace): Promise<Readback> {
  if (trace.type === 'group-limit') {
    const value = await readGroupLimit(files, trace.path)
    return {asAsked: value === trace.during, text: `${trace.path} says ${value ?? 'nothing'}`}
  }
  const {who, limit, during} = trace
  const now = (await isAlive(files, who)) ? await readLimit(files, who.pid, limit) : null
  const text = now === null ? 'is gone' : `is limited to ${now.soft} ${NAMES[limit]}`
  return {asAsked: now?.soft === during, text: `process ${who.pid} ${text}`}
}

/** A process that has ended, or a group that is gone, has taken its limit along. */
export async function limitLeftovers(files: ReadFiles, trace: LimitTrace): Promise<readonly string[]> {
  if (trace.type === 'group-limit') {
    const value = await readGroupLimit(files, trace.path)
    const same = value === null || value === trace.before
    return same ? [] : [`${trace.path} says ${value}, and said ${trace.before}`]
  }
  const {who, limit, before} = trace
  const now = (await isAlive(files, who)) ? await readLimit(files, who.pid, limit) : null
  if (now === null || (now.soft === before.soft && now.hard === before.hard)) return []
  return [`process ${who.pid} is limited to ${now.soft} ${NAMES[limit]}, and was to ${before.soft}`]
}

/** What a person should know of an act that is over, though nothing of it is left. */
export async function limitRemarks(files: ReadFiles, trace: LimitTrace): Promise<readonly string[]> {
  if (trace.type === 'group-limit' || (await isAlive(files, trace.who))) return []
  return [`process ${trace.who.pid} has ended while its ${NAMES[trace.limit]} were limited`]
}

export async function readGroupLimit(files: ReadFiles, path: string): Promise<string | null> {
  const text = await files.readText(path).catch(() => null)
  return text === null ? null : text.trim()
}

/** Finds the process that a fault names, and refuses those that nobody means. Reads only. */
import {UserError} from '../core/errors.ts'
import {EXIT} from '../core/exit-codes.ts'
import {HOST} from '../core/place.ts'
import {identify, parentOf, stateOf} from './identity.ts'
import type {ProcessFacts, SightWorld} from './sight.ts'

/** Exactly one of them is given. */
export interface ProcessName {
  readonly pid?: number | undefined
  readonly pidfile?: string | undefined
  /** A part of its command line. */
  readonly match?: string | undefined
}

/** Throws USAGE_INVALID when it isn't exactly one process, FAULT_LOCKOUT (exit 7) for what keeps us or the machine alive. */
export async function findProcess(name: ProcessName, world: SightWorld): Promise<ProcessFacts> {
  const pid = await pidOf(name, world)
  const facts = await factsOf(pid, world)
  if (facts === null) throw usage(`there is no process ${pid}`)
  await refuseVital(pid, facts, world)
  return facts
}

/** What probes from a lab node, which a fault hits when it names the node and no process; null elsewhere. */
export async function findNodeProcess(world: SightWorld): Promise<ProcessFacts | null> {
  const {place} = world
  return place.kind === 'process' && place.what === undefined ? factsOf(place.pid, world) : null
}

async function pidOf({pid, pidfile, match}: ProcessName, world: SightWorld): Promise<number> {
  if (pid !== undefined) return pid
  if (match !== undefined) return theOnly(match, world)
  const text = await world.files.readText(pidfile ?? '').catch(() => null)
  const number = Number(text?.trim().split(/\s+/)[0])
  if (Number.isInteger(number) && number > 0) return number
  throw usage(`the file ${pidfile ?? ''} ${text === null ? 'can not be read' : 'holds no process id'}`)
}

/** Of a place that is not this machine only the processes in it count; netdrill's own never do, nor do wrappers. */
async function theOnly(match: string, world: SightWorld): Promise<number> {
  const pids = (await world.files.list('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number)
  const own = await ancestorsOf(world.host.pid, world)
  const matches: {readonly pid: number; readonly words: readonly string[]}[] = []
  for (const pid of pids.filter((one) => !own.includes(one))) {
    const words = await wordsOf(pid, world)
    if (words.join(' ').includes(match) && (await isInPlace(pid, world))) matches.push({pid, words})
  }
  const found = matches
    .filter((one) => !matches.some((other) => startedBy(other.words, one.words)))
    .map(({pid}) => pid)
  const [first, second] = found
  if (first === undefined) throw usage(`no process has "${match}" in its command line`)
  if (second === undefined) return first
  throw usage(
    `${found.length} processes have "${match}" in their command line: ${found.slice(0, 10).join(', ')}`,
    ['a fault takes one: say more of its command line, or give its pid or pidfile'],
  )
}

/** What a wrapper such as unshare, env or sudo starts stands at the end of its own command line. */
function startedBy(words: readonly string[], wrapper: readonly string[]): boolean {
  const rest = wrapper.slice(-words.length)
  return wrapper.length > words.length && words.every((word, index) => word === rest[index])
}

async function isInPlace(pid: number, {tools, place}: SightWorld): Promise<boolean> {
  if (place.kind === 'host') return true
  const space = async (path: string): Promise<string> =>
    (await tools.run(HOST, {type: 'exec', file: 'readlink', args: [path]})).stdout.trim()
  const its = await space(`/proc/${pid}/ns/net`)
  if (place.kind === 'process') return its !== '' && its === (await space(`/proc/${place.pid}/ns/net`))
  const inside = await tools.run(place, {type: 'exec', file: 'readlink', args: ['/proc/self/ns/net']})
  return its !== '' && its === inside.stdout.trim()
}

async function factsOf(pid: number, world: SightWorld): Promise<ProcessFacts | null> {
  const who = await identify(world.files, pid)
  if (who.start === 0) return null
  const words = await wordsOf(pid, world)
  const stopped = (await stateOf(world.files, who)) === 'T'
  return {who, words, stopped, launch: await launchOf(pid, world)}
}

/** Null when it can't be read: the process of another user, or one whose folder is gone. */
async function launchOf(pid: number, {files, tools}: SightWorld): Promise<ProcessFacts['launch']> {
  const [env, status, folder, apart] = await Promise.all([
    files.readText(`/proc/${pid}/environ`).catch(() => null),
    files.readText(`/proc/${pid}/status`).catch(() => null),
    tools.run(HOST, {type: 'exec', file: 'readlink', args: ['-e', `/proc/${pid}/cwd`]}),
    isApart(pid, tools),
  ])
  const id = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status ?? '')?.[1])
  if (env === null || status === null || folder.exitCode !== 0) return null
  const pairs = env.split('\0').flatMap((line) => {
    const at = line.indexOf('=')
    return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : []
  })
  return {folder: folder.stdout.trim(), env: Object.fromEntries(pairs), uid: id('Uid'), gid: id('Gid'), apart}
}

async function isApart(pid: number, tools: SightWorld['tools']): Promise<boolean> {
  const spaces = async (whose: number | 'self'): Promise<string> => {
    const args = ['net', 'mnt', 'pid', 'user'].map((name) => `/proc/${whose}/ns/${name}`)
    return (await tools.run(HOST, {type: 'exec', file: 'readlink', args})).stdout
  }
  return (await spaces(pid)) !== (await spaces('self'))
}

async function wordsOf(pid: number, {files}: SightWorld): Promise<readonly string[]> {
  const text = await files.readText(`/proc/${pid}/cmdline`).catch(() => null)
  return (text ?? '').split('\0').slice(0, -1)
}

async function refuseVital(pid: number, {words}: ProcessFacts, world: SightWorld): Promise<void> {
  const own = await ancestorsOf(world.host.pid, world)
  const what =
    pid === 1
      ? 'the first process of the machine'
      : pid === world.host.pid
        ? 'netdrill itself'
        : own.includes(pid)
          ? 'a process that netdrill was started from'
          : words.length === 0
            ? 'a part of the kernel'
            : words.some((word) => isOwnProgram(word, world.host.holder ?? []))
              ? 'a keeper of netdrill'
              : null
  if (what === null) return
  throw new UserError(
    {
      code: 'FAULT_LOCKOUT',
      message: `process ${pid} is ${what}`,
      advice: ['name the process that is to be hit'],
    },
    EXIT.refused,
  )
}

/** Guards and holders of any netdrill, and the agents of this one: they measure what a fault does. */
function isOwnProgram(word: string, holder: readonly string[]): boolean {
  const folders = holder.map((one) => one.slice(0, one.lastIndexOf('/') + 1))
  return (
    /\/(?:guard|holder)\.[jt]s$/.test(word) ||
    folders.some(
      (folder) =>
        folder !== '' && /^agent\.[jt]s$/.test(word.slice(folder.length)) && word.startsWith(folder),
    )
  )
}

/** With the process itself, up to the first one. */
export async function ancestorsOf(
  pid: number,
  {files}: Pick<SightWorld, 'files'>,
): Promise<readonly number[]> {
  const chain = [pid]
  for (;;) {
    const parent = await parentOf(files, chain.at(-1) ?? 0)
    if (parent === null || chain.includes(parent)) return chain
    chain.push(parent)
  }
}

function usage(message: string, advice: readonly string[] = []): UserError {
  return new UserError({code: 'USAGE_INVALID', message, advice})
}

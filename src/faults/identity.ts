/** Who is who across processes: a process id alone may have been given to somebody else meanwhile. */
import type {Exec, Files, Host} from '../core/ports.ts'
import {toolPath} from '../core/place-command.ts'

export interface ProcessIdentity {
  readonly pid: number
  /** When it started, in clock ticks since boot (proc(5), stat field 22). */
  readonly start: number
}

/** The boot and the network namespace in which a process runs. */
export interface Home {
  readonly boot: string
  /** Such as `net:[4026531840]`; null where there is no /proc. */
  readonly namespace: string | null
}

export async function identify(files: Pick<Files, 'readText'>, pid: number): Promise<ProcessIdentity> {
  return {pid, start: (await startOf(files, pid)) ?? 0}
}

export async function isAlive(files: Pick<Files, 'readText'>, who: ProcessIdentity): Promise<boolean> {
  return (await startOf(files, who.pid)) === who.start
}

/** The letter that proc(5) has for what a process does, such as T for stopped; null when this process is gone. */
export async function stateOf(files: Pick<Files, 'readText'>, who: ProcessIdentity): Promise<string | null> {
  const stat = await readStat(files, who.pid)
  return stat?.start === who.start ? stat.state : null
}

/** A process's parent; null at the top, and for one that is gone. */
export async function parentOf(files: Pick<Files, 'readText'>, pid: number): Promise<number | null> {
  const parent = (await readStat(files, pid))?.parent ?? 0
  return parent > 0 ? parent : null
}

async function startOf(files: Pick<Files, 'readText'>, pid: number): Promise<number | null> {
  return (await readStat(files, pid))?.start ?? null
}

interface Stat {
  readonly state: string
  readonly parent: number
  readonly start: number
}

/** The name of a program may hold spaces and brackets: fields are counted after its last one. A zombie is dead. */
async function readStat(files: Pick<Files, 'readText'>, pid: number): Promise<Stat | null> {
  const stat = await files.readText(`/proc/${pid}/stat`).catch(() => null)
  if (stat === null) return null
  const [state = '', parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' || state === 'X' ? null : {state, parent: Number(parent), start: Number(rest[17])}
}

export async function findHome(ports: {
  readonly files: Files
  readonly exec: Exec
  readonly host: Host
}): Promise<Home> {
  const [boot, link] = await Promise.all([
    ports.files.readText('/proc/sys/kernel/random/boot_id').catch(() => null),
    ports.exec.run({
      file: 'readlink',
      args: ['/proc/self/ns/net'],
      env: {PATH: toolPath(ports.host.env('PATH'))},
    }),
  ])
  return {
    boot: boot?.trim() ?? '',
    namespace: link.exitCode === 0 ? link.stdout.trim() : null,
  }
}

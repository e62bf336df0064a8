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

export async function identify(files: Files, pid: number): Promise<ProcessIdentity> {
  return {pid, start: (await startOf(files, pid)) ?? 0}
}

export async function isAlive(files: Files, who: ProcessIdentity): Promise<boolean> {
  return (await startOf(files, who.pid)) === who.start
}

/** The name of a program may hold spaces and brackets: fields are counted after its last one. A zombie is dead. */
async function startOf(files: Files, pid: number): Promise<number | null> {
  const stat = await files.readText(`/proc/${pid}/stat`).catch(() => null)
  if (stat === null) return null
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? null : Number(fields[19])
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

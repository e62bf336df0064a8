/** What the processes of a running netdrill take, read from proc(5). */
import {readFileSync, readdirSync} from 'node:fs'

/** Of proc_pid_stat(5): clock ticks per second on Linux, whatever the machine. */
const TICKS = 100

/** What one process takes; zeros when it has ended between two looks. */
export interface ProcessCost {
  readonly megabytes: number
  /** Of the processor, since the process began. */
  readonly seconds: number
  readonly files: number
  readonly threads: number
}

/** The process and all that descend from it. */
export function familyOf(pid: number): readonly number[] {
  const children = tryRead(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'), '')
  return [pid, ...children.split(' ').filter(Boolean).map(Number).flatMap(familyOf)]
}

export function costOf(pid: number): ProcessCost {
  const resident = /VmRSS:\s+(\d+) kB/.exec(tryRead(() => readFileSync(`/proc/${pid}/status`, 'utf8'), ''))
  const stat = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'utf8'), '')
  // The second field is a name and may hold spaces; utime and stime are the 14th and 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return {
    megabytes: Number(resident?.[1] ?? 0) / 1024,
    seconds: (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS,
    files: tryRead(() => readdirSync(`/proc/${pid}/fd`).length, 0),
    threads: tryRead(() => readdirSync(`/proc/${pid}/task`).length, 0),
  }
}

function tryRead<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}

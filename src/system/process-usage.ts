/** What a process of ours has used so far, by its number. */
import {readFileSync} from 'node:fs'

export interface ProcessUsage {
  /** Seconds of processor time, of all its threads. */
  readonly cpu: number
  /** Bytes of memory that are resident. */
  readonly resident: number
}

/** USER_HZ: times in /proc are in hundredths of a second on every Linux (proc_pid_stat(5)). */
const TICKS = 100

/** From /proc; null where there is none, and for a process that is gone. A process knows its own everywhere. */
export function processUsage(pid: number): ProcessUsage | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold spaces; utime and stime are the 14th and 15th field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const cpu = (Number(fields[11]) + Number(fields[12])) / TICKS
    const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return {cpu, resident: Number(resident ?? 0) * 1024}
  } catch {
    return pid === process.pid ? ownUsage() : null
  }
}

function ownUsage(): ProcessUsage {
  const {user, system} = process.cpuUsage()
  return {cpu: (user + system) / 1e6, resident: process.memoryUsage.rss()}
}

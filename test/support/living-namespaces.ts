/** Which network namespaces there are, as the kernel tells it. */
import {readdirSync, readlinkSync} from 'node:fs'

/** The network namespace of a process, such as `net:[4026532205]`; null when the process is gone. */
export function namespaceOf(pid: number | string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`)
  } catch {
    return null
  }
}

/** Which of these namespaces some process still lives in. */
export function inhabited(namespaces: readonly (string | null)[]): string[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const living = new Set(all.map(namespaceOf))
  return namespaces.filter((name) => name !== null && living.has(name)) as string[]
}

/** A program with the time it took and the memory it had. */
import {spawn} from 'node:child_process'
import {readFileSync} from 'node:fs'

export interface Ran {
  readonly seconds: number
  readonly megabytes: number
  readonly stdout: string
}

/** How often memory is looked at. */
const POLL_MS = 20

export async function runMeasured(command: string, args: readonly string[], input = ''): Promise<Ran> {
  const started = performance.now()
  const child = spawn(command, args, {stdio: ['pipe', 'pipe', 'ignore']})
  const memory = watchMemory(child.pid ?? 0)
  const parts: Buffer[] = []
  child.stdout.on('data', (part: Buffer) => parts.push(part))
  child.stdin.end(input)
  await new Promise((resolve) => child.on('close', resolve))
  const seconds = (performance.now() - started) / 1000
  return {seconds, megabytes: memory.stop(), stdout: Buffer.concat(parts).toString()}
}

/** The most that the process had in memory, by the kernel's own mark. */
export function watchMemory(pid: number): {stop: () => number} {
  let most = 0
  const look = (): void => {
    try {
      const mark = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
      most = Math.max(most, Number(mark?.[1] ?? 0) / 1024)
    } catch {
      // It has ended: the last look counts.
    }
  }
  const timer = setInterval(look, POLL_MS)
  return {
    stop: () => {
      look()
      clearInterval(timer)
      return most
    },
  }
}

import {createInterface} from 'node:readline'

/** What a program at the far end of ssh has: lines from there, and their end. */
interface HostInput {
  onLine(listener: (line: string) => void): void
  /** The connection is gone, or this machine wants us to end. Calls back once. */
  onEnd(listener: () => void): void
  send(line: string): void
}

/** Standard input and output as the line to whoever has called us by ssh. */
export function openHostInput(): HostInput {
  const lines = createInterface({input: process.stdin})
  let over = false
  const listeners: (() => void)[] = []
  const end = (): void => {
    if (over) return
    over = true
    for (const listener of listeners) listener()
  }
  lines.once('close', end)
  process.stdout.on('error', end)
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, end)
  return {
    onLine: (listener) => void lines.on('line', listener),
    onEnd: (listener) => {
      if (over) listener()
      else listeners.push(listener)
    },
    send: (line) => void process.stdout.write(`${line}\n`),
  }
}

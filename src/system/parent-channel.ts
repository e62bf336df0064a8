import {createInterface} from 'node:readline'
import type {FromAgent, ToAgent} from '../core/agent.ts'

/** An agent's line to the main process. */
export interface ParentChannel {
  send(message: FromAgent): void
  onMessage(listener: (message: ToAgent) => void): void
  readonly pid: number
}

/**
 * Opens standard input and output as the line to the main process. End of input, or an output nobody reads, means
 * that the main process is gone: the agent ends at once, and with it the namespace it holds. Ctrl-C and the
 * terminal's hang-up reach the whole process group: what happens then is decided by the main process alone.
 */
export function openParentChannel(): ParentChannel {
  process.on('SIGINT', () => {})
  process.on('SIGHUP', () => {})
  process.stdout.on('error', () => process.exit(0))
  const lines = createInterface({input: process.stdin})
  lines.once('close', () => process.exit(0))
  return {
    pid: process.pid,
    send: (message) => void process.stdout.write(`${JSON.stringify(message)}\n`),
    onMessage: (listener) => void lines.on('line', (line) => listener(JSON.parse(line) as ToAgent)),
  }
}

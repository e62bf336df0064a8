import {spawn} from 'node:child_process'
import {createInterface} from 'node:readline'
import type {HostChannel, HostDoor, HostEnd} from '../core/host-channel.ts'
import {toolPath} from '../core/place-command.ts'
import type {Host} from '../core/ports.ts'
import {keepTail} from './keep-tail.ts'

/** After the end of ssh its standard error may be held open by another program: this long is it read on. */
const LAST_WORDS = 200

/**
 * Each ssh gets a session of its own, so that neither Ctrl-C nor the end of a terminal reaches it before us. It lives no longer
 * than this process: its input is a pipe that breaks, and it passes that on.
 */
export function systemHostDoor(host: Pick<Host, 'env'>): HostDoor {
  return {
    open: (args): HostChannel => {
      const child = spawn('ssh', args, {
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
        env: {...process.env, PATH: toolPath(host.env('PATH'))},
      })
      const said = keepTail(child.stderr)
      // A write to an ssh that has just ended: `ended` tells.
      child.stdin.on('error', () => {})
      const lines = createInterface({input: child.stdout})
      const ended = new Promise<HostEnd>((resolve) => {
        const finish = (end: Omit<HostEnd, 'said'>): void => resolve({...end, said: said()})
        child.once('error', (error: NodeJS.ErrnoException) =>
          finish({code: null, missing: error.code === 'ENOENT'}),
        )
        child.once('close', (code) => finish({code, missing: false}))
        child.once('exit', (code) => setTimeout(() => finish({code, missing: false}), LAST_WORDS).unref())
      })
      return {
        send: (line) => {
          if (child.stdin.writable) child.stdin.write(`${line}\n`)
        },
        onLine: (listener) => void lines.on('line', listener),
        ended,
        end: () => void child.stdin.end(),
        drop: () => void child.kill('SIGKILL'),
      }
    },
  }
}

import {spawn} from 'node:child_process'
import type {Socket} from 'node:net'
import type {GuardLink, Guards} from '../core/ports.ts'
import {ownProgram} from './own-program.ts'

/** Starting Node takes a hundredth of this; an emulated machine under load may need most of it. */
const PATIENCE = 60_000

/** Starts guards in a session of their own, so that neither the terminal's end nor its signals reach them. */
export const systemGuards: Guards = {
  start: async (run) => {
    const [program = '', ...words] = ownProgram('guard')
    const child = spawn(program, [...words, run], {
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      cwd: '/',
    })
    const {stdin, stdout, pid} = child
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the guard did not start in time')), PATIENCE)
      const settle = (act: () => void) => (): void => {
        clearTimeout(timer)
        act()
      }
      stdout.once('data', settle(resolve))
      child.once('error', (error) => settle(() => reject(error))())
      child.once(
        'exit',
        settle(() => reject(new Error('the guard ended at once'))),
      )
    })
    child.removeAllListeners('exit')
    // A guard that died is found out by looking at its process; a write to it must not end us.
    stdin.on('error', () => {})
    stdout.destroy()
    child.unref()
    // The pipe alone must not keep this process alive; libuv's pipes are sockets.
    ;(stdin as Socket).unref()
    return link(pid ?? -1, stdin)
  },
}

function link(pid: number, stdin: NodeJS.WritableStream): GuardLink {
  return {
    pid,
    look: () => {
      stdin.write('look\n')
    },
    detach: () => {
      stdin.end('detach\n')
    },
    release: () => {
      stdin.end('release\n')
    },
  }
}

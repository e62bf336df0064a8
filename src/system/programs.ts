import {type ChildProcess, spawn} from 'node:child_process'
import {toolPath} from '../core/place-command.ts'
import type {Host, ProgramRequest, Programs, RunningProgram} from '../core/ports.ts'
import {stripControl} from '../core/text.ts'
import {keepTail} from './keep-tail.ts'

/**
 * Each program is the first of a process namespace: when it ends, the kernel ends whatever it has started. And
 * `--pdeathsig` ends it when we are gone without a word (prctl(2), PR_SET_PDEATHSIG). Whoever isn't root needs a user
 * namespace for that, in which every file still has its owner.
 */
export function systemPrograms(host: Pick<Host, 'env' | 'uid'>): Programs {
  const user = host.uid === 0 ? [] : ['--user', '--map-current-user']
  const before = ['--pdeathsig', 'KILL', '--', 'unshare', ...user, '--pid', '--fork', '--kill-child', '--']
  return {
    start({file, args, env}: ProgramRequest): RunningProgram {
      const child = spawn('setpriv', [...before, file, ...args], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {...process.env, ...env, PATH: toolPath(host.env('PATH'))},
      })
      return {pid: child.pid ?? -1, ...watchEnd(child)}
    },
  }
}

function watchEnd(child: ChildProcess): Pick<RunningProgram, 'ended' | 'stop'> {
  const said = keepTail(child.stderr)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`it could not be started: ${error.message}`))
    child.once('exit', (code, signal) => {
      const how = signal === null ? `it ended with code ${String(code)}` : `it was ended by ${signal}`
      const line = stripControl(said().trim().split('\n').at(-1) ?? '')
      resolve(line === '' ? how : `${how}: ${line}`)
    })
  })
  return {
    ended,
    stop: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

import {spawn} from 'node:child_process'
import type {Exec, ExecRequest, ExecResult} from '../core/ports.ts'
import {systemExec} from './exec.ts'

/** How long a program may take to obey TERM before it gets KILL. */
const KILL_AFTER = 500
/** More than this is thrown away. */
export const MOST_OUTPUT = 1_000_000
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin'

/**
 * Runs short programs by the hundred: without execa, and with an environment of PATH and locale alone, a start takes two
 * thirds of the time. For programs that end by themselves: one that is still there when this process ends is left to it.
 */
export const quickExec: Exec = {
  run: async (request) => (request.input === undefined ? runQuickly(request) : systemExec.run(request)),
}

async function runQuickly({file, args, timeout, signal, env}: ExecRequest): Promise<ExecResult> {
  const started = process.hrtime.bigint()
  const child = spawn(file, args, {
    // A fixed locale: the output is parsed.
    env: {PATH: process.env['PATH'] ?? DEFAULT_PATH, LC_ALL: 'C', ...env},
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = {stdout: '', stderr: ''}
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8')
    child[name].on('data', (text: string) => {
      if (texts[name].length < MOST_OUTPUT) texts[name] += text
    })
  }
  const timers: NodeJS.Timeout[] = []
  let timedOut = false
  const end = (): void => {
    child.kill('SIGTERM')
    timers.push(setTimeout(() => child.kill('SIGKILL'), KILL_AFTER))
  }
  const onTimeout = (): void => {
    timedOut = true
    end()
  }
  if (timeout !== undefined) timers.push(setTimeout(onTimeout, timeout))
  if (signal?.aborted) end()
  signal?.addEventListener('abort', end, {once: true})
  const {promise, resolve} = Promise.withResolvers<{exitCode: number | null; notFound: boolean}>()
  child.on('error', (error: NodeJS.ErrnoException) => {
    // Also told when it could not be killed; then its end is still to come.
    if (child.pid === undefined) resolve({exitCode: null, notFound: error.code === 'ENOENT'})
  })
  child.on('close', (exitCode) => resolve({exitCode, notFound: false}))
  const {exitCode, notFound} = await promise
  for (const timer of timers) clearTimeout(timer)
  signal?.removeEventListener('abort', end)
  return {...texts, exitCode, notFound, timedOut, took: Number(process.hrtime.bigint() - started) / 1e6}
}

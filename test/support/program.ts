import {type ChildProcess, spawn} from 'node:child_process'
import {existsSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

/** The program as users start it. NETDRILL_TEST_BIN points the tests at another build. */
export const BIN =
  process.env['NETDRILL_TEST_BIN'] ?? fileURLToPath(new URL('../../bin/run.js', import.meta.url))

/** Compiled code is kept across tests, whatever they take for their home. */
const COMPILED = process.env['XDG_CACHE_HOME'] ?? fileURLToPath(new URL('../../.cache', import.meta.url))

export interface ProgramResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly uid?: number
  /** Ended by SIGKILL after this long, in milliseconds. */
  readonly timeout?: number
  readonly cwd?: string
}

export interface RunningProgram {
  readonly child: ChildProcess
  readonly result: Promise<ProgramResult>
  /** Resolves when stdout or stderr matches; rejects when the program ends before. */
  waitFor(pattern: RegExp): Promise<void>
}

/** Starts netdrill with pipes in place of a terminal. */
export function startProgram(args: readonly string[], options: ProgramOptions = {}): RunningProgram {
  const env = {
    ...process.env,
    NO_COLOR: undefined,
    FORCE_COLOR: undefined,
    CI: undefined,
    XDG_CACHE_HOME: COMPILED,
    ...options.env,
  }
  const identity = options.uid === undefined ? {} : {uid: options.uid, gid: options.uid}
  const child = spawn(process.execPath, [BIN, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...identity,
    ...(options.cwd ? {cwd: options.cwd} : {}),
  })
  let stdout = ''
  let stderr = ''
  const waiters = new Set<() => void>()
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString()
    for (const wake of waiters) wake()
  })
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString()
    for (const wake of waiters) wake()
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeout ?? 90_000)
  const result = new Promise<ProgramResult>((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({code, signal, stdout, stderr})
    })
  })
  const waitFor = async (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!pattern.test(stdout) && !pattern.test(stderr)) return
        waiters.delete(check)
        resolve()
      }
      waiters.add(check)
      void result.then(() => reject(new Error(`ended before ${String(pattern)}:\n${stdout}\n${stderr}`)))
      check()
    })
  return {child, result, waitFor}
}

export async function runProgram(
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  return startProgram(args, options).result
}

/** The bundle has to be there; `npm test` builds it. */
export function requireBundle(): void {
  if (!existsSync(BIN)) throw new Error('build first: npm run build')
}

import {spawn} from 'node:child_process'
import {createSocket} from 'node:dgram'
import {rmSync} from 'node:fs'
import {connect, createServer} from 'node:net'
import {stripControl} from '../core/text.ts'

/** Something that is kept until it is let go. */
export interface Held {
  readonly close: () => void
}

export interface HeldPort {
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  /** `::` is every address of both families. */
  readonly address: string
}

/** Takes a port, as another program would. Rejects with the error of the kernel, such as EADDRINUSE. */
export async function holdPort({protocol, port, address}: HeldPort): Promise<Held> {
  if (protocol === 'tcp') {
    // Whoever connects is turned away at once: the port is taken, the service is not there.
    const server = createServer((socket) => socket.resetAndDestroy())
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({port, host: address}, resolve)
    })
    return {close: () => server.close()}
  }
  const socket = createSocket({type: address.includes(':') ? 'udp6' : 'udp4'})
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({port, address}, resolve)
  })
  return {close: () => socket.close()}
}

export interface IdleConnections {
  readonly address: string
  readonly port: number
  readonly count: number
  readonly timeout: number
}

/** Opens connections and keeps them silent. Resolves with how many there are once all had their chance. */
export async function holdConnections(asked: IdleConnections): Promise<Held & {readonly open: number}> {
  const sockets = Array.from({length: asked.count}, () => connect({host: asked.address, port: asked.port}))
  const opened = await Promise.all(
    sockets.map(
      async (socket) =>
        new Promise<boolean>((resolve) => {
          socket.once('connect', () => resolve(true))
          socket.on('error', () => resolve(false))
          setTimeout(() => resolve(false), asked.timeout).unref()
        }),
    ),
  )
  return {
    open: opened.filter(Boolean).length,
    close: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
}

export interface LaunchRequest {
  readonly words: readonly string[]
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly uid: number
  readonly gid: number
}

/** Starts a program and leaves it alone: in a session of its own, its output goes nowhere. Rejects with ENOENT and the like. */
export async function launch({words, folder, env, uid, gid}: LaunchRequest): Promise<number> {
  const [file = '', ...args] = words
  const self = process.getuid?.() === uid && process.getgid?.() === gid
  const child = spawn(file, args, {
    cwd: folder,
    env,
    detached: true,
    stdio: 'ignore',
    // Only root may become somebody else.
    ...(self ? {} : {uid, gid}),
  })
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('spawn', resolve)
  })
  child.unref()
  return child.pid ?? -1
}

/**
 * Runs a program as the first of a process group, so that all of it can be ended at once; its output goes nowhere. The
 * kernel ends the first one when we are gone without a word.
 */
export async function runGroup(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...words], {
    env: {...process.env, ...env},
    detached: true,
    stdio: 'ignore',
  })
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('spawn', resolve)
  })
  return child.pid ?? -1
}

/** Ends a process group, and removes what libfaketime leaves of its first process, which has no time to do so itself. */
export function endGroup(pid: number, alive: boolean): void {
  try {
    // A number whose process is gone may be another group's by now.
    if (alive) process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
  for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`])
    rmSync(`/dev/shm/${name}`, {force: true})
}

/** Starts a program that outlives us, and resolves with its first line, or with the reason why there is none. */
export async function startAndWait(
  words: readonly string[],
): Promise<{readonly line: string; readonly ok: boolean}> {
  const [file = '', ...args] = words
  const child = spawn(file, args, {detached: true, stdio: ['ignore', 'pipe', 'ignore'], cwd: '/'})
  const line = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.once('error', reject)
    child.once('close', () => resolve(text))
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
      if (text.includes('\n')) resolve(text)
    })
  })
  child.stdout.destroy()
  child.unref()
  const first = stripControl(line.split('\n')[0] ?? '')
  return {line: first, ok: first.startsWith('ready')}
}

/** Calls back when a shutdown asks us to end; what a terminal sends is ignored, since we are to outlive it. */
export function onAskedToEnd(listener: () => void): void {
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => {})
  process.on('SIGTERM', listener)
  process.stdout.on('error', () => {})
}

export function tellParent(line: string): void {
  process.stdout.write(`${line}\n`)
}

export function complain(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** A client and a server with two links between them, and `netdrill monitor` in the client's namespace. */
import {type ChildProcess, execFileSync, spawn} from 'node:child_process'
import {randomBytes} from 'node:crypto'
import {once} from 'node:events'
import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {RunEvent} from '../../src/core/events.ts'
import {ipIn} from './namespaces.ts'
import {BIN} from './program.ts'

const SERVE = new URL('mptcp-server.py', import.meta.url).pathname

/** The client has `wifi` (10.83.1.1) and `cable` (10.83.2.1); the server's ends are `wifi-s` (10.83.1.2) and `cable-s`. */
export interface TwoPaths {
  readonly client: string
  readonly server: string
  /** Starts a server on all addresses; gives a function that ends it. */
  serve(kind: 'mptcp' | 'plain', port: number): Promise<() => Promise<void>>
  remove(): Promise<void>
}

export function makeTwoPaths(): TwoPaths {
  const id = randomBytes(3).toString('hex')
  const [client, server] = [`nd-c-${id}`, `nd-s-${id}`]
  for (const name of [client, server]) {
    execFileSync('ip', ['netns', 'add', name], {stdio: 'pipe'})
    ipIn(name, 'link set lo up')
  }
  for (const [index, name] of ['wifi', 'cable'].entries()) {
    // With equal numbers at both ends Linux takes them for devices without a peer, and tells their carrier once a second only.
    const [here, there] = [`index ${11 + index}`, `index ${21 + index}`]
    ipIn(client, `link add ${name} ${here} type veth peer name ${name}-s ${there} netns ${server}`)
    ipIn(client, `addr add 10.83.${index + 1}.1/24 dev ${name}`)
    ipIn(server, `addr add 10.83.${index + 1}.2/24 dev ${name}-s`)
    ipIn(client, `link set ${name} up`)
    ipIn(server, `link set ${name}-s up`)
  }
  const servers = new Set<ChildProcess>()
  const end = async (child: ChildProcess): Promise<void> => {
    servers.delete(child)
    const ended = once(child, 'exit')
    child.stdin?.end()
    await ended
  }
  return {
    client,
    server,
    serve: async (kind, port) => {
      const args = ['netns', 'exec', server, 'python3', SERVE, kind, String(port)]
      const child = spawn('ip', args, {stdio: ['pipe', 'pipe', 'inherit']})
      servers.add(child)
      await once(child.stdout, 'data')
      return async () => end(child)
    },
    remove: async () => {
      for (const child of servers) await end(child)
      for (const name of [client, server]) execFileSync('ip', ['netns', 'del', name], {stdio: 'pipe'})
    },
  }
}

export interface Monitored {
  /** What it has told so far, with the moment of arrival on `performance.now()`. */
  readonly events: readonly (RunEvent & {readonly seenAt: number})[]
  /** The first event from the `from`th on that fits. Rejects after ten seconds. */
  waitFor(fits: (event: RunEvent) => boolean, from?: number): Promise<RunEvent & {readonly seenAt: number}>
  stop(): Promise<void>
}

/** Runs the built `netdrill monitor` with this document, and collects its event stream. */
export async function monitorIn(
  namespace: string,
  folder: string,
  document: string,
  flags: readonly string[] = [],
): Promise<Monitored> {
  const file = join(folder, 'netdrill.yaml')
  await writeFile(file, document)
  const line = ['netns', 'exec', namespace, process.execPath, BIN, 'monitor', file, '--jsonl', ...flags]
  const env = {...process.env, XDG_STATE_HOME: folder, HOME: folder}
  const child = spawn('ip', line, {stdio: ['ignore', 'pipe', 'pipe'], env})
  const events: (RunEvent & {readonly seenAt: number})[] = []
  const listeners = new Set<() => void>()
  let rest = ''
  let said = ''
  child.stderr.on('data', (data: Buffer) => (said += data.toString()))
  child.stdout.on('data', (data: Buffer) => {
    const seenAt = performance.now()
    const lines = (rest + data.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines) events.push({...(JSON.parse(text) as RunEvent), seenAt})
    for (const listener of listeners) listener()
  })
  const ended = once(child, 'close')
  return {
    events,
    waitFor: async (fits, from = 0) =>
      new Promise((resolve, reject) => {
        const tail = (): string =>
          events
            .slice(-12)
            .map((event) => JSON.stringify(event).slice(0, 500))
            .join('\n')
        const fail = (why: string): void => finish(() => reject(new Error(`${why}\n${said}\n${tail()}`)))
        const timer = setTimeout(() => fail('nothing that fits came within 10s'), 10_000)
        const finish = (settle: () => void): void => {
          clearTimeout(timer)
          listeners.delete(look)
          settle()
        }
        const look = (): void => {
          const found = events.slice(from).find(fits)
          if (found) finish(() => resolve(found))
        }
        listeners.add(look)
        void ended.then(() => fail('the monitor has ended'))
        look()
      }),
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

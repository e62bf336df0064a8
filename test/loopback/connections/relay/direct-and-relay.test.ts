/** A direct way and a relay, both WebSocket connections that are kept, in a group that prefers the direct one. */
import type {Socket} from 'node:net'
import {afterEach, expect, test} from 'vitest'
import {type WebSocket, WebSocketServer} from 'ws'
import {openPorts} from '../../../../src/app/ports.ts'
import {FollowGroups} from '../../../../src/connections/groups/follow-groups.ts'
import {openWatch} from '../../../../src/connections/watch-targets.ts'
import type {RunEvent} from '../../../../src/core/events.ts'
import type {PathGroupSpec} from '../../../../src/core/group-spec.ts'
import type {WatchSpec} from '../../../../src/core/watch.ts'
import {websocketOptions} from '../../../../src/probes/websocket/options.ts'
import {freePort} from '../../../support/nginx-tls.ts'

const GROUP: PathGroupSpec = {
  ...{mode: 'active-backup', name: 'chat'},
  paths: [
    {name: 'direct', target: 'direct'},
    {name: 'relay', target: 'relay'},
  ],
  failover: {onQuality: false, maxRtt: 500, maxLoss: 0.4},
  failback: {policy: 'after_stable', holdDown: 300, minImprovement: 0},
  switches: {most: 20, within: 60_000},
}

/** One side of the chat: counts its connections, and misbehaves when told. */
class Peer {
  readonly port: number
  connections = 0
  /** What becomes of a ping; by default the pong of RFC 6455. */
  onPing: (socket: WebSocket, data: Buffer) => void = (socket, data) => socket.pong(data)
  #server: WebSocketServer | null = null

  constructor(port: number) {
    this.port = port
  }

  async listen(): Promise<void> {
    const server = new WebSocketServer({host: '127.0.0.1', port: this.port, autoPong: false})
    this.#server = server
    server.on('connection', (socket) => {
      this.connections += 1
      socket.on('error', () => undefined)
      socket.on('ping', (data) => this.onPing(socket, data))
    })
    await new Promise((resolve) => server.once('listening', resolve))
  }

  /** Ends all connections and takes no new ones. */
  async end(how: 'close' | 'reset' = 'close'): Promise<void> {
    const server = this.#server
    this.#server = null
    if (!server) return
    for (const client of server.clients) {
      if (how === 'close') client.close(1001, 'restart')
      else (client as unknown as {_socket: Socket})._socket.resetAndDestroy()
    }
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
  }
}

type Switch = RunEvent & {type: 'path-switched'}
interface Chat {
  readonly direct: Peer
  readonly relay: Peer
  readonly events: RunEvent[]
  readonly switches: () => readonly Switch[]
  readonly codes: (target: string) => readonly string[]
}

const cleanUp: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const each of cleanUp.splice(0).toReversed()) await each()
})

async function begin(isDirectThere = true): Promise<Chat> {
  const [direct, relay] = [new Peer(await freePort()), new Peer(await freePort())]
  await relay.listen()
  if (isDirectThere) await direct.listen()
  const ports = openPorts(1)
  const stop = new AbortController()
  const groups = new FollowGroups()
  const events: RunEvent[] = groups.replace([GROUP], () => 100).map((event) => ({...event, at: 0}))
  const emit = (event: RunEvent): void => void events.push(event, ...groups.add(event))
  const specs = [specOf('direct', direct.port), specOf('relay', relay.port)]
  const watch = await openWatch(specs, ports, {origin: ports.clock.now(), emit, signal: stop.signal})
  cleanUp.push(
    async () => relay.end(),
    async () => direct.end(),
    async () => {
      stop.abort()
      await watch.ended
    },
  )
  const switches = (): readonly Switch[] => events.filter((event) => event.type === 'path-switched')
  const codes = (target: string): readonly string[] =>
    events.flatMap((event) =>
      event.type === 'sample' && event.target === target && event.sample.outcome.status === 'failed'
        ? [event.sample.outcome.failure.code]
        : [],
    )
  return {direct, relay, events, switches, codes}
}

function specOf(name: string, port: number): WatchSpec {
  const options = websocketOptions.parse({keep: true, pong_timeout: '90ms'})
  return {
    ...{name, url: `ws://127.0.0.1:${port}/ws`, role: 'target', interval: 100, timeout: 1000},
    ...{family: 0, options, policy: null, fall: 2, rise: 2},
  }
}

const pathOf = ({switches}: Chat): string | null => switches().at(-1)?.to ?? null
async function onPath(chat: Chat, path: string): Promise<void> {
  await expect.poll(() => pathOf(chat), {timeout: 5000, interval: 20}).toBe(path)
}

test.for([
  ['close', 'WS_CLOSED'],
  ['reset', 'TCP_RESET'],
] as const)(
  'a direct connection that ends by %s is noticed without help; the warm relay takes over and hands back',
  async ([how, code]) => {
    const chat = await begin()
    await onPath(chat, 'direct')
    // The relay's connection is there before it is needed, and is the same afterwards: its connect is in no bound.
    await expect.poll(() => chat.relay.connections).toBe(1)
    await chat.direct.end(how)
    await onPath(chat, 'relay')
    expect(chat.codes('direct')).toContain(code)
    expect(chat.relay.connections).toBe(1)
    expect(chat.codes('relay')).toEqual([])
    const [, away] = chat.switches()
    expect(away).toMatchObject({from: 'direct', to: 'relay', kind: 'down'})
    await chat.direct.listen()
    await onPath(chat, 'direct')
    expect(
      chat
        .switches()
        .map(({kind}) => kind)
        .filter((kind) => kind !== 'start'),
    ).toEqual(['down', 'failback'])
  },
)

test.for([
  ['that come too late', (socket: WebSocket, data: Buffer) => void setTimeout(() => socket.pong(data), 150)],
  ['of an earlier ping', (socket: WebSocket) => socket.pong(Buffer.alloc(8, 7))],
  ['that never come', () => undefined],
] as const)('pongs %s are misses: after two of them the relay takes over', async ([, onPing]) => {
  const chat = await begin()
  await onPath(chat, 'direct')
  chat.direct.onPing = onPing
  await onPath(chat, 'relay')
  expect(new Set(chat.codes('direct'))).toEqual(new Set(['WS_PONG_TIMEOUT']))
  expect(chat.codes('direct').length).toBeGreaterThanOrEqual(2)
  expect(chat.codes('relay')).toEqual([])
})

test('a direct way that was never there does no harm: the relay carries on, and the direct one is tried on', async () => {
  const chat = await begin(false)
  await onPath(chat, 'relay')
  await expect.poll(() => chat.codes('direct').length, {timeout: 5000}).toBeGreaterThan(5)
  expect(chat.codes('relay')).toEqual([])
  expect(chat.switches()).toHaveLength(1)
  await chat.direct.listen()
  await onPath(chat, 'direct')
})

test('with both gone it is told that all are down, and the first one back is taken', async () => {
  const chat = await begin()
  await onPath(chat, 'direct')
  await Promise.all([chat.direct.end('reset'), chat.relay.end('reset')])
  await expect.poll(() => chat.switches().at(-1)?.kind, {timeout: 5000}).toBe('all-down')
  await chat.relay.listen()
  await onPath(chat, 'relay')
})

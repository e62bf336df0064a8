import {type AddressInfo, type Server, type Socket, createServer} from 'node:net'
import {once} from 'node:events'
import {afterEach, describe, expect, test} from 'vitest'
import {openPorts} from '../../../../src/app/ports.ts'
import {openWatch} from '../../../../src/connections/watch-targets.ts'
import {detectionTime} from '../../../../src/core/health.ts'
import type {RunEvent} from '../../../../src/core/events.ts'
import type {Failure} from '../../../../src/core/failure.ts'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {parseTargetUrl} from '../../../../src/core/target.ts'
import type {Prober} from '../../../../src/probes/probe.ts'
import {tcpOptions} from '../../../../src/probes/tcp/options.ts'
import {tcp} from '../../../../src/probes/tcp/probe.ts'
import {SPEC} from '../../../support/watch-rig.ts'

interface Served {
  readonly server: Server
  readonly port: number
  readonly sockets: Socket[]
}

const open: Served[] = []
const probers: Prober[] = []

afterEach(async () => {
  for (const prober of probers.splice(0)) await prober.close()
  for (const {server, sockets} of open.splice(0)) {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function serve(answer: (line: string, socket: Socket) => void): Promise<Served> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', (data) => answer(data.toString(), socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const served = {server, sockets, port: (server.address() as AddressInfo).port}
  open.push(served)
  return served
}

async function openKept(port: number): Promise<Prober> {
  const url = parseTargetUrl(`tcp://127.0.0.1:${port}`)
  if (!url.ok) throw new Error(url.because)
  const prober = await tcp.open(
    {url: url.value, family: 0, options: tcpOptions.parse({keep: true})},
    openPorts(1),
  )
  probers.push(prober)
  return prober
}

const {signal} = new AbortController()
const ask = async (prober: Prober, timeout = 2000): Promise<Outcome> =>
  prober.measure({seq: 0, timeout, signal})
const echo = (line: string, socket: Socket): boolean => socket.write(line)

describe('a connection that is kept', () => {
  test('carries every ping; only the first sample has a handshake', async () => {
    const {port, sockets} = await serve(echo)
    const prober = await openKept(port)
    const outcomes = [await ask(prober), await ask(prober), await ask(prober)]
    expect(outcomes.map(({status}) => status)).toEqual(['ok', 'ok', 'ok'])
    const phases = outcomes.map((one) => (one.status === 'ok' ? Object.keys(one.reading.phase) : []))
    expect(phases).toEqual([
      ['connect', 'wait', 'total'],
      ['wait', 'total'],
      ['wait', 'total'],
    ])
    expect(sockets).toHaveLength(1)
  })

  test('takes pings that overlap, answered in another order', async () => {
    const lines: string[] = []
    const {port} = await serve((line, socket) => {
      lines.push(...line.split('\n').filter((one) => one !== ''))
      if (lines.length === 3) for (const one of lines.toReversed()) socket.write(`${one}\n`)
    })
    const prober = await openKept(port)
    const outcomes = await Promise.all([ask(prober), ask(prober), ask(prober)])
    expect(outcomes.map(({status}) => status)).toEqual(['ok', 'ok', 'ok'])
  })

  test('counts a replayed and a late echo as a miss, and lives on', async () => {
    const seen: string[] = []
    const {port, sockets} = await serve((line, socket) => {
      seen.push(line)
      // The second ping gets the first one's echo; the third one's comes too late.
      if (seen.length === 2) socket.write(seen[0] ?? '')
      else if (seen.length === 3) setTimeout(() => socket.write(line), 400)
      else socket.write(line)
    })
    const prober = await openKept(port)
    const codes = []
    for (let count = 0; count < 4; count++) {
      const outcome = await ask(prober, count === 3 ? 2000 : 200)
      codes.push(outcome.status === 'failed' ? outcome.failure.code : outcome.status)
    }
    expect(codes).toEqual(['ok', 'TCP_SILENT', 'TCP_SILENT', 'ok'])
    expect(sockets).toHaveLength(1)
  })

  test.each([
    ['reset', (socket: Socket) => socket.resetAndDestroy(), 'TCP_RESET'],
    ['closed', (socket: Socket) => socket.end(), 'TCP_CLOSED'],
  ])('tells at once, between two samples, that it was %s, and is dialled anew', async (_what, end, code) => {
    const {port, sockets} = await serve(echo)
    const prober = await openKept(port)
    const broken = new Promise<Failure>((resolve) => prober.onBroken?.(resolve))
    await ask(prober)
    for (const socket of sockets) end(socket)
    expect(await broken).toMatchObject({code})
    expect((await ask(prober)).status).toBe('ok')
    expect(sockets).toHaveLength(2)
  })

  test('fails as any target when nothing listens', async () => {
    const {server, port} = await serve(echo)
    await new Promise((resolve) => server.close(resolve))
    open.pop()
    expect(await ask(await openKept(port))).toMatchObject({status: 'failed', failure: {code: 'TCP_REFUSED'}})
  })

  test('takes no other conversation', async () => {
    const url = parseTargetUrl('tcp://127.0.0.1:1')
    if (!url.ok) throw new Error(url.because)
    const options = tcpOptions.parse({keep: true, banner: true})
    await expect(tcp.open({url: url.value, family: 0, options}, openPorts(1))).rejects.toThrow('contradict')
  })
})

test('a watch learns of a reset in milliseconds, long before the next check, and confirms by one', async () => {
  const {port, sockets} = await serve(echo)
  const ports = openPorts(1)
  const stop = new AbortController()
  const events: RunEvent[] = []
  const spec = {...SPEC, url: `tcp://127.0.0.1:${port}`, interval: 30_000, fall: 1, options: {keep: true}}
  const arrived = new Map<string, () => void>()
  const state = async (name: string): Promise<void> => new Promise((resolve) => arrived.set(name, resolve))
  const connected = state('connected')
  const emit = (event: RunEvent): void => {
    events.push(event)
    if (event.type === 'state-changed') arrived.get(event.to)?.()
  }
  const watch = await openWatch([spec], ports, {origin: ports.clock.now(), emit, signal: stop.signal})
  await connected
  const back = state('connected')
  const at = ports.clock.now()
  for (const socket of sockets) socket.resetAndDestroy()
  await back
  const took = ports.clock.now() - at
  stop.abort()
  await watch.ended
  const states = events.flatMap((event) => (event.type === 'state-changed' ? [event.to] : []))
  expect(states).toEqual(['connecting', 'connected', 'reconnecting', 'connected', 'disconnected'])
  // The checks alone would have needed their interval.
  expect(took).toBeLessThan(detectionTime(spec).mean / 2)
})

import net from 'node:net'
import {once} from 'node:events'
import {afterEach, describe, expect, it} from 'vitest'
import {seededRandom} from '../../../src/core/random.ts'
import {makeAuthority} from '../../../src/lab/servers/certificates/certificate.ts'
import {LabProxy} from '../../../src/lab/servers/proxy/lab-proxy.ts'
import {startTcpEcho} from '../../../src/lab/servers/tcp-echo.ts'
import {systemPrograms} from '../../../src/system/programs.ts'
import {systemHost} from '../../../src/system/host.ts'
import {systemClock} from '../../../src/system/clock.ts'
import {type ProxyWords, proxyOrders} from '../../support/proxy-orders.ts'

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

const base = {address: '127.0.0.1', port: 0, clock: systemClock}

interface TestProxy {
  readonly port: number
  readonly proxy: LabProxy
  impair(words: ProxyWords): Promise<void>
  close(): Promise<void>
}

async function openProxy(
  upstream: {readonly address: string; readonly port: number},
  random = seededRandom(1),
): Promise<TestProxy> {
  const listen = {address: '127.0.0.1', port: 0}
  const authority = makeAuthority('test', new Date(Date.now() - 1000), new Date(Date.now() + 86_400_000))
  const proxy = await LabProxy.open({
    ...{listen, upstream, authority, random},
    passes: ['tcp'],
    names: ['localhost'],
    clock: systemClock,
  })
  return {
    proxy,
    port: proxy.listens.port,
    impair: async (words) => proxy.set(proxyOrders(words)),
    close: async () => proxy.close(),
  }
}

async function setup(seed = 1): Promise<TestProxy> {
  const random = seededRandom(seed)
  const server = await startTcpEcho({
    ...base,
    names: [],
    options: {},
    random,
    programs: systemPrograms(systemHost()),
  })
  cleanups.push(() => server.close())
  const proxy = await openProxy({address: server.address, port: server.port}, random)
  cleanups.push(() => proxy.close())
  return proxy
}

async function connect(port: number): Promise<net.Socket> {
  const socket = net.connect({host: '127.0.0.1', port, allowHalfOpen: true})
  cleanups.push(() => void socket.destroy())
  await once(socket, 'connect')
  socket.on('error', () => {})
  return socket
}

async function roundTrip(socket: net.Socket, text: string): Promise<number> {
  const start = systemClock.now()
  socket.write(text)
  let seen = ''
  while (seen.length < text.length) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    seen += chunk.toString()
  }
  expect(seen).toBe(text)
  return systemClock.now() - start
}

/** The code a connection attempt or a live connection ends with; `end` for an orderly close. */
async function howItEnds(socket: net.Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
    socket.once('end', () => resolve('end'))
    socket.resume()
  })
}

describe('the userspace proxy', () => {
  it('passes bytes through and counts them in both directions', async () => {
    const proxy = await setup()
    const socket = await connect(proxy.port)
    await roundTrip(socket, 'hello')
    expect(proxy.proxy.counters).toEqual({connections: 1, bytes: 10, faults: {}})
  })

  it('adds the latency once per direction to a live connection, and takes it away again', async () => {
    const proxy = await setup()
    const socket = await connect(proxy.port)
    await proxy.impair({latency: 60})
    const slow = await roundTrip(socket, 'a')
    expect(slow).toBeGreaterThanOrEqual(118)
    await proxy.impair({})
    expect(await roundTrip(socket, 'b')).toBeLessThan(slow / 2)
    expect(Object.values(proxy.proxy.counters.faults)).toEqual([{matched: 1, affected: 1}])
  })

  it('keeps the order of chunks whatever the jitter', async () => {
    const proxy = await setup(7)
    const socket = await connect(proxy.port)
    await proxy.impair({latency: 10, jitter: 10})
    const text = Array.from({length: 40}, (_, index) => `<${index}>`)
    const received: string[] = []
    socket.on('data', (chunk: Buffer) => received.push(chunk.toString()))
    for (const part of text) {
      socket.write(part)
      await systemClock.sleep(1)
    }
    socket.end()
    await once(socket, 'end')
    expect(received.join('')).toBe(text.join(''))
  })

  it('limits the rate to what was asked', async () => {
    const proxy = await setup()
    const socket = await connect(proxy.port)
    // 100 kB/s: 40 kB in each direction at the same time take about 0.4 s.
    await proxy.impair({bandwidth: 800_000})
    const took = await roundTrip(socket, 'x'.repeat(40_000))
    expect(took).toBeGreaterThan(350)
    expect(took).toBeLessThan(1200)
  })

  it('refuses with a closed port and opens the same port again', async () => {
    const proxy = await setup()
    const live = await connect(proxy.port)
    await proxy.impair({refuse: true})
    expect(await howItEnds(net.connect(proxy.port, '127.0.0.1'))).toBe('ECONNREFUSED')
    await roundTrip(live, 'a live connection goes on')
    const {port} = proxy
    await proxy.impair({})
    expect(proxy.port).toBe(port)
    await roundTrip(await connect(port), 'again')
  })

  it('resets an idle live connection at once, and new ones right after they are accepted', async () => {
    const proxy = await setup()
    const idle = await connect(proxy.port)
    await roundTrip(idle, 'a')
    const ended = howItEnds(idle)
    await proxy.impair({reset: true})
    expect(await ended).toBe('ECONNRESET')
    expect(await howItEnds(net.connect(proxy.port, '127.0.0.1'))).toBe('ECONNRESET')
    expect(Object.values(proxy.proxy.counters.faults)).toEqual([{matched: 2, affected: 2}])
    await proxy.impair({})
    await roundTrip(await connect(proxy.port), 'b')
  })

  it('holds everything in a black hole and loses nothing of it', async () => {
    const proxy = await setup()
    const live = await connect(proxy.port)
    await proxy.impair({blackhole: true})
    const silent = await connect(proxy.port)
    const got: string[] = []
    for (const socket of [live, silent]) {
      socket.on('data', (chunk: Buffer) => got.push(chunk.toString()))
      socket.write('kept')
    }
    await systemClock.sleep(100)
    expect(got).toEqual([])
    await proxy.impair({})
    await Promise.all([live, silent].map(async (socket) => once(socket, 'data')))
    expect(got).toEqual(['kept', 'kept'])
  })

  it('passes a half-close on and still delivers what comes back', async () => {
    const proxy = await setup()
    await proxy.impair({latency: 20})
    const socket = await connect(proxy.port)
    const got: Buffer[] = []
    socket.on('data', (chunk: Buffer) => got.push(chunk))
    socket.end('last words')
    await once(socket, 'end')
    expect(Buffer.concat(got).toString()).toBe('last words')
  })

  it('resets the client when the upstream refuses, since an orderly close would be a lie', async () => {
    const closed = net.createServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const {port} = closed.address() as net.AddressInfo
    closed.close()
    const proxy = await openProxy({address: '127.0.0.1', port})
    cleanups.push(() => proxy.close())
    expect(await howItEnds(net.connect(proxy.port, '127.0.0.1'))).toBe('ECONNRESET')
  })

  it('keeps a connection reset by the client from reaching the upstream as an orderly end', async () => {
    const seen: string[] = []
    const upstream = net.createServer((socket) => {
      socket.on('error', (error: NodeJS.ErrnoException) => seen.push(error.code ?? ''))
      socket.on('end', () => seen.push('end'))
      socket.resume()
    })
    upstream.listen(0, '127.0.0.1')
    await once(upstream, 'listening')
    cleanups.push(() => void upstream.close())
    const {port} = upstream.address() as net.AddressInfo
    const proxy = await openProxy({address: '127.0.0.1', port})
    cleanups.push(() => proxy.close())
    const accepted = once(upstream, 'connection') as Promise<[net.Socket]>
    const socket = await connect(proxy.port)
    const [inner] = await accepted
    const gone = new Promise((resolve) => inner.once('close', resolve))
    socket.resetAndDestroy()
    await gone
    expect(seen).toEqual(['ECONNRESET'])
  })
})

describe.each([1, 2, 3])('bytes under changing impairments, seed %i', (seed) => {
  it('arrive complete and in order', async () => {
    const proxy = await setup(seed)
    const random = seededRandom(seed).fork('test')
    const socket = await connect(proxy.port)
    const sent: Buffer[] = []
    const received: Buffer[] = []
    socket.on('data', (chunk: Buffer) => received.push(chunk))
    const choices = [{}, {latency: 5, jitter: 5}, {bandwidth: 8_000_000}, {blackhole: true}, {latency: 1}]
    for (let step = 0; step < 60; step++) {
      const chunk = Buffer.alloc(1 + Math.floor(random.next() * 30_000), step)
      sent.push(chunk)
      socket.write(chunk)
      if (random.next() < 0.5) await proxy.impair(choices[Math.floor(random.next() * choices.length)] ?? {})
      await systemClock.sleep(random.next() * 4)
    }
    await proxy.impair({})
    socket.end()
    await once(socket, 'end')
    expect(Buffer.concat(received).equals(Buffer.concat(sent))).toBe(true)
  })
})

import dgram from 'node:dgram'
import {once} from 'node:events'
import {afterEach, describe, expect, it} from 'vitest'
import {seededRandom} from '../../../../src/core/random.ts'
import {ProxyBook} from '../../../../src/lab/servers/toxics/proxy-book.ts'
import {parseToxic} from '../../../../src/lab/servers/toxics/toxic.ts'
import {systemClock} from '../../../../src/system/clock.ts'

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

async function openSocket(): Promise<dgram.Socket> {
  const socket = dgram.createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  cleanups.push(() => void socket.close())
  return socket
}

/** An echo server behind a proxy with these toxics; what a client gets back for the numbers 0 to `count` - 1. */
async function backFor(seed: number, count: number, toxics: readonly object[]): Promise<readonly number[]> {
  const server = await openSocket()
  server.on('message', (data, from) => server.send(data, from.port, from.address))
  const book = new ProxyBook({clock: systemClock, random: seededRandom(seed), onEvent: () => {}})
  cleanups.push(async () => book.close())
  const proxy = await book.create({
    name: 'udp',
    listen: '127.0.0.1:0',
    upstream: `127.0.0.1:${server.address().port}`,
    enabled: true,
    protocol: 'udp',
  })
  for (const toxic of toxics) await book.addToxic('udp', parseToxic({...toxic}, 'udp'))
  const client = await openSocket()
  const back: number[] = []
  client.on('message', (data) => back.push(data.readUInt16BE()))
  for (let number = 0; number < count; number++) {
    const data = Buffer.alloc(2)
    data.writeUInt16BE(number)
    client.send(data, Number(proxy.listen.split(':').at(-1)), '127.0.0.1')
  }
  await expect.poll(() => proxy.counters.received.downstream).toBe(count * 2)
  await expect.poll(() => back.length * 2).toBe(proxy.counters.sent.downstream)
  return back
}

describe('the proxy for datagrams', () => {
  it('passes them both ways', async () => {
    const back = await backFor(1, 20, [])
    expect(back.toSorted((a, b) => a - b)).toEqual(Array.from({length: 20}, (_, index) => index))
  })

  it('loses and doubles the same ones under the same seed', async () => {
    const toxics = [
      {type: 'loss', attributes: {probability: 0.3}},
      {type: 'duplicate', attributes: {probability: 0.2}},
    ]
    const first = await backFor(5, 100, toxics)
    expect(await backFor(5, 100, toxics)).toEqual(first)
    expect(first.length).toBeGreaterThan(60)
    expect(first.length).toBeLessThan(110)
  })
})

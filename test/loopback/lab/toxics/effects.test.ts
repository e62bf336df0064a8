import {once} from 'node:events'
import type net from 'node:net'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {parseToxic} from '../../../../src/lab/servers/toxics/toxic.ts'
import {type ToxicRig, echoTime, endingOf, openToxicRig} from '../../../support/toxic-rig.ts'

let rig: ToxicRig
let count = 0
beforeAll(async () => {
  rig = await openToxicRig()
})
afterAll(async () => rig.close())

interface Way {
  readonly listen: string
  readonly name: string
}

/** A proxy of its own with these toxics. */
async function through(...toxics: readonly object[]): Promise<Way> {
  count += 1
  const name = `proxy ${count}`
  const {listen} = await rig.book.create({
    name,
    listen: '127.0.0.1:0',
    upstream: rig.upstream,
    enabled: true,
    protocol: 'tcp',
  })
  for (const toxic of toxics) await rig.book.addToxic(name, parseToxic({...toxic}, 'tcp'))
  return {listen, name}
}

async function connectThrough(...toxics: readonly object[]): Promise<net.Socket> {
  return rig.connect((await through(...toxics)).listen)
}

const BYTES = Buffer.from(Array.from({length: 30_000}, (_, index) => (index * 7) % 251))

describe('toxics of Toxiproxy', () => {
  it('latency holds each direction for itself and keeps the throughput', async () => {
    const socket = await connectThrough(
      {type: 'latency', attributes: {latency: 100}},
      {type: 'latency', stream: 'upstream', attributes: {latency: 50}},
    )
    expect(await echoTime(socket, Buffer.from('x'))).toBeGreaterThanOrEqual(149)
    const large = await echoTime(socket, Buffer.concat(Array.from({length: 50}, () => BYTES)))
    expect(large).toBeGreaterThanOrEqual(149)
    expect(large).toBeLessThan(1500)
  })

  it('bandwidth takes as long as the bytes need', async () => {
    const socket = await connectThrough({type: 'bandwidth', attributes: {rate: 60}})
    const took = await echoTime(socket, BYTES)
    expect(took).toBeGreaterThanOrEqual(400)
    expect(took).toBeLessThan(1500)
  })

  it('slicer cuts without losing a byte and waits between the pieces', async () => {
    const socket = await connectThrough({
      type: 'slicer',
      attributes: {average_size: 1000, size_variation: 300, delay: 10_000},
    })
    expect(await echoTime(socket, BYTES)).toBeGreaterThanOrEqual(150)
  })

  it('slow_close delays the end only', async () => {
    const socket = await connectThrough({type: 'slow_close', attributes: {delay: 200}})
    expect(await echoTime(socket, Buffer.from('x'))).toBeLessThan(200)
    socket.end()
    const {how, took} = await endingOf(socket)
    expect(how).toBe('end')
    expect(took).toBeGreaterThanOrEqual(199)
  })

  it('timeout swallows and closes', async () => {
    const socket = await connectThrough({type: 'timeout', attributes: {timeout: 150}})
    socket.write('x')
    const {how, data, took} = await endingOf(socket)
    expect({how, bytes: data.length}).toEqual({how: 'end', bytes: 0})
    expect(took).toBeGreaterThanOrEqual(100)
  })

  it('reset_peer resets an idle live connection, and one after its timeout', async () => {
    const {listen, name} = await through()
    const live = await rig.connect(listen)
    await echoTime(live, Buffer.from('x'))
    const ended = endingOf(live)
    await rig.book.addToxic(name, parseToxic({type: 'reset_peer', attributes: {timeout: 0}}, 'tcp'))
    expect((await ended).how).toBe('ECONNRESET')
    const later = await connectThrough({type: 'reset_peer', attributes: {timeout: 200}})
    const {how, took} = await endingOf(later)
    expect(how).toBe('ECONNRESET')
    expect(took).toBeGreaterThanOrEqual(100)
  })

  it('limit_data closes after so many bytes', async () => {
    const socket = await connectThrough({type: 'limit_data', attributes: {bytes: 100}})
    socket.write(BYTES.subarray(0, 250))
    const {data} = await endingOf(socket)
    expect(data.equals(BYTES.subarray(0, 100))).toBe(true)
  })

  it('toxicity hits that share of the connections, and none at zero', async () => {
    const {listen} = await through({type: 'reset_peer', toxicity: 0.5, attributes: {timeout: 0}})
    const results = await Promise.all(
      Array.from({length: 60}, async () => {
        return echoTime(rig.start(listen), Buffer.from('x')).then(
          () => true,
          () => false,
        )
      }),
    )
    const passed = results.filter(Boolean).length
    expect(passed).toBeGreaterThan(12)
    expect(passed).toBeLessThan(48)
    const never = await connectThrough({type: 'reset_peer', toxicity: 0, attributes: {timeout: 0}})
    await echoTime(never, BYTES)
  })
})

describe('toxics of our own', () => {
  it.each(['refuse', 'down'])('%s refuses new connections until it goes', async (type) => {
    const {listen, name} = await through()
    const live = await rig.connect(listen)
    await echoTime(live, Buffer.from('x'))
    const ended = endingOf(live)
    await rig.book.addToxic(name, parseToxic({type}, 'tcp'))
    await expect(rig.connect(listen)).rejects.toMatchObject({code: 'ECONNREFUSED'})
    if (type === 'refuse') live.end()
    expect((await ended).how).toBe('end')
    await rig.book.removeToxic(name, `${type}_downstream`)
    await echoTime(await rig.connect(listen), Buffer.from('z'))
  })

  it('connect_delay holds the first bytes only', async () => {
    const socket = await connectThrough({type: 'connect_delay', attributes: {delay: 150}})
    expect(await echoTime(socket, Buffer.from('x'))).toBeGreaterThanOrEqual(140)
    expect(await echoTime(socket, Buffer.from('y'))).toBeLessThan(140)
  })

  it('fail_first fails so many, fail_window those in its time', async () => {
    const {listen} = await through({type: 'fail_first', attributes: {count: 2}})
    const fates: string[] = []
    for (let attempt = 1; attempt <= 3; attempt++) {
      const fate = echoTime(rig.start(listen), Buffer.from('x')).then(
        () => 'echo',
        () => 'failed',
      )
      fates.push(await fate)
    }
    expect(fates).toEqual(['failed', 'failed', 'echo'])
    const window = await through({type: 'fail_window', attributes: {after: 0, length: 60_000}})
    expect((await endingOf(rig.start(window.listen))).how).toBe('ECONNRESET')
    await echoTime(await connectThrough({type: 'fail_window', attributes: {after: 60_000, length: 1}}), BYTES)
  })

  it('half_close ends one stream while the other one goes on', async () => {
    let arrived = 0
    const sink = await openToxicRig(1, (socket) => socket.on('data', (chunk) => (arrived += chunk.length)))
    try {
      const {listen} = await sink.book.create({
        name: 'half',
        listen: '127.0.0.1:0',
        upstream: sink.upstream,
        enabled: true,
        protocol: 'tcp',
      })
      await sink.book.addToxic('half', parseToxic({type: 'half_close', attributes: {timeout: 20}}, 'tcp'))
      const socket = await sink.connect(listen)
      expect((await endingOf(socket)).how).toBe('end')
      socket.write(BYTES)
      await expect.poll(() => arrived).toBe(BYTES.length)
    } finally {
      await sink.close()
    }
  })

  it('tls_stall holds what starts like a TLS handshake and nothing else', async () => {
    const stalled = await connectThrough({type: 'tls_stall', attributes: {timeout: 150}})
    expect(await echoTime(stalled, Buffer.from([22, 3, 1, 0, 1, 0]))).toBeGreaterThanOrEqual(140)
    const open = await connectThrough({type: 'tls_stall', attributes: {timeout: 60_000}})
    await echoTime(open, Buffer.from('GET'))
  })

  it('corrupt and garbage change bytes, not their number', async () => {
    for (const toxic of [
      {type: 'corrupt', attributes: {probability: 0.5}},
      {type: 'garbage', attributes: {bytes: 64}},
    ]) {
      const socket = await connectThrough(toxic)
      await expect(echoTime(socket, BYTES)).rejects.toThrow('other bytes')
    }
  })
})

describe('connections', () => {
  it('keeps a half-closed connection open in the other direction', async () => {
    const socket = await connectThrough()
    socket.end(BYTES)
    const {how, data} = await endingOf(socket)
    expect(how).toBe('end')
    expect(data.equals(BYTES)).toBe(true)
  })

  it('resets the client when the upstream refuses', async () => {
    const {listen} = await rig.book.create({
      name: 'nowhere',
      listen: '127.0.0.1:0',
      upstream: '127.0.0.1:1',
      enabled: true,
      protocol: 'tcp',
    })
    expect((await endingOf(rig.start(listen))).how).toBe('ECONNRESET')
  })

  it('stops reading when nobody reads on the other side, and loses nothing', async () => {
    const {listen, name} = await through()
    const socket = await rig.connect(listen)
    const piece = Buffer.alloc(1 << 20, 7)
    for (let sent = 0; sent < 64; sent++) socket.write(piece)
    socket.end()
    await expect.poll(() => rig.book.find(name).counters.received.upstream).toBeGreaterThan(0)
    expect(rig.book.find(name).counters.received.upstream).toBeLessThan(64 << 20)
    let back = 0
    socket.on('data', (chunk: Buffer) => (back += chunk.length))
    await once(socket, 'end')
    expect(back).toBe(64 << 20)
  })

  it('forgets a thousand connections that come and go at once', async () => {
    const {listen, name} = await through()
    const sockets = await Promise.all(Array.from({length: 1000}, async () => rig.connect(listen)))
    await Promise.all(sockets.map(async (socket) => echoTime(socket, Buffer.from('x'))))
    for (const [index, socket] of sockets.entries()) {
      if (index % 2 === 0) socket.resetAndDestroy()
      else socket.destroy()
    }
    await expect.poll(() => rig.book.find(name).counters.live, {timeout: 10_000}).toBe(0)
    expect(rig.book.find(name).counters).toMatchObject({
      connections: 1000,
      sent: {upstream: 1000, downstream: 1000},
    })
  })
})

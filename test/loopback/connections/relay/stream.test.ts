/** The numbered stream while it moves, the two directions in which a direct path may come up, and what a relay costs that is cold. */
import net from 'node:net'
import {afterEach, describe, expect, test} from 'vitest'
import type {Ports} from '../../../../src/core/ports.ts'
import {freePort} from '../../../support/nginx-tls.ts'
import {StreamRig, type StreamRigOptions} from '../../../support/stream-rig.ts'

const rigs: StreamRig[] = []
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close()
})

async function begin(options: StreamRigOptions = {}): Promise<StreamRig> {
  const rig = await StreamRig.open(options)
  rigs.push(rig)
  await onPath(rig, 'direct')
  await expect.poll(() => rig.of('stream-moved').length, PATIENCE).toBeGreaterThan(0)
  return rig
}

const PATIENCE = {timeout: 5000, interval: 20}
async function onPath(rig: StreamRig, path: string): Promise<void> {
  await expect.poll(() => rig.path, PATIENCE).toBe(path)
}

async function settle(rig: StreamRig): Promise<void> {
  const before = rig.of('stream-counted').length
  await expect.poll(() => rig.of('stream-counted').length, PATIENCE).toBeGreaterThan(before + 1)
}

/** The direct path takes what is sent and gives nothing back, until it is declared down: what is under way is lost with it. */
async function breakWhileUnderWay(rig: StreamRig): Promise<void> {
  rig.direct.mischief = {passes: 0}
  await expect.poll(() => rig.counts.pending + rig.counts.lost, PATIENCE).toBeGreaterThan(3)
  await rig.direct.end()
  await onPath(rig, 'relay')
  await settle(rig)
}

describe('a move to the relay', () => {
  test('with a buffer loses nothing: what was under way is sent again', async () => {
    const rig = await begin()
    await breakWhileUnderWay(rig)
    expect(rig.counts).toMatchObject({lost: 0})
    expect(rig.counts.resent).toBeGreaterThan(3)
    expect(rig.counts.confirmed + rig.counts.pending).toBe(rig.counts.sent)
  })

  test('without a buffer loses what was under way, and counts it', async () => {
    const rig = await begin({stream: {buffer: 0}})
    await breakWhileUnderWay(rig)
    expect(rig.counts.lost).toBeGreaterThan(3)
    expect(rig.counts.resent).toBe(0)
    expect(rig.counts.confirmed + rig.counts.pending + rig.counts.lost).toBe(rig.counts.sent)
  })
})

/** The stream goes over to the relay; how long that took, and how much of it was connecting. */
async function measureMove(options: StreamRigOptions, slow = 0): Promise<{took: number; connect: number}> {
  const rig = await begin(options)
  await settle(rig)
  if (slow > 0) rig.relay.mischief = {slow}
  await rig.direct.end()
  await expect.poll(() => rig.of('stream-moved').at(-1)?.to, PATIENCE).toBe('relay')
  const {took = Number.NaN, connect = Number.NaN} = rig.of('stream-moved').at(-1) ?? {}
  return {took, connect}
}

describe('how long the move takes', () => {
  test('warm: the connection is there, so nothing is spent on connecting', async () => {
    expect(await measureMove({}, 500)).toMatchObject({connect: 0})
  })

  test('cold: the connecting is part of it, and told apart', async () => {
    const {took, connect} = await measureMove({stream: {standby: 'cold', grace: 0}})
    expect(connect).toBeGreaterThan(0)
    expect(took).toBeGreaterThanOrEqual(connect)
  })

  test('cold and 500ms slower: that is all in the connecting', async () => {
    const limits = {listener: 500, connect: 300, handshake: 2000, migration: 2000, closing: 300}
    const {took, connect} = await measureMove({stream: {standby: 'cold', grace: 0, limits}}, 500)
    expect(connect).toBeGreaterThanOrEqual(500)
    expect(took).toBeGreaterThanOrEqual(connect)
  })
})

/** Back on the direct path after a fallback; gives what was told of each direction. */
async function comeBack(rig: StreamRig): Promise<readonly string[]> {
  await rig.direct.end()
  await onPath(rig, 'relay')
  rig.forget()
  await rig.direct.listen()
  await onPath(rig, 'direct')
  return rig.stages
}

const LISTEN = {address: '127.0.0.1', port: 0, required: false}

describe('inbound and outbound have an outcome each', () => {
  test('both work: the listener tells its port, one connection is taken, the other is not needed', async () => {
    const rig = await begin({stream: {listen: LISTEN}})
    await comeBack(rig)
    const wanted = [
      'listener inbound ok',
      'connect outbound ok',
      'connect inbound ok',
      'handshake inbound ok',
    ]
    await expect.poll(() => rig.stages, PATIENCE).toEqual(expect.arrayContaining(wanted))
    const address = rig.of('upgrade-stage').find(({stage}) => stage === 'listener')?.address
    expect(address).toMatch(/^127\.0\.0\.1:\d+$/)
    expect(address).not.toBe('127.0.0.1:0')
  })

  test('the port is in use: inbound fails, the direct path comes up outbound', async () => {
    const port = await freePort()
    const squatter = net.createServer().listen(port, '127.0.0.1')
    const rig = await begin({stream: {listen: {...LISTEN, port}}})
    const stages = await comeBack(rig)
    expect(stages).toContain('listener inbound warned LISTEN_IN_USE')
    expect(stages).toContain('migration outbound ok')
    squatter.close()
  })

  test('the address is none of ours: inbound fails, the direct path comes up outbound', async () => {
    const rig = await begin({stream: {listen: {...LISTEN, address: '192.0.2.77'}}})
    const stages = await comeBack(rig)
    expect(stages).toContain('listener inbound warned LOCAL_ADDRESS')
    expect(stages).toContain('migration outbound ok')
  })

  test('inbound is blocked: the other end can not reach us, the direct path comes up outbound', async () => {
    const rig = await begin({stream: {listen: LISTEN}, doors: withoutInbound})
    await comeBack(rig)
    await expect.poll(() => rig.stages, PATIENCE).toContain('connect inbound warned INBOUND_BLOCKED')
    expect(rig.stages).toContain('migration outbound ok')
  })

  test('outbound is blocked: the other end connects to us, and the direct path comes up inbound', async () => {
    let blocked = false
    const doors = (ports: Ports): Ports => refusing(ports, () => (blocked ? rigs[0]?.direct.port : undefined))
    const rig = await begin({stream: {listen: LISTEN}, doors})
    blocked = true
    await comeBack(rig)
    await expect.poll(() => rig.stages, PATIENCE).toContain('connect outbound warned TCP_REFUSED')
    expect(rig.stages).toContain('migration inbound ok')
    await settle(rig)
    expect(rig.counts.lost).toBe(0)
  })

  test('both are blocked: each is told, and the stream stays on the relay', async () => {
    let blocked = false
    const doors = (ports: Ports): Ports =>
      withoutInbound(refusing(ports, () => (blocked ? rigs[0]?.direct.port : undefined)))
    const rig = await begin({stream: {listen: LISTEN}, doors})
    blocked = true
    await rig.direct.end()
    await onPath(rig, 'relay')
    rig.forget()
    await rig.direct.listen()
    await expect.poll(() => rig.of('upgrade-ended').length, PATIENCE).toBeGreaterThan(0)
    expect(rig.stages.slice(0, 3)).toEqual([
      'listener inbound ok',
      'connect outbound warned TCP_REFUSED',
      'connect inbound failed INBOUND_BLOCKED',
    ])
    expect(rig.path).toBe('relay')
  })
})

/** A firewall before this machine: whoever wants to connect is not let through. */
function withoutInbound(ports: Ports): Ports {
  return {
    ...ports,
    listen: {
      tcp: async (request) => ports.listen.tcp({...request, onStream: (stream) => stream.reset()}),
    },
  }
}

/** The stream's connections to this port are refused; the probes have doors of their own. */
function refusing(ports: Ports, port: () => number | undefined): Ports {
  const error = {code: 'ECONNREFUSED', message: 'refused', syscall: 'connect'}
  return {
    ...ports,
    dial: {
      tcp: async (request) =>
        request.port === port() ? {status: 'failed', error, took: 0} : ports.dial.tcp(request),
    },
  }
}

/** The way back from the relay to the direct path, in stages, with a numbered stream that must not notice. */
import net from 'node:net'
import {afterEach, describe, expect, test} from 'vitest'
import type {Dial, Ports} from '../../../../src/core/ports.ts'
import {freePort} from '../../../support/nginx-tls.ts'
import {StreamRig, type StreamRigOptions} from '../../../support/stream-rig.ts'

const rigs: StreamRig[] = []
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close()
})

async function begin(options: StreamRigOptions = {}): Promise<StreamRig> {
  const rig = await StreamRig.open(options)
  rigs.push(rig)
  return rig
}

const PATIENCE = {timeout: 5000, interval: 20}
async function onPath(rig: StreamRig, path: string): Promise<void> {
  await expect.poll(() => rig.path, PATIENCE).toBe(path)
}

/** From the direct path to the relay: what follows is the way back. */
async function fallBack(rig: StreamRig): Promise<void> {
  await onPath(rig, 'direct')
  await rig.direct.end()
  await onPath(rig, 'relay')
  rig.forget()
}

async function settle(rig: StreamRig): Promise<void> {
  const before = rig.of('stream-counted').length
  await expect.poll(() => rig.of('stream-counted').length, PATIENCE).toBeGreaterThan(before + 1)
}

test('all stages succeed one after the other, and nothing of the stream is lost', async () => {
  const rig = await begin({stream: {standby: 'cold'}})
  await fallBack(rig)
  await rig.direct.listen()
  await onPath(rig, 'direct')
  await expect.poll(() => rig.stages.at(-1), PATIENCE).toBe('closing ok')
  expect(rig.stages.slice(-5)).toEqual([
    'listener skipped',
    'connect outbound ok',
    'handshake outbound ok',
    'migration outbound ok',
    'closing ok',
  ])
  const steps = rig.of('upgrade-stage').slice(-5)
  expect(steps.map(({step, of}) => `${step}/${of}`)).toEqual(['1/5', '2/5', '3/5', '4/5', '5/5'])
  expect(steps[1]?.address).toBe(`127.0.0.1:${rig.direct.port}`)
  await settle(rig)
  expect(rig.counts).toMatchObject({lost: 0})
  // Over both connections for a while: told, and no loss.
  expect(rig.counts.duplicates).toBeGreaterThan(0)
  expect(rig.counts.confirmed).toBeGreaterThan(20)
})

describe('a stage that fails leaves the stream on the relay, and is tried again', () => {
  test('listener: the port is in use and the listener required', async () => {
    const port = await freePort()
    const squatter = net.createServer().listen(port, '127.0.0.1')
    const rig = await begin({stream: {listen: {address: '127.0.0.1', port, required: true}}})
    await fallBack(rig)
    await rig.direct.listen()
    await expect.poll(() => rig.stages, PATIENCE).toContain('listener inbound failed LISTEN_IN_USE')
    expect(rig.stages.filter((stage) => stage.startsWith('connect'))).toEqual([])
    squatter.close()
    await onPath(rig, 'direct')
  })

  test('connect: nothing answers', async () => {
    let dropped = false
    const rig: StreamRig = await begin({
      doors: (ports) => dropping(ports, () => dropped && rigs[0]?.direct.port),
    })
    await fallBack(rig)
    dropped = true
    await rig.direct.listen()
    await expect.poll(() => rig.stages, PATIENCE).toContain('connect outbound failed TCP_TIMEOUT')
    expect(rig.path).toBe('relay')
    dropped = false
    await onPath(rig, 'direct')
  })

  test('handshake: another key; after three refusals it is not tried any more', async () => {
    const rig = await begin({direct: {key: 'quite another key'}})
    await expect.poll(() => rig.of('upgrade-ended').at(-1)?.retryIn, PATIENCE).toBeNull()
    const refused = rig.stages.filter((stage) => stage === 'handshake outbound failed STREAM_KEY_REFUSED')
    expect(refused).toHaveLength(3)
    await settle(rig)
    expect(rig.of('upgrade-begun')).toHaveLength(3)
    expect(rig.path).toBe('relay')
    expect(rig.counts.lost).toBe(0)
  })

  test('migration: the path carries the handshake and no more', async () => {
    const rig = await begin()
    await fallBack(rig)
    rig.direct.mischief = {passes: 1}
    await rig.direct.listen()
    await expect.poll(() => rig.stages, PATIENCE).toContain('migration outbound failed STREAM_STALLED')
    expect(rig.path).toBe('relay')
    await settle(rig)
    expect(rig.counts.lost).toBe(0)
    rig.direct.mischief = 'none'
    await onPath(rig, 'direct')
    await settle(rig)
    expect(rig.counts.lost).toBe(0)
  })
})

test('a relay that does not close is a warning: the stream is on the direct path', async () => {
  const rig = await begin({stream: {standby: 'cold'}, relay: {closes: false}})
  await fallBack(rig)
  await rig.direct.listen()
  await onPath(rig, 'direct')
  await expect.poll(() => rig.stages.at(-1), PATIENCE).toBe('closing warned RELAY_CLOSE_TIMEOUT')
  expect(rig.path).toBe('direct')
  expect(rig.of('upgrade-ended').at(-1)?.ok).toBe(true)
})

/** Packets to this port go nowhere. */
function dropping(ports: Ports, port: () => number | false | undefined): Ports {
  const dial: Dial = {
    tcp: async (request) =>
      request.port === port()
        ? new Promise((resolve) => {
            const end = (): void => resolve({status: 'aborted', took: 0})
            request.signal.addEventListener('abort', end, {once: true})
          })
        : ports.dial.tcp(request),
  }
  return {...ports, dial}
}

/** Segmentation offload, switched off for the time of a fault. */
import {afterAll, afterEach, beforeAll, expect, it} from 'vitest'
import {DEVICE, FAR4, FAR6, FaultRig} from '../../support/fault-rig.ts'
import {runIn} from '../../support/namespaces.ts'

let rig: FaultRig

beforeAll(() => {
  rig = new FaultRig()
})
afterEach(async () => rig.clear())
afterAll(async () => rig.close())

function setting(key: 'gso_max_segs' | 'gro_max_size'): number {
  const text = runIn(rig.pair.near, 'ip', ['-d', '-j', 'link', 'show', 'dev', DEVICE])
  const [link] = JSON.parse(text) as readonly Readonly<Record<string, unknown>>[]
  return Number(link?.[key])
}

/** Bytes in a packet as the fault's table sees them, on average. */
async function packetSize(): Promise<number> {
  const push = rig.worker(rig.pair.near, 'push', JSON.stringify({host: FAR4, port: 7001, ms: 600}))
  await push.ready
  await push.output
  const text = runIn(rig.pair.near, 'nft', ['list', 'ruleset'])
  const [, packets = '', bytes = ''] = /counter packets ([1-9]\d*) bytes (\d+)/.exec(text) ?? []
  return Number(bytes) / Number(packets)
}

const RATE = {kind: 'rate', rate: '100mbit', scope: {to: FAR4, port: 7001}}

it('makes each packet one of its own, and comes back', async () => {
  await rig.listen(7001)
  const segments = setting('gso_max_segs')
  const whole = await rig.apply(RATE)
  expect(await packetSize()).toBeGreaterThan(2000)
  await whole.remove()
  const fault = await rig.apply({...RATE, offload: 'off'})
  expect(fault.asAsked).toBe(true)
  expect(fault.readback).toContain('gso_max_segs 1')
  expect(fault.plan.notes?.join()).toContain('segmentation offload of nd0 is off')
  expect(setting('gso_max_segs')).toBe(1)
  expect(await packetSize()).toBeLessThan(1600)
  expect(await fault.remove()).toMatchObject({restored: true, differences: []})
  expect(setting('gso_max_segs')).toBe(segments)
})

it('stays off until the last fault that wants it so is gone', async () => {
  const segments = setting('gso_max_segs')
  const first = await rig.apply({...RATE, offload: 'off'})
  const second = await rig.apply({kind: 'rate', rate: '5mbit', offload: 'off', scope: {to: FAR6}})
  const third = await rig.apply({kind: 'rate', rate: '5mbit', scope: {to: '10.99.0.77'}})
  expect(await first.remove()).toMatchObject({restored: true, differences: []})
  expect(setting('gso_max_segs')).toBe(1)
  expect(await second.remove()).toMatchObject({restored: true, differences: []})
  expect(setting('gso_max_segs')).toBe(segments)
  expect(await third.remove()).toMatchObject({restored: true, differences: []})
})

it('of what arrives is the joining of packets', async (context) => {
  try {
    runIn(rig.pair.near, 'ip', ['link', 'add', 'try0', 'type', 'ifb'])
    runIn(rig.pair.near, 'ip', ['link', 'del', 'try0'])
  } catch {
    return context.skip('this kernel has no ifb')
  }
  const size = setting('gro_max_size')
  if (Number.isNaN(size)) return context.skip('this ip does not tell gro_max_size')
  const fault = await rig.apply({...RATE, offload: 'off', direction: 'in', scope: {to: FAR4}})
  expect(fault.asAsked).toBe(true)
  expect(setting('gro_max_size')).toBe(1)
  expect(await fault.remove()).toMatchObject({restored: true, differences: []})
  expect(setting('gro_max_size')).toBe(size)
})

it('comes back as it was written down, whatever somebody has set meanwhile', async () => {
  const segments = setting('gso_max_segs')
  const fault = await rig.apply({...RATE, offload: 'off'})
  runIn(rig.pair.near, 'ip', ['link', 'set', 'dev', DEVICE, 'gso_max_segs', '33'])
  expect(await fault.remove()).toMatchObject({restored: true})
  expect(setting('gso_max_segs')).toBe(segments)
})

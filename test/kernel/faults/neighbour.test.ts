/** A neighbour with a link-layer address that nobody has, and one that does not answer. */
import {afterAll, afterEach, beforeAll, expect, it} from 'vitest'
import {DEVICE, FAR4, FAR6, FaultRig} from '../../support/fault-rig.ts'
import {ipIn, runIn} from '../../support/namespaces.ts'

let rig: FaultRig

beforeAll(() => {
  rig = new FaultRig()
  ipIn(rig.pair.far, 'addr add 10.99.0.3/24 dev nd1')
})
afterEach(async () => rig.clear())
afterAll(async () => rig.close())

const entry = (address: string): string =>
  runIn(rig.pair.near, 'ip', ['neigh', 'show', 'to', address, 'dev', DEVICE]).trim()

it('answers with silence, over both families, and is found again at once afterwards', async () => {
  expect([rig.pings(FAR4), rig.pings(FAR6)]).toEqual([true, true])
  const fault = await rig.apply({kind: 'neighbour', scope: {to: `${FAR4},${FAR6}`, device: DEVICE}})
  expect(fault.asAsked).toBe(true)
  expect(fault.plan.effect).toEqual({blocked: 'drop'})
  expect([rig.pings(FAR4), rig.pings(FAR6)]).toEqual([false, false])
  expect(await rig.connect(FAR4, 7001)).toBe('silence')
  expect(rig.pings('10.99.0.3')).toBe(true)
  expect(await fault.remove()).toMatchObject({restored: true, differences: []})
  expect([rig.pings(FAR4), rig.pings(FAR6)]).toEqual([true, true])
})

it('that does not answer is unreachable, over both families, and is found again at once afterwards', async () => {
  expect([rig.pings(FAR4), rig.pings(FAR6)]).toEqual([true, true])
  const fault = await rig.apply({kind: 'neighbour', mode: 'silent', scope: {to: `${FAR4},${FAR6}`}})
  expect(fault.asAsked, fault.readback).toBe(true)
  expect(fault.plan.effect).toEqual({blocked: 'reject'})
  // The kernel asks for three seconds.
  const ends = [rig.connect(FAR4, 7001, 8000), rig.connect(FAR6, 7001, 8000)]
  expect(rig.pings('10.99.0.3')).toBe(true)
  await expect(rig.apply({kind: 'neighbour', scope: {to: FAR6}})).rejects.toMatchObject({exit: 7})
  expect(await Promise.all(ends)).toEqual(['EHOSTUNREACH', 'EHOSTUNREACH'])
  expect((await fault.counters())?.affected).toBeGreaterThan(1)
  expect(await fault.remove()).toMatchObject({restored: true, differences: []})
  expect([rig.pings(FAR4), rig.pings(FAR6)]).toEqual([true, true])
})

it('comes back as it was where somebody had set it by hand', async () => {
  const [, real = ''] = /lladdr (\S+)/.exec(entry(FAR4)) ?? []
  runIn(rig.pair.near, 'ip', ['neigh', 'replace', FAR4, 'dev', DEVICE, 'lladdr', real, 'nud', 'permanent'])
  const before = entry(FAR4)
  const fault = await rig.apply({kind: 'neighbour', scope: {to: FAR4}})
  expect(rig.pings(FAR4)).toBe(false)
  await expect(rig.apply({kind: 'neighbour', scope: {to: FAR4}})).rejects.toMatchObject({exit: 7})
  expect(await fault.remove()).toMatchObject({restored: true, differences: []})
  expect(entry(FAR4)).toBe(before)
  expect(rig.pings(FAR4)).toBe(true)
  const silent = await rig.apply({kind: 'neighbour', mode: 'silent', scope: {to: FAR4}})
  expect(rig.pings(FAR4)).toBe(false)
  expect(await silent.remove()).toMatchObject({restored: true, differences: []})
  expect(entry(FAR4)).toBe(before)
})

it('is refused for what is no single address', async () => {
  await expect(rig.apply({kind: 'neighbour', scope: {to: '10.99.0.0/24'}})).rejects.toMatchObject({exit: 2})
  await expect(rig.apply({kind: 'neighbour', scope: {to: FAR4, port: 80}})).rejects.toMatchObject({exit: 2})
  await expect(rig.apply({kind: 'neighbour', scope: {to: '127.0.0.1'}})).rejects.toMatchObject({exit: 2})
})

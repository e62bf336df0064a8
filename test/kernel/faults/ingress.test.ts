/** What arrives is shaped behind an ifb: alone, together with what leaves, and each fault removable by itself. */
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {isUserError} from '../../../src/core/errors.ts'
import {DEVICE, FAR4, FAR6, FaultRig} from '../../support/fault-rig.ts'
import {namespacesMissing, runIn} from '../../support/namespaces.ts'

const reason = namespacesMissing()
const NEAR4 = '10.99.0.1'
let rig: FaultRig
let before: string

beforeAll(() => {
  if (reason !== null) return
  rig = new FaultRig()
  before = state()
})
beforeEach(async (context) => {
  if (reason !== null) return context.skip(reason)
  const {status, found} = await rig.ports.capabilities.check('ifb')
  if (status === 'missing') context.skip(`no ifb here: ${found}`)
})
afterEach(async () => {
  if (reason === null) await rig.clear()
})
afterAll(async () => {
  if (reason === null) await rig.close()
})

const near = (file: string, ...args: readonly string[]): string => runIn(rig.pair.near, file, args)
const links = (): readonly string[] =>
  (JSON.parse(near('ip', '-j', 'link', 'show')) as readonly {readonly ifname: string}[]).map(
    ({ifname}) => ifname,
  )
const state = (): string => `${rig.kernelState()}\n${links().join(' ')}`
const ifb = (): string => links().find((name) => name.startsWith('ndifb')) ?? 'none'

/** Bytes that have passed a qdisc, and when that was read. */
function bytesOf(device: string, handle: string): {readonly bytes: number; readonly at: number} {
  const qdiscs = JSON.parse(near('tc', '-s', '-j', 'qdisc', 'show', 'dev', device)) as readonly {
    handle: string
    bytes: number
  }[]
  return {bytes: qdiscs.find((one) => one.handle === handle)?.bytes ?? Number.NaN, at: rig.ports.clock.now()}
}

/** Bits per second through a qdisc over a second and a half. */
async function rateThrough(device: string, handle: string): Promise<number> {
  await rig.ports.clock.sleep(700)
  const first = bytesOf(device, handle)
  await rig.ports.clock.sleep(1500)
  const last = bytesOf(device, handle)
  return ((last.bytes - first.bytes) * 8) / ((last.at - first.at) / 1000)
}

/** The far side sends to the near one as fast as it can. */
async function receive(port: number): Promise<void> {
  await rig.worker(rig.pair.near, 'listen', String(port)).ready
  await rig.worker(rig.pair.far, 'push', JSON.stringify({host: NEAR4, port, ms: 8000})).ready
}

const leaves = (device: string): number =>
  near('tc', 'qdisc', 'show', 'dev', device).split(' parent 6e64:').length - 1

describe('what arrives', () => {
  it('is limited as asked, and the kernel will end that by itself', async () => {
    const fault = await rig.apply({kind: 'rate', rate: '2mbit', direction: 'in', scope: {to: FAR4}})
    expect(fault.asAsked, fault.readback).toBe(true)
    expect(fault.plan).toMatchObject({endsByKernel: true, backend: 'tbf'})
    expect(near('nft', 'list', 'table', 'netdev', tableNames()[0] ?? '')).toMatch(
      /elements = .* timeout 20s expires/,
    )
    await receive(7010)
    const measured = await rateThrough(ifb(), '6e68:')
    expect(measured).toBeGreaterThan(1.2e6)
    expect(measured).toBeLessThan(2.1e6)
    expect((await fault.counters())?.affected).toBeGreaterThan(0)
    expect(await fault.remove()).toMatchObject({restored: true, differences: []})
    expect(state()).toBe(before)
  })

  it('is shaped beside what leaves, and each of three faults goes alone', async () => {
    const faults = [
      await rig.apply({kind: 'rate', rate: '1mbit', direction: 'in', scope: {to: FAR4, port: 7011}}),
      await rig.apply({kind: 'rate', rate: '3mbit', direction: 'in', scope: {to: FAR6, family: 'ipv6'}}),
      await rig.apply({kind: 'rate', rate: '5mbit', scope: {to: FAR4}}),
    ]
    const trees = (): readonly number[] => [ifb(), DEVICE].map((name) => (name === 'none' ? 0 : leaves(name)))
    expect(trees()).toEqual([2, 1])
    const seen: (readonly number[])[] = []
    for (const fault of faults) {
      expect(await fault.remove()).toMatchObject({restored: true, differences: []})
      seen.push(trees())
    }
    expect(seen).toEqual([
      [1, 1],
      [0, 1],
      [0, 0],
    ])
    expect(state()).toBe(before)
  })

  it.each([
    [
      'by sender, which nobody knows',
      {kind: 'rate', rate: '1mbit', direction: 'in', scope: {to: FAR6, uid: 7}},
      'USAGE_INVALID',
    ],
  ])('is not shaped %s', async (_, words, code) => {
    await rig.apply({kind: 'rate', rate: '1mbit', direction: 'in', scope: {to: FAR4}})
    const error = await rig.apply(words).catch((caught: unknown) => caught)
    expect(isUserError(error) && error.problems[0]?.code).toBe(code)
  })
})

function tableNames(): readonly string[] {
  return near('nft', 'list', 'tables', 'netdev')
    .split('\n')
    .flatMap((line) => /^table netdev (netdrill_\w+)$/.exec(line.trim())?.[1] ?? [])
}

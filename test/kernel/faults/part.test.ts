/** Faults on one port of a bridge: what the bridge passes on is hit there, and only there. To the kernel, a member of a bond is the same. */
import {execFileSync} from 'node:child_process'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {isUserError} from '../../../src/core/errors.ts'
import {DEVICE, FAR4, FaultRig} from '../../support/fault-rig.ts'
import {ipIn, namespacesMissing, runIn} from '../../support/namespaces.ts'

const reason = namespacesMissing()
/** Another host, at another port of the same bridge. */
const THIRD = `nd-third-${process.pid}`
const THIRD4 = '10.99.0.3'
const scope = {device: DEVICE}
let rig: FaultRig
let before: string

beforeAll(() => {
  if (reason !== null) return
  rig = new FaultRig()
  const {near} = rig.pair
  execFileSync('ip', ['netns', 'add', THIRD])
  for (const line of [
    `link add nd3 type veth peer name nd4 netns ${THIRD}`,
    'link add br0 type bridge',
    `addr del 10.99.0.1/24 dev ${DEVICE}`,
    'addr add 10.99.0.1/24 dev br0',
    ...[DEVICE, 'nd3'].flatMap((port) => [`link set ${port} master br0`, `link set ${port} up`]),
    'link set br0 up',
  ])
    ipIn(near, line)
  ipIn(THIRD, `addr add ${THIRD4}/24 dev nd4`)
  ipIn(THIRD, 'link set nd4 up')
  before = rig.kernelState()
})
beforeEach((context) => {
  if (reason !== null) context.skip(reason)
})
afterEach(async () => {
  if (reason !== null) return
  await rig.clear()
  if (rig.kernelState() !== before) throw new Error(`left behind: ${rig.kernelState()}`)
})
afterAll(async () => {
  if (reason !== null) return
  await rig.close()
  execFileSync('ip', ['netns', 'del', THIRD])
})

function pings(namespace: string, address: string): boolean {
  try {
    runIn(namespace, 'ping', ['-c', '1', '-W', '0.4', '-n', address])
    return true
  } catch {
    return false
  }
}

/** Who reaches whom: through the port from this host and from the one behind the bridge, and past it. */
function reach(): {readonly own: boolean; readonly bridged: boolean; readonly beside: boolean} {
  const {near} = rig.pair
  return {own: pings(near, FAR4), bridged: pings(THIRD, FAR4), beside: pings(near, THIRD4)}
}

const ALL = {own: true, bridged: true, beside: true}
const SILENT = {own: false, bridged: false, beside: true}

describe('a port that is silent', () => {
  it('passes nothing, not even ARP, while its carrier and the other port are well, and passes all afterwards', async () => {
    expect(reach()).toEqual(ALL)
    const fault = await rig.apply({kind: 'partition', scope})
    expect(fault.asAsked, fault.readback).toBe(true)
    runIn(rig.pair.far, 'ip', ['neigh', 'flush', 'dev', 'nd1'])
    expect(reach()).toEqual(SILENT)
    expect(pings(rig.pair.far, '10.99.0.1')).toBe(false)
    expect(runIn(rig.pair.far, 'ip', ['neigh', 'show', 'to', '10.99.0.1'])).toMatch(/FAILED|INCOMPLETE/)
    expect(runIn(rig.pair.near, 'ip', ['link', 'show', 'dev', DEVICE])).toContain('LOWER_UP')
    expect((await fault.counters())?.affected).toBeGreaterThan(0)
    expect(await fault.remove()).toMatchObject({restored: true, differences: []})
    // A neighbour that was not found is asked for again after a moment.
    await expect.poll(reach, {timeout: 10_000}).toEqual(ALL)
  })

  it('is heard again when its time is over, without anybody who does it', async () => {
    await rig.apply({kind: 'partition', scope}, 1500)
    expect(pings(rig.pair.near, FAR4)).toBe(false)
    await expect.poll(() => pings(rig.pair.near, FAR4), {timeout: 10_000}).toBe(true)
    expect(runIn(rig.pair.near, 'nft', ['list', 'tables'])).toContain('table netdev netdrill_')
  })

  it.each(['in', 'out'] as const)('in one direction: %s', async (direction) => {
    const seen = (): number => {
      const [link] = JSON.parse(runIn(rig.pair.far, 'ip', ['-j', '-s', 'link', 'show', 'nd1'])) as [
        {readonly stats64: {readonly rx: {readonly packets: number}}},
      ]
      return link.stats64.rx.packets
    }
    await rig.apply({kind: 'partition', direction, scope})
    const first = seen()
    expect(pings(rig.pair.near, FAR4)).toBe(false)
    expect(seen() > first).toBe(direction === 'in')
  })
})

describe('a part of what a port passes', () => {
  it('is lost by destination, port and connection, and nothing else', async () => {
    await rig.listen(7001, 7002)
    const all = async (): Promise<readonly string[]> =>
      Promise.all([rig.connect(FAR4, 7001), rig.connect(FAR4, 7002)])
    const fault = await rig.apply({kind: 'partition', scope: {...scope, to: FAR4, port: 7001}})
    expect(fault.asAsked, fault.readback).toBe(true)
    expect(await all()).toEqual(['silence', 'connected'])
    expect(reach()).toEqual(ALL)
    await fault.remove()
    await rig.apply({kind: 'partition', connections: 'established', scope: {...scope, port: 7001}})
    expect(await all()).toEqual(['connected', 'connected'])
  })

  it.each(['out', 'in'] as const)('is shaped, also when it is only passed on: %s', async (direction) => {
    const fault = await rig.apply({kind: 'rate', rate: '8kbit', queue: '20ms', direction, scope})
    expect(fault.asAsked, fault.readback).toBe(true)
    const flood = (...words: string[]): string => {
      try {
        return runIn(THIRD, 'ping', [
          '-q',
          '-n',
          '-c',
          '20',
          '-i',
          '0.01',
          '-W',
          '0.3',
          '-s',
          '500',
          ...words,
        ])
      } catch (error) {
        return (error as {stdout?: string}).stdout ?? ''
      }
    }
    expect(Number(/(\d+) received/.exec(flood(FAR4))?.[1])).toBeLessThan(10)
    expect(flood('10.99.0.1')).toContain('20 received')
    expect((await fault.counters())?.affected).toBeGreaterThan(5)
    expect(await fault.remove()).toMatchObject({restored: true, differences: []})
  })

  it('can not be answered', async () => {
    const refusal = await rig
      .apply({kind: 'partition', mode: 'reject', scope})
      .catch((error: unknown) => error)
    expect(isUserError(refusal) && refusal.message).toMatch(/can lose packets, and answer none/)
  })
})

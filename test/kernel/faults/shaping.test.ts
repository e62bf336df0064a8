import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {isUserError} from '../../../src/core/errors.ts'
import {DEVICE, FAR4, FAR6, FaultRig} from '../../support/fault-rig.ts'
import {namespacesMissing, runIn} from '../../support/namespaces.ts'

const reason = namespacesMissing()
let rig: FaultRig

beforeEach((context) => {
  if (reason !== null) return context.skip(reason)
  rig = new FaultRig()
})
afterEach(async () => {
  if (reason === null) await rig.close()
})

/** Bytes that have left by a qdisc, and when that was read. */
function bytesOf(handle: string): {readonly bytes: number; readonly at: number} {
  const text = runIn(rig.pair.near, 'tc', ['-s', '-j', 'qdisc', 'show', 'dev', DEVICE])
  const qdiscs = JSON.parse(text) as readonly {handle: string; bytes: number}[]
  return {
    bytes: qdiscs.find((qdisc) => qdisc.handle === handle)?.bytes ?? Number.NaN,
    at: rig.ports.clock.now(),
  }
}

async function push(port: number): Promise<void> {
  await rig.worker(rig.pair.near, 'push', JSON.stringify({host: FAR4, port, ms: 6000})).ready
}

/** Bits per second through a qdisc, over a second and a half after the start has settled. */
async function rateThrough(handle: string): Promise<number> {
  await rig.ports.clock.sleep(700)
  const first = bytesOf(handle)
  await rig.ports.clock.sleep(1500)
  const last = bytesOf(handle)
  return ((last.bytes - first.bytes) * 8) / ((last.at - first.at) / 1000)
}

describe('a rate limit', () => {
  it.each(['tbf', 'htb'])(
    'by %s lets through what was asked, counted at the link layer',
    async (algorithm) => {
      await rig.listen(7001)
      const fault = await rig.apply({kind: 'rate', rate: '10mbit', algorithm, scope: {to: FAR4, port: 7001}})
      expect(fault.asAsked).toBe(true)
      expect(fault.plan.backend).toBe(algorithm)
      await push(7001)
      const measured = await rateThrough('6e68:')
      // On a busy machine the sender leaves gaps; what gets through is never more than was asked.
      expect(measured).toBeGreaterThan(6e6)
      expect(measured).toBeLessThan(10.5e6)
      expect((await fault.counters())?.affected).toBeGreaterThan(0)
    },
  )

  it('leaves the neighbouring port alone', async () => {
    await rig.listen(7001, 7002)
    await rig.apply({kind: 'rate', rate: '1mbit', scope: {to: FAR4, port: 7001}})
    await push(7002)
    expect(await rateThrough('6e64:')).toBeGreaterThan(20e6)
  })
})

describe('the end of a shaping fault', () => {
  it('restores the device exactly', async () => {
    const before = rig.kernelState()
    const fault = await rig.apply({kind: 'rate', rate: '10mbit', scope: {to: `${FAR4},${FAR6}`}})
    expect(rig.kernelState()).not.toBe(before)
    expect(await fault.remove()).toMatchObject({restored: true, differences: []})
    expect(rig.kernelState()).toBe(before)
  })

  it('leaves the other fault of the device, and the last one takes the tree', async () => {
    const before = rig.kernelState()
    const first = await rig.apply({kind: 'rate', rate: '10mbit', scope: {to: FAR4}})
    const second = await rig.apply({kind: 'rate', rate: '5mbit', scope: {to: FAR6}})
    expect([first.asAsked, second.asAsked]).toEqual([true, true])
    expect(await first.remove()).toMatchObject({restored: true})
    expect(rig.kernelState()).toContain('6e69:')
    expect(await second.remove()).toMatchObject({restored: true, differences: []})
    expect(rig.kernelState()).toBe(before)
  })

  it('counts as done when the device is gone', async () => {
    const fault = await rig.apply({kind: 'rate', rate: '10mbit', scope: {to: FAR4}})
    runIn(rig.pair.near, 'ip', ['link', 'del', DEVICE])
    expect(await fault.remove()).toMatchObject({restored: true, differences: []})
  })
})

describe('a foreign root qdisc', () => {
  const foreign = (): void => {
    for (const line of [
      `qdisc add dev ${DEVICE} root handle 1: htb default 10`,
      `class add dev ${DEVICE} parent 1: classid 1:10 htb rate 500mbit`,
      `filter add dev ${DEVICE} parent 1: protocol ip u32 match ip dst 192.0.2.1/32 flowid 1:10`,
    ]) {
      runIn(rig.pair.near, 'tc', line.split(' '))
    }
  }

  it('makes shaping refuse with exit 7, and stays byte for byte', async () => {
    foreign()
    const before = rig.kernelState()
    const error: unknown = await rig
      .apply({kind: 'rate', rate: '1mbit', scope: {to: FAR4}})
      .catch((thrown: unknown) => thrown)
    if (!isUserError(error)) throw error
    expect(error).toMatchObject({exit: 7, problems: [{code: 'FAULT_FOREIGN_QDISC'}]})
    expect(rig.kernelState()).toBe(before)
  })

  it('does not disturb a partition, nor the other way round', async () => {
    foreign()
    const before = rig.kernelState()
    const fault = await rig.apply({kind: 'partition', scope: {to: FAR4}})
    expect(rig.pings(FAR4)).toBe(false)
    expect(await fault.remove()).toMatchObject({restored: true})
    expect(rig.kernelState()).toBe(before)
  })
})

describe('foreign nftables tables', () => {
  it('are not touched', async () => {
    runIn(rig.pair.near, 'nft', [
      'table inet theirs { chain c { type filter hook output priority 5; counter; }; }',
    ])
    const before = rig.kernelState()
    const fault = await rig.apply({kind: 'partition', scope: {to: FAR4}})
    await fault.remove()
    expect(rig.kernelState()).toBe(before)
  })
})

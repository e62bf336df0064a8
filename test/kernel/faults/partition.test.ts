import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {FAR4, FAR6, FaultRig} from '../../support/fault-rig.ts'
import {namespacesMissing, runIn} from '../../support/namespaces.ts'

const reason = namespacesMissing()
let rig: FaultRig

beforeAll(() => {
  if (reason === null) rig = new FaultRig()
})
beforeEach((context) => {
  if (reason !== null) context.skip(reason)
})
afterEach(async () => {
  if (reason === null) await rig.clear()
})
afterAll(async () => {
  if (reason === null) await rig.close()
})

const both = `${FAR4},${FAR6}`

describe('a partition of one port', () => {
  it.each([
    ['drop', {mode: 'drop'}, 'silence'],
    ['reject with a reset', {mode: 'reject'}, 'ECONNREFUSED'],
    ['reject with ICMP', {mode: 'reject', with: 'host-unreachable'}, 'EHOSTUNREACH'],
  ])(
    'by %s hits that port over both IP families and nothing else, and its end restores it',
    async (_, how, seen) => {
      await rig.listen(7001, 7002)
      const before = rig.kernelState()
      const fault = await rig.apply({kind: 'partition', ...how, scope: {to: both, port: 7001}})
      expect(fault.asAsked).toBe(true)
      expect(await Promise.all([rig.connect(FAR4, 7001), rig.connect(FAR6, 7001, 2500)])).toEqual([
        seen,
        seen,
      ])
      expect(await Promise.all([rig.connect(FAR4, 7002), rig.connect(FAR6, 7002)])).toEqual([
        'connected',
        'connected',
      ])
      expect(rig.pings(FAR4)).toBe(true)
      const counters = await fault.counters()
      expect(counters?.matched).toBeGreaterThanOrEqual(2)
      expect(await fault.remove()).toMatchObject({restored: true, differences: []})
      expect(rig.kernelState()).toBe(before)
      expect(await rig.connect(FAR4, 7001)).toBe('connected')
    },
  )

  it('by reset ends a connection that is already there', async () => {
    await rig.listen(7001)
    const held = rig.worker(rig.pair.near, 'hold', JSON.stringify({host: FAR4, port: 7001, timeout: 5000}))
    await held.ready
    await rig.apply({kind: 'partition', mode: 'reject', scope: {to: FAR4, port: 7001}})
    expect(await held.output).toContain('ECONNRESET')
  })

  it('by silence leaves a connection that is already there waiting', async () => {
    await rig.listen(7001)
    const held = rig.worker(rig.pair.near, 'hold', JSON.stringify({host: FAR4, port: 7001, timeout: 1000}))
    await held.ready
    await rig.apply({kind: 'partition', scope: {to: FAR4, port: 7001}})
    expect(await held.output).toContain('silence')
  })
})

describe('a partition of ICMP', () => {
  it('stops pings of both families and nothing else, IPv6 neighbour discovery least of all', async () => {
    await rig.listen(7001)
    await rig.apply({kind: 'partition', scope: {to: both, protocol: 'icmp'}})
    expect([rig.pings(FAR4), rig.pings(FAR6)]).toEqual([false, false])
    runIn(rig.pair.near, 'ip', ['neigh', 'flush', 'all'])
    expect(await Promise.all([rig.connect(FAR4, 7001), rig.connect(FAR6, 7001)])).toEqual([
      'connected',
      'connected',
    ])
  })
})

describe('a one-way partition', () => {
  /** Counts pings that arrive at the far side. */
  const countArrivals = (): void => {
    runIn(rig.pair.far, 'nft', ['flush', 'ruleset'])
    const rules =
      'table inet watch { counter seen { }; chain in { type filter hook input priority -10; icmp type echo-request counter name seen; }; }'
    runIn(rig.pair.far, 'nft', [rules])
  }
  const arrivals = (): number =>
    Number(
      /packets (\d+)/.exec(runIn(rig.pair.far, 'nft', ['list', 'counter', 'inet', 'watch', 'seen']))?.[1],
    )

  it.each([
    ['out', 0],
    ['in', 1],
  ])('%s lets %i pings arrive at the other side, and no answer come back', async (direction, expected) => {
    countArrivals()
    await rig.apply({kind: 'partition', direction, scope: {to: FAR4}})
    expect(rig.pings(FAR4)).toBe(false)
    expect(arrivals()).toBe(expected)
  })
})

describe('a partition without destination', () => {
  it('hits everything of the device', async () => {
    const fault = await rig.apply({kind: 'partition', scope: {device: 'nd0'}})
    expect([rig.pings(FAR4), rig.pings(FAR6)]).toEqual([false, false])
    await fault.remove()
    expect([rig.pings(FAR4), rig.pings(FAR6)]).toEqual([true, true])
  })
})

describe('two partitions', () => {
  it('are independent: the end of one leaves the other', async () => {
    const four = await rig.apply({kind: 'partition', scope: {to: FAR4}})
    await rig.apply({kind: 'partition', scope: {to: FAR6}})
    await four.remove()
    expect([rig.pings(FAR4), rig.pings(FAR6)]).toEqual([true, false])
  })
})

describe('the end by the kernel', () => {
  it('comes when the time is over, though nobody removes anything', async () => {
    await rig.apply({kind: 'partition', scope: {to: FAR4}}, 1500)
    const since = rig.ports.clock.now()
    expect(rig.pings(FAR4)).toBe(false)
    await expect.poll(() => rig.pings(FAR4), {timeout: 10_000}).toBe(true)
    expect(rig.ports.clock.now() - since).toBeGreaterThan(1000)
  })
})

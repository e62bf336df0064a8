/** Faults that shape some of the same packets, with what every kernel has: rate limits. */
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest'
import {DEVICE, FAR4, FaultRig} from '../../support/fault-rig.ts'
import {runIn} from '../../support/namespaces.ts'

let rig: FaultRig

beforeAll(async () => {
  rig = new FaultRig()
})
afterEach(async () => rig.clear())
afterAll(async () => rig.close())

interface Shown {
  readonly kind: string
  readonly options: {readonly rate?: number}
  readonly packets: number
}

/** Bits per second that each leaf lets through, and packets it has passed. */
function leaves(): readonly {readonly rate: number; readonly packets: number}[] {
  const text = runIn(rig.pair.near, 'tc', ['-s', '-j', 'qdisc', 'show', 'dev', DEVICE])
  return (JSON.parse(text) as readonly Shown[]).flatMap(({kind, options, packets}) =>
    kind === 'tbf' ? [{rate: (options.rate ?? 0) * 8, packets}] : [],
  )
}

/** By which leaf packets to a port go. */
async function leafOf(port: number): Promise<number | null> {
  const before = leaves()
  expect(await rig.connect(FAR4, port)).toBe('connected')
  const passed = leaves().map(({rate, packets}, index) => ({
    rate,
    packets: packets - (before[index]?.packets ?? 0),
  }))
  // The last words of a connection have no sender any more.
  const [most] = passed.toSorted((a, b) => b.packets - a.packets)
  return most && most.packets > 0 ? most.rate : null
}

const ALL = {kind: 'rate', rate: '20mbit', scope: {to: '10.99.0.0/29'}}
const ONE = {kind: 'rate', rate: '5mbit', scope: {to: FAR4, port: 7001}}

describe('two rate limits with packets in common', () => {
  it('give those the lower one, each the rest of its own, and each stays when the other goes', async () => {
    await rig.listen(7001, 7002)
    const before = rig.kernelState()
    const all = await rig.apply(ALL)
    const one = await rig.apply(ONE)
    expect([all.asAsked, one.asAsked]).toEqual([true, true])
    expect(leaves().map(({rate}) => rate)).toEqual([20e6, 5e6, 5e6])
    expect(await leafOf(7001)).toBe(5e6)
    expect(await leafOf(7002)).toBe(20e6)
    expect((await one.counters())?.matched).toBeGreaterThan(0)

    expect(await one.remove()).toMatchObject({restored: true, differences: []})
    expect(await leafOf(7001)).toBe(20e6)

    const again = await rig.apply(ONE)
    expect(await all.remove()).toMatchObject({restored: true, differences: []})
    expect(await leafOf(7001)).toBe(5e6)
    expect(await leafOf(7002)).toBe(null)
    expect(await again.remove()).toMatchObject({restored: true, differences: []})
    expect(rig.kernelState()).toBe(before)
  })

  it('of the very same packets are the lower one, whichever came first', async () => {
    await rig.listen(7001)
    const before = rig.kernelState()
    const low = await rig.apply(ONE)
    const high = await rig.apply({...ONE, rate: '40mbit'})
    expect(await leafOf(7001)).toBe(5e6)
    await low.remove()
    expect(await leafOf(7001)).toBe(40e6)
    await high.remove()
    expect(rig.kernelState()).toBe(before)
  })

  it('one of them of a user go by what both say', async () => {
    await rig.listen(7001)
    const user = await rig.apply({kind: 'rate', rate: '3mbit', scope: {to: FAR4, uid: 0}})
    const all = await rig.apply(ALL)
    expect(await leafOf(7001)).toBe(3e6)
    await user.remove()
    expect(await leafOf(7001)).toBe(20e6)
    expect(await all.remove()).toMatchObject({restored: true, differences: []})
  })

  it('that arrive are joined as well', async (context) => {
    try {
      runIn(rig.pair.near, 'ip', ['link', 'add', 'try0', 'type', 'ifb'])
      runIn(rig.pair.near, 'ip', ['link', 'del', 'try0'])
    } catch {
      return context.skip('this kernel has no ifb')
    }
    const shown = (): readonly number[] => {
      const devices = JSON.parse(runIn(rig.pair.near, 'ip', ['-j', 'link', 'show', 'type', 'ifb'])) as {
        ifname: string
      }[]
      const name = devices[0]?.ifname ?? ''
      const text = runIn(rig.pair.near, 'tc', ['-s', '-j', 'qdisc', 'show', 'dev', name])
      return (JSON.parse(text) as readonly Shown[]).flatMap(({kind, options, packets}) =>
        kind === 'tbf' && packets > 0 ? [(options.rate ?? 0) * 8] : [],
      )
    }
    const before = rig.kernelState()
    const all = await rig.apply({...ALL, direction: 'in'})
    const one = await rig.apply({kind: 'rate', rate: '5mbit', direction: 'in', scope: {to: FAR4}})
    expect(one.asAsked).toBe(true)
    expect(rig.pings(FAR4)).toBe(true)
    expect(shown()).toEqual([5e6])
    expect((await one.counters())?.matched).toBeGreaterThan(0)
    await one.remove()
    expect(rig.pings(FAR4)).toBe(true)
    expect(shown()).toEqual([20e6])
    expect(await all.remove()).toMatchObject({restored: true, differences: []})
    expect(rig.kernelState()).toBe(before)
  })
})

describe('the time', () => {
  it('of the one that is over first ends what they share, by the kernel itself', async () => {
    await rig.listen(7001)
    // Longer than its own fault may take to be put in force beside another test.
    const low = await rig.apply({...ONE}, 2500)
    const high = await rig.apply({...ALL})
    expect(await leafOf(7001)).toBe(5e6)
    // Nobody undoes it here: the engine's owner is this test, and the guard waits a while longer.
    await expect.poll(async () => leafOf(7001), {timeout: 8000, interval: 100}).toBe(20e6)
    expect(await low.remove()).toMatchObject({restored: true})
    expect(await high.remove()).toMatchObject({restored: true, differences: []})
  })
})

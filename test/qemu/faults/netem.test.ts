import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest'
import {DEVICE, FAR4, FAR6, FaultRig} from '../../support/fault-rig.ts'
import {ipIn, runIn} from '../../support/namespaces.ts'

let rig: FaultRig

beforeAll(() => {
  rig = new FaultRig()
  // A second address of the same host, outside every scope.
  ipIn(rig.pair.far, 'addr add 10.99.0.3/24 dev nd1')
})
afterEach(async () => rig.clear())
afterAll(async () => rig.close())

const ping = (...words: string[]): string => {
  try {
    return runIn(rig.pair.near, 'ping', ['-n', ...words])
  } catch (error) {
    return (error as {stdout?: string}).stdout ?? ''
  }
}

/** Median round trip in milliseconds: single ones jump on an emulated processor. */
function roundTrip(address: string, ...words: string[]): number {
  const times = [...ping('-c', '9', '-i', '0.1', ...words, address).matchAll(/time=([\d.]+)/g)].map((match) =>
    Number(match[1]),
  )
  return times.toSorted((a, b) => a - b)[4] ?? Number.NaN
}

describe('every option', () => {
  // Few rows with much in each: a program takes long to start on an emulated processor.
  it.each([
    {
      delay: '1500us',
      jitter: '0.5ms',
      correlation: '25%',
      distribution: 'normal',
      loss: {random: '5%', correlation: '25%'},
      ecn: true,
      duplicate: {chance: '1%', correlation: '5%'},
      corrupt: '0.1%',
      reorder: {chance: '25%', correlation: '50%'},
      gap: 5,
      rate: '123kbit',
      slot: {min: '10ms', max: '20ms', packets: 16, bytes: '32kB'},
      limit: 777,
    },
    {
      delay: '100ms',
      jitter: '20ms',
      loss: {gemodel: {p: '1%', r: '10%', bad_loss: '70%', good_loss: '0.1%'}},
    },
    {
      delay: '274s',
      reorder: '25%',
      loss: {state: {p13: '1%', p31: '20%', p32: '5%', p23: '50%', p14: '0.5%'}},
    },
    {slot: {min: '800us'}, rate: '10gbit'},
  ])('%j is read back as it was asked, and leaves nothing', async (options) => {
    const before = rig.kernelState()
    const fault = await rig.apply({kind: 'netem', ...options, scope: {to: FAR4}})
    expect({asAsked: fault.asAsked, readback: fault.readback}).toMatchObject({asAsked: true})
    expect(fault.plan.backend).toBe('netem')
    expect(await fault.remove()).toMatchObject({restored: true, differences: []})
    expect(rig.kernelState()).toBe(before)
  })
})

describe('a delay', () => {
  it('hits its scope over both families, and nothing beside it whatever its type of service', async () => {
    const quick = roundTrip(FAR4)
    await rig.apply({kind: 'netem', delay: '200ms', scope: {to: `${FAR4},${FAR6}`}})
    expect(roundTrip(FAR4) - quick).toBeGreaterThan(190)
    expect(roundTrip(FAR4) - quick).toBeLessThan(300)
    expect(roundTrip(FAR6)).toBeGreaterThan(190)
    expect(roundTrip('10.99.0.3')).toBeLessThan(100)
    expect(roundTrip('10.99.0.3', '-Q', '0x08')).toBeLessThan(100)
    expect(roundTrip('10.99.0.3', '-Q', '0x10')).toBeLessThan(100)
  })

  it('of a round trip on loopback is what was asked, and a one way one counts twice', async () => {
    const quick = roundTrip('127.0.0.1')
    const whole = await rig.apply({kind: 'netem', rtt: '200ms', scope: {to: '127.0.0.1'}})
    expect(whole.plan.effect.rtt?.mean).toBe(200)
    expect(roundTrip('127.0.0.1') - quick).toBeGreaterThan(190)
    expect(roundTrip('127.0.0.1') - quick).toBeLessThan(300)
    await whole.remove()
    const oneWay = await rig.apply({kind: 'netem', delay: '200ms', scope: {to: '127.0.0.1'}})
    expect(oneWay.plan.effect.rtt?.mean).toBe(400)
    expect(roundTrip('127.0.0.1') - quick).toBeGreaterThan(390)
  })

  it('with jitter keeps the order of packets, unless that is not wanted', async () => {
    const disorder = (): number => {
      const seen = [...ping('-c', '200', '-i', '0.005', FAR4).matchAll(/icmp_seq=(\d+)/g)].map((match) =>
        Number(match[1]),
      )
      return seen.filter((sequence, index) => sequence < (seen[index - 1] ?? 0)).length
    }
    const ordered = await rig.apply({kind: 'netem', delay: '50ms', jitter: '40ms', scope: {to: FAR4}})
    expect(disorder()).toBe(0)
    await ordered.remove()
    await rig.apply({kind: 'netem', delay: '50ms', jitter: '40ms', keep_order: false, scope: {to: FAR4}})
    expect(disorder()).toBeGreaterThan(0)
  })
})

describe('a recorded distribution', () => {
  it('is what the delays scatter by: hardly any lies between the two that its table has', async () => {
    const shape = {delay: '150ms', jitter: '100ms', distribution: [-8192, 8192], keep_order: false}
    const fault = await rig.apply({kind: 'netem', ...shape, scope: {to: FAR4}})
    expect({asAsked: fault.asAsked, readback: fault.readback}).toMatchObject({asAsked: true})
    const times = [...ping('-c', '30', '-i', '0.1', FAR4).matchAll(/time=([\d.]+)/g)].map((match) =>
      Number(match[1]),
    )
    // One that an emulated processor held up may lie there; of an even scatter every second one would.
    expect(times.filter((time) => time > 130 && time < 245).length).toBeLessThan(6)
    expect(times.filter((time) => time <= 130).length).toBeGreaterThan(4)
    expect(times.filter((time) => time >= 245).length).toBeGreaterThan(4)
  })
})

describe('a loss', () => {
  it('drops the share that was asked, by the kernel counters', async () => {
    const fault = await rig.apply({kind: 'netem', loss: '20%', scope: {to: FAR4}})
    ping('-c', '1000', '-i', '0.002', '-q', FAR4)
    const counters = await fault.counters()
    const share = (counters?.affected ?? 0) / (counters?.matched ?? 1)
    expect(counters?.matched).toBeGreaterThanOrEqual(900)
    // Four standard deviations of a binomial of 1000.
    expect(Math.abs(share - 0.2)).toBeLessThan(0.05)
  })
})

describe('several faults on one device', () => {
  it('shape their scopes independently', async () => {
    const slow = await rig.apply({kind: 'netem', delay: '200ms', scope: {to: FAR4}})
    const slower = await rig.apply({kind: 'netem', delay: '400ms', scope: {to: '10.99.0.3'}})
    expect(roundTrip(FAR4)).toBeLessThan(380)
    expect(roundTrip('10.99.0.3')).toBeGreaterThan(390)
    await slow.remove()
    expect(roundTrip(FAR4)).toBeLessThan(100)
    expect(roundTrip('10.99.0.3')).toBeGreaterThan(390)
    expect(await slower.remove()).toMatchObject({restored: true, differences: []})
  })

  it('are refused when one of them duplicates', async () => {
    await rig.apply({kind: 'netem', delay: '10ms', scope: {to: FAR4}})
    await expect(rig.apply({kind: 'netem', duplicate: '1%', scope: {to: '10.99.0.3'}})).rejects.toMatchObject(
      {exit: 7},
    )
  })
})

describe('a root the kernel attached', () => {
  it('comes back', async () => {
    const root = (): string => runIn(rig.pair.near, 'tc', ['qdisc', 'show', 'dev', DEVICE])
    const before = root()
    const fault = await rig.apply({kind: 'rate', rate: '10mbit', scope: {to: FAR4}})
    expect(root()).toContain('prio 6e64:')
    await fault.remove()
    expect(root()).toBe(before)
  })
})

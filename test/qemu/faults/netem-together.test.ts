/** Emulated impairments together: on the same packets, behind an ifb, and instead of somebody's root. */
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest'
import {DEVICE, FAR4, FaultRig} from '../../support/fault-rig.ts'
import {ipIn, runIn} from '../../support/namespaces.ts'

/** Each step takes seconds on an emulated processor, and no fault may be over before it is looked at. */
const LASTS = 240_000
const BESIDE = '10.99.0.3'

let rig: FaultRig

beforeAll(() => {
  rig = new FaultRig()
  // A second address of the same host, outside every scope.
  ipIn(rig.pair.far, `addr add ${BESIDE}/24 dev nd1`)
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

/** The least of a few round trips in milliseconds: a busy processor makes some of them longer, and none shorter. */
function roundTrip(address: string, count = 3): number {
  const said = ping('-c', String(count), '-i', '0.1', '-W', '2', address)
  return Math.min(...[...said.matchAll(/time=([\d.]+)/g)].map((match) => Number(match[1])))
}

/** What tc shows of the emulators of a device: seconds, shares, bytes per second. */
function emulators(): readonly {readonly delay: number; readonly loss: number; readonly rate: number}[] {
  interface Shown {
    readonly kind: string
    readonly options: {
      readonly delay?: {readonly delay: number}
      readonly 'loss-random'?: {readonly loss: number}
      readonly rate?: {readonly rate: number}
    }
  }
  const shown = JSON.parse(runIn(rig.pair.near, 'tc', ['-j', 'qdisc', 'show', 'dev', DEVICE])) as Shown[]
  return shown
    .filter(({kind}) => kind === 'netem')
    .map(({options}) => ({
      delay: options.delay?.delay ?? 0,
      loss: options['loss-random']?.loss ?? 0,
      rate: options.rate?.rate ?? 0,
    }))
    .toSorted((a, b) => a.delay - b.delay)
}

describe('two faults', () => {
  it('merge where their packets are the same, and each stays when the other goes', async () => {
    const before = rig.kernelState()
    const wide = await rig.apply({kind: 'netem', delay: '200ms', scope: {to: '10.99.0.0/24'}}, LASTS)
    const narrow = await rig.apply({kind: 'netem', delay: '300ms', loss: '30%', scope: {to: FAR4}}, LASTS)
    expect([wide.asAsked, narrow.asAsked]).toEqual([true, true])
    expect(emulators()).toEqual([
      {delay: 0.2, loss: 0, rate: 0},
      {delay: 0.3, loss: expect.closeTo(0.3, 3), rate: 0},
      {delay: 0.5, loss: expect.closeTo(0.3, 3), rate: 0},
    ])
    expect(roundTrip(BESIDE)).toBeGreaterThan(190)
    expect(roundTrip(BESIDE)).toBeLessThan(290)
    expect(roundTrip(FAR4, 10)).toBeGreaterThan(490)
    expect((await narrow.counters())?.affected).toBeGreaterThan(0)
    await wide.remove()
    expect(roundTrip(BESIDE)).toBeLessThan(100)
    const alone = roundTrip(FAR4, 10)
    expect(alone).toBeGreaterThan(290)
    expect(alone).toBeLessThan(480)
    // A rate limit of tbf and a delay of netem become one netem.
    const rate = await rig.apply({kind: 'rate', rate: '1mbit', scope: {to: '10.99.0.0/24'}}, LASTS)
    expect(emulators()).toContainEqual({delay: 0.3, loss: expect.closeTo(0.3, 3), rate: 125_000})
    await narrow.remove()
    expect(await rate.remove()).toMatchObject({restored: true, differences: []})
    expect(rig.kernelState()).toBe(before)
  })
})

describe('what arrives', () => {
  it('is delayed and lost behind an ifb as it was asked, what leaves is not, and both delays add up', async () => {
    const before = rig.kernelState()
    const scope = {to: FAR4, protocol: 'icmp'}
    const quick = roundTrip(FAR4)
    const fault = await rig.apply({kind: 'netem', delay: '150ms', loss: '20%', direction: 'in', scope}, LASTS)
    expect({asAsked: fault.asAsked, readback: fault.readback}).toMatchObject({asAsked: true})
    const added = roundTrip(FAR4, 8) - quick
    expect(added).toBeGreaterThan(140)
    expect(added).toBeLessThan(260)
    expect(roundTrip(BESIDE)).toBeLessThan(100)
    const [, got = '0'] = /(\d+) received/.exec(ping('-c', '300', '-i', '0.002', '-q', FAR4)) ?? []
    // Four standard deviations of a binomial of 300.
    expect(Math.abs(Number(got) / 300 - 0.8)).toBeLessThan(0.093)
    const leaving = await rig.apply({kind: 'netem', delay: '100ms', scope}, LASTS)
    const both = roundTrip(FAR4, 8) - quick
    expect(both).toBeGreaterThan(240)
    expect(both).toBeLessThan(380)
    await leaving.remove()
    expect(await fault.remove()).toMatchObject({restored: true, differences: []})
    expect(rig.kernelState()).toBe(before)
  })
})

describe('a root that somebody configured', () => {
  it.each([
    ['prio', 'handle 1: prio bands 4 priomap 3 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1'],
    ['fq_codel', 'handle 8001: fq_codel limit 5000 flows 256 target 7ms'],
  ])('comes back exactly where its replacement is asked for: %s', async (kind, words) => {
    runIn(rig.pair.near, 'tc', ['qdisc', 'replace', 'dev', DEVICE, 'root', ...words.split(' ')])
    if (kind === 'prio') {
      const flower = `parent 1: protocol ip pref 7 flower dst_ip 192.0.2.9 ip_proto tcp dst_port 80 classid 1:2`
      runIn(rig.pair.near, 'tc', ['filter', 'add', 'dev', DEVICE, ...flower.split(' ')])
    }
    const shown = (): string => rig.kernelState().replaceAll(/ refcnt \d+/g, '')
    const before = shown()
    const fault = await rig.apply(
      {kind: 'netem', delay: '10ms', replace_root: true, scope: {to: FAR4}},
      LASTS,
    )
    expect(shown()).not.toBe(before)
    expect(await fault.remove()).toMatchObject({restored: true, differences: []})
    expect(shown()).toBe(before)
    runIn(rig.pair.near, 'tc', ['qdisc', 'del', 'dev', DEVICE, 'root'])
  })

  it.each([
    ['fq', 'handle 2: fq limit 3000 flow_limit 50', 'Illegal "quantum"'],
    ['sfq', 'handle 3: sfq perturb 10', 'Illegal "perturb"'],
  ])('stays when tc can not make it again from what it shows: %s', async (_, words, because) => {
    runIn(rig.pair.near, 'tc', ['qdisc', 'replace', 'dev', DEVICE, 'root', ...words.split(' ')])
    const before = rig.kernelState()
    const fault = {kind: 'netem', delay: '10ms', replace_root: true, scope: {to: FAR4}}
    await expect(rig.apply(fault, LASTS)).rejects.toThrow(because)
    expect(rig.kernelState()).toBe(before)
    runIn(rig.pair.near, 'tc', ['qdisc', 'del', 'dev', DEVICE, 'root'])
  })
})

import {describe, expect, it} from 'vitest'
import {FakeClock} from '../../support/fake-clock.ts'
import {POLICY, type Script, startWatch} from '../../support/watch-rig.ts'

const well: Script = () => ({after: 10})
/** Answers except between the two times, in which it does what `during` says. */
const outage =
  (from: number, to: number, during: ReturnType<Script>): Script =>
  (now) =>
    now >= from && now < to ? during : {after: 10}

describe('sampling', () => {
  it('keeps to an absolute schedule', async () => {
    const rig = await startWatch({}, well)
    await rig.clock.advance(350)
    expect(rig.story('sample')).toEqual([
      '10 sample 0 sent 0 ok',
      '110 sample 1 sent 100 ok',
      '210 sample 2 sent 200 ok',
      '310 sample 3 sent 300 ok',
    ])
    await rig.stop()
  })

  it('goes on at the interval while samples run into their timeout, and tells them in order', async () => {
    const rig = await startWatch({timeout: 500}, outage(100, 300, 'silent'))
    await rig.clock.advance(950)
    expect(rig.story('sample').slice(0, 5)).toEqual([
      '10 sample 0 sent 0 ok',
      '600 sample 1 sent 100 TCP_TIMEOUT',
      '700 sample 2 sent 200 TCP_TIMEOUT',
      '700 sample 3 sent 300 ok',
      '700 sample 4 sent 400 ok',
    ])
    await rig.stop()
  })

  it('has at most 64 samples under way and tells the slots it had to leave out', async () => {
    const rig = await startWatch({interval: 10, timeout: 5000}, () => 'silent')
    await rig.clock.advance(700)
    expect(rig.load.most).toBe(64)
    expect(rig.story('slot-missed')[0]).toBe('640 slot 64 missed')
    await rig.stop()
  })

  it('tells nothing more after the end, leaves no timer and cancels what runs', async () => {
    const rig = await startWatch({policy: POLICY}, () => 'silent')
    await rig.clock.advance(150)
    await rig.stop()
    const before = rig.events.length
    expect(rig.load.running).toBe(0)
    expect(rig.clock.pending).toBe(0)
    await rig.clock.advance(5000)
    expect(rig.events.length).toBe(before)
    expect(rig.events.at(-1)).toMatchObject({type: 'state-changed', to: 'disconnected'})
  })
})

describe('without a policy', () => {
  it('follows the samples down and up', async () => {
    const rig = await startWatch({fall: 2, rise: 2}, outage(200, 400, {after: 1, code: 'TCP_REFUSED'}))
    await rig.clock.advance(700)
    expect(rig.story('state-changed')).toEqual([
      '0 idle > connecting',
      '10 connecting > connected',
      '201 connected > suspect',
      '301 suspect > reconnecting',
      '510 reconnecting > connected',
    ])
    await rig.stop()
  })

  it('is not taken down by a sample that was sent before one that succeeded', async () => {
    const rig = await startWatch({}, outage(100, 150, 'silent'))
    await rig.clock.advance(1500)
    expect(rig.story('state-changed').at(-1)).toBe('10 connecting > connected')
    expect(rig.story('sample')[1]).toBe('1100 sample 1 sent 100 TCP_TIMEOUT')
    await rig.stop()
  })

  it('stops sending after an authentication failure', async () => {
    const rig = await startWatch({fall: 3}, outage(300, 9000, {after: 5, code: 'TLS_CERT_EXPIRED'}))
    await rig.clock.advance(2000)
    expect(rig.story('state-changed').at(-1)).toBe('305 connected > failed')
    expect(rig.load.begun).toBe(4)
    expect(rig.story('notice')).toEqual(['305 notice'])
    await rig.stop()
  })
})

describe('with limits of quality', () => {
  it('is degraded while round trips are too long, and well again when they are clearly shorter', async () => {
    const script: Script = (now) => ({after: now >= 1000 && now < 3000 ? 80 : 10})
    const rig = await startWatch({health: {quality: {maxRtt: 50}}}, script)
    await rig.clock.advance(5000)
    expect(rig.story('state-changed').slice(2)).toEqual([
      // The sixth of ten samples that is too long makes the median so.
      '1580 connected > degraded',
      '3410 degraded > connected',
    ])
    await rig.stop()
  })

  it('is degraded by loss that does not take it down', async () => {
    const lossy: Script = (now) =>
      now >= 1000 && (now / 100) % 2 < 1 ? {after: 1, code: 'TCP_RESET'} : {after: 10}
    const rig = await startWatch({fall: 3, health: {quality: {maxLoss: 0.4}}}, lossy)
    await rig.clock.advance(3000)
    const states = rig.events.flatMap((event) => (event.type === 'state-changed' ? [event.to] : []))
    expect(states).toContain('degraded')
    expect(states).not.toContain('reconnecting')
    await rig.stop()
  })
})

describe('with a policy', () => {
  it('makes its first attempt at once and is connected by it', async () => {
    const rig = await startWatch({policy: POLICY}, well)
    await rig.clock.advance(50)
    expect(rig.story('attempt-scheduled', 'attempt', 'state-changed')).toEqual([
      '0 idle > connecting',
      '0 attempt 1 due 0 (initial)',
      '10 attempt 1 ok (initial)',
      '10 connecting > connected',
    ])
    await rig.stop()
  })

  it('recovers by its own attempts, later than the samples that show the service back', async () => {
    const rig = await startWatch({policy: POLICY}, outage(150, 500, {after: 1, code: 'TCP_REFUSED'}))
    await rig.clock.advance(2000)
    expect(rig.story('attempt-scheduled', 'attempt', 'state-changed').slice(4)).toEqual([
      '201 connected > reconnecting',
      '201 attempt 1 due 401 (immediate)',
      '402 attempt 1 TCP_REFUSED (immediate)',
      '402 attempt 2 due 602 (immediate)',
      '612 attempt 2 ok (immediate)',
      '612 reconnecting > connected',
    ])
    expect(rig.story('sample')).toContain('510 sample 5 sent 500 ok')
    await rig.stop()
  })

  it('is exhausted when the policy has no attempt left, while sampling goes on', async () => {
    const rig = await startWatch({policy: POLICY}, outage(150, 4000, {after: 1, code: 'TCP_REFUSED'}))
    await rig.clock.advance(5000)
    expect(rig.story('state-changed').at(-1)).toMatch(/ reconnecting > exhausted$/)
    expect(rig.story('attempt').filter((line) => line.includes('TCP_REFUSED'))).toHaveLength(4)
    expect(rig.story('sample').at(-1)).toBe('4910 sample 49 sent 4900 ok')
    await rig.stop()
  })

  it('lets samples confirm a successful attempt until there are rise successes', async () => {
    const rig = await startWatch({policy: POLICY, rise: 3}, outage(150, 390, {after: 1, code: 'TCP_REFUSED'}))
    await rig.clock.advance(1000)
    expect(rig.story('attempt', 'state-changed').slice(3)).toEqual([
      '201 connected > reconnecting',
      '411 attempt 1 ok (immediate)',
      '610 reconnecting > connected',
    ])
    await rig.stop()
  })

  it('goes on with the ladder when the confirmation fails', async () => {
    const script: Script = (now) =>
      (now >= 150 && now < 390) || (now >= 450 && now < 550) ? {after: 1, code: 'TCP_RESET'} : {after: 10}
    const rig = await startWatch({policy: POLICY, rise: 3}, script)
    await rig.clock.advance(1500)
    const attempts = rig.story('attempt', 'attempt-scheduled', 'state-changed').slice(4)
    expect(attempts).toEqual([
      '201 connected > reconnecting',
      '201 attempt 1 due 401 (immediate)',
      '411 attempt 1 ok (immediate)',
      '501 attempt 1 due 701 (immediate)',
      '711 attempt 1 ok (immediate)',
      '910 reconnecting > connected',
    ])
    await rig.stop()
  })

  it('never hammers: an authentication failure ends both sampling and attempts', async () => {
    const rig = await startWatch({policy: POLICY, fall: 3}, () => ({after: 5, code: 'TLS_CERT_EXPIRED'}))
    await rig.clock.advance(3000)
    expect(rig.story('state-changed').at(-1)).toMatch(/> failed$/)
    expect(rig.load.begun).toBeLessThanOrEqual(2)
    await rig.stop()
  })
})

describe('the observer', () => {
  it('tells a stall, leaves out what was under way and catches nothing up', async () => {
    const clock = new FakeClock()
    const rig = await startWatch({fall: 1, timeout: 300}, well, clock)
    await clock.advance(405)
    clock.stall(2000)
    await clock.advance(200)
    expect(rig.story('observer-gap')).toHaveLength(1)
    expect(rig.story('slot-missed')).toEqual([])
    expect(rig.story('state-changed')).toHaveLength(2)
    const samples = rig.story('sample').slice(4)
    expect(samples[0]).toMatch(/sample 4 sent 400 skipped/)
    expect(rig.load.begun).toBe(5 + 3)
    await rig.stop()
  })

  it('admits with a sample that this process ran late, though not so late that nothing counts', async () => {
    const clock = new FakeClock()
    const rig = await startWatch({timeout: 300}, well, clock)
    await clock.advance(405)
    clock.stall(90)
    await clock.advance(300)
    expect(rig.story('observer-gap')).toEqual([])
    const lags = rig.events.flatMap((event) => (event.type === 'sample' ? [event.sample.lag ?? 0] : []))
    expect(Math.max(...lags)).toBeGreaterThanOrEqual(40)
    expect(lags.filter((lag) => lag > 0)).toHaveLength(1)
    await rig.stop()
  })

  it('tells a suspend by the wall clock that ran on', async () => {
    const rig = await startWatch({}, well)
    await rig.clock.advance(120)
    rig.clock.epoch += 60_000
    await rig.clock.advance(100)
    const gap = rig.events.find((event) => event.type === 'observer-gap')
    expect(gap).toMatchObject({because: expect.stringContaining('slept') as string})
    expect(gap?.type === 'observer-gap' && gap.length).toBeGreaterThanOrEqual(60_000)
    await rig.stop()
  })
})

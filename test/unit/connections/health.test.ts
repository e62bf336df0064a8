import {describe, expect, it} from 'vitest'
import {type Rig, type Script, startWatch} from '../../support/watch-rig.ts'
import {detectionTime} from '../../../src/core/health.ts'
import {emptyStory, foldStory} from '../../../src/core/story.ts'
import {FakeClock} from '../../support/fake-clock.ts'

const well: Script = () => ({after: 10})
const during =
  (from: number, to: number, answer: ReturnType<Script>): Script =>
  (now) =>
    now >= from && now < to ? answer : {after: 10}
const refused = {after: 5, code: 'TCP_REFUSED'} as const

const sentAt = (rig: Rig): number[] =>
  rig.events
    .flatMap((event) => (event.type === 'sample' ? [Math.round(event.sample.sentAt)] : []))
    .toSorted((a, b) => a - b)
const gapsOf = (times: readonly number[]): number[] =>
  times.slice(1).map((time, index) => time - (times[index] ?? 0))
const changes = (rig: Rig): string[] => rig.story('state-changed').slice(2)

describe('the pace of checks', () => {
  it('is fast while a failure is confirmed, and the interval again once it is not', async () => {
    const spec = {interval: 10_000, timeout: 2000, fall: 3, health: {fastInterval: 500}}
    const rig = await startWatch(spec, during(9000, 10_200, refused))
    await rig.clock.advance(35_000)
    expect(sentAt(rig)).toEqual([0, 10_000, 10_500, 20_500, 30_500])
    expect(changes(rig)).toEqual(['10005 connected > suspect', '10510 suspect > connected'])
    await rig.stop()
  })

  it('does not wait for the timeout of an unanswered check: a silent loss is found within the bound', async () => {
    const spec = {interval: 30_000, timeout: 5000, fall: 3, health: {fastInterval: 2000}}
    // Right after a check: the worst instant.
    const rig = await startWatch(spec, during(20, 200_000, 'silent'))
    await rig.clock.advance(60_000)
    expect(sentAt(rig).slice(0, 4)).toEqual([0, 30_000, 32_000, 34_000])
    expect(changes(rig).at(-1)).toBe('39000 suspect > reconnecting')
    await rig.stop()
  })

  it('finds silent losses at any instant in the mean time that is worked out', async () => {
    const spec = {interval: 3000, timeout: 500, fall: 3, health: {fastInterval: 200}}
    const times: number[] = []
    for (let phase = 0.5; phase < 20; phase++) {
      const from = 6000 + (phase / 20) * spec.interval
      const rig = await startWatch(spec, during(from, 1e9, 'silent'))
      await rig.clock.advance(from + 5000)
      const lost = rig.events.find((event) => event.type === 'state-changed' && event.to === 'reconnecting')
      times.push((lost?.at ?? Number.NaN) - from)
      await rig.stop()
    }
    const {worst, mean} = detectionTime(spec)
    expect(times.reduce((sum, time) => sum + time, 0) / times.length).toBeCloseTo(mean, 0)
    expect(Math.max(...times)).toBeLessThanOrEqual(worst)
    expect(Math.min(...times)).toBeGreaterThanOrEqual(worst - spec.interval)
  })

  it('is not changed by one lost packet: the next answer clears it before it is a failure', async () => {
    const spec = {interval: 10_000, timeout: 5000, fall: 2, health: {fastInterval: 1000}}
    const rig = await startWatch(spec, during(9999, 10_001, 'silent'))
    await rig.clock.advance(25_000)
    expect(sentAt(rig)).toEqual([0, 10_000, 11_000, 21_000])
    expect(changes(rig)).toEqual([])
    await rig.stop()
  })

  it('is fast as well while a recovery is confirmed', async () => {
    const spec = {interval: 10_000, timeout: 2000, fall: 1, rise: 3, health: {fastInterval: 500}}
    const rig = await startWatch(spec, during(9000, 29_000, refused))
    await rig.clock.advance(45_000)
    expect(sentAt(rig)).toEqual([0, 10_000, 20_000, 30_000, 30_500, 31_000, 41_000])
    expect(changes(rig).at(-1)).toBe('31010 reconnecting > connected')
    await rig.stop()
  })

  it('slows down while the target is down, up to five minutes, and is refunded by a success', async () => {
    const slowDown = {after: 3, factor: 2, max: 300_000}
    const rig = await startWatch(
      {interval: 60_000, timeout: 5000, fall: 1, health: {slowDown}},
      during(0, 1_500_000, refused),
    )
    await rig.clock.advance(2_000_000)
    expect(gapsOf(sentAt(rig)).map((gap) => gap / 1000)).toEqual(
      [60, 60, 60, 60, 120, 240, 300, 300, 300, 60, 60, 60, 60, 60, 60, 60, 60].slice(
        0,
        gapsOf(sentAt(rig)).length,
      ),
    )
    expect(gapsOf(sentAt(rig)).length).toBeGreaterThan(12)
    await rig.stop()
  })

  it('is put off by jitter without drifting, and differently for another target', async () => {
    const spec = {interval: 1000, timeout: 500, health: {jitter: 0.2}}
    const rig = await startWatch(spec, well)
    const other = await startWatch({...spec, name: 'other'}, well)
    for (const one of [rig, other]) await one.clock.advance(100_000)
    const offsets = sentAt(rig).map((time, index) => time - index * 1000)
    expect(Math.min(...offsets)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...offsets)).toBeLessThan(200)
    expect(new Set(offsets).size).toBeGreaterThan(50)
    expect(sentAt(other)).not.toEqual(sentAt(rig))
    for (const one of [rig, other]) await one.stop()
  })
})

describe('quality', () => {
  const quality = {maxRtt: 1000, wellRtt: 500, maxLoss: 0.4, wellLoss: 0.1}

  it('does not flap between the two thresholds', async () => {
    // 1.2 s once, then back and forth between 600 and 900 ms for ten minutes, then 400 ms.
    const script: Script = (now) => {
      if (now < 60_000) return {after: 50}
      if (now < 90_000) return {after: 1200}
      if (now < 600_000) return {after: (now / 7000) % 2 < 1 ? 600 : 900}
      return {after: 400}
    }
    const rig = await startWatch({interval: 1000, timeout: 3000, fall: 3, health: {quality}}, script)
    await rig.clock.advance(700_000)
    const states = rig.events.flatMap((event) => (event.type === 'state-changed' ? [event.to] : []))
    expect(states).toEqual(['connecting', 'connected', 'degraded', 'connected'])
    expect(rig.events.findLast((event) => event.type === 'state-changed')?.at).toBeGreaterThan(600_000)
    await rig.stop()
  })

  it('counts what was lost although later samples were answered before that was known', async () => {
    const third: Script = (now) => (Math.floor(now / 100) % 3 === 2 ? 'silent' : {after: 10})
    const spec = {interval: 100, timeout: 300, fall: 3, health: {quality: {...quality, warnLoss: 0.2}}}
    const rig = await startWatch({...spec, health: {quality: {...spec.health.quality, maxLoss: 0.3}}}, third)
    await rig.clock.advance(3000)
    expect(rig.events.find((event) => event.type === 'early-warning')).toMatchObject({active: true})
    expect(rig.events.findLast((event) => event.type === 'state-changed')).toMatchObject({to: 'degraded'})
    await rig.stop()
  })

  it('holds nothing of an outage against the connection that came back', async () => {
    // The last samples of the outage are known to be lost when the first one after it has been answered.
    const spec = {
      interval: 100,
      timeout: 500,
      fall: 1,
      health: {quality: {...quality, warnLoss: 0.1, window: 5}},
    }
    const rig = await startWatch(spec, during(2000, 4000, 'silent'))
    await rig.clock.advance(6000)
    expect(changes(rig)).toEqual(['2500 connected > reconnecting', '4010 reconnecting > connected'])
    expect(rig.events.filter((event) => event.type === 'early-warning')).toEqual([])
    await rig.stop()
  })

  it('warns before it is degraded when the round trip creeps up', async () => {
    const ramp: Script = (now) => ({after: now < 120_000 ? 10 : Math.min(190, 10 + (now - 120_000) / 500)})
    const health = {quality: {maxRtt: 150, wellRtt: 75, trend: 30_000}}
    const rig = await startWatch({interval: 1000, timeout: 3000, health}, ramp)
    await rig.clock.advance(300_000)
    const warned = rig.events.find((event) => event.type === 'early-warning')
    const degraded = rig.events.find((event) => event.type === 'state-changed' && event.to === 'degraded')
    expect(warned).toMatchObject({active: true, because: expect.stringContaining('reach 150ms') as string})
    expect(degraded?.at ?? 0).toBeGreaterThan((warned?.at ?? 0) + 15_000)
    await rig.stop()
  })

  it('warns from the lower limits on, once, and tells when it is over', async () => {
    const health = {quality: {...quality, warnRtt: 300}}
    const rig = await startWatch({interval: 1000, timeout: 3000, health}, (now) => ({
      after: now > 30_000 && now < 90_000 ? 350 + ((now / 1000) % 2) * 20 : 50,
    }))
    await rig.clock.advance(200_000)
    const warnings = rig.events.flatMap((event) => (event.type === 'early-warning' ? [event.active] : []))
    expect(warnings).toEqual([true, false])
    expect(changes(rig)).toEqual([])
    await rig.stop()
  })
})

describe('an accrual detector', () => {
  const phi = {threshold: 8, pause: 3000, minDeviation: 100, samples: 200}

  it('finds a silence that is unlike those before, sooner than failures could be counted', async () => {
    const spec = {interval: 1000, timeout: 30_000, fall: 5, health: {phi}}
    const rig = await startWatch(spec, during(59_500, 80_000, 'silent'))
    await rig.clock.advance(100_000)
    // The last answer came at 59.01 s.
    expect(changes(rig)[0]).toBe('63571 connected > reconnecting')
    expect(changes(rig).at(-1)).toBe('80010 reconnecting > connected')
    await rig.stop()
  })

  it('learns nothing from an outage: the next one is found as soon', async () => {
    const script: Script = (now) => (now % 60_000 > 40_000 ? 'silent' : {after: 10})
    const spec = {interval: 1000, timeout: 15_000, fall: 50, health: {phi}}
    const rig = await startWatch(spec, script)
    await rig.clock.advance(600_000)
    const lost = rig.events.flatMap((event) =>
      event.type === 'state-changed' && event.to === 'reconnecting' ? [Math.round(event.at % 60_000)] : [],
    )
    expect(lost).toHaveLength(10)
    expect(Math.max(...lost) - Math.min(...lost)).toBeLessThanOrEqual(10)
    await rig.stop()
  })

  it('puts a silence in which it did not listen itself down to nobody', async () => {
    const clock = new FakeClock()
    const rig = await startWatch({interval: 1000, timeout: 2000, fall: 5, health: {phi}}, well, clock)
    await clock.advance(60_500)
    clock.stall(600_000)
    await clock.advance(30_000)
    expect(changes(rig)).toEqual([])
    await rig.stop()
  })
})

describe('inactivity', () => {
  const spec = {
    interval: 5000,
    timeout: 5000,
    fall: 4,
    health: {inactive: {after: 10_000, combine: 'any'}},
  } as const

  it.each([
    ['a blackout of 5s passes', 5000, false],
    ['one of 20s does not', 20_000, true],
  ])('%s', async (_what, length, isLost) => {
    for (const start of [60_100, 62_000, 64_900]) {
      const rig = await startWatch(spec, during(start, start + length, 'silent'))
      await rig.clock.advance(120_000)
      const lost = rig.events.find((event) => event.type === 'state-changed' && event.to === 'reconnecting')
      const took = lost ? lost.at - start : null
      expect(took !== null && took >= 10_000 && took <= 15_000).toBe(isLost)
      await rig.stop()
    }
  })

  it('with all, waits for the failures too', async () => {
    const health = {inactive: {after: 10_000, combine: 'all'}} as const
    const rig = await startWatch({...spec, timeout: 1000, fall: 2, health}, during(60_100, 200_000, refused))
    await rig.clock.advance(100_000)
    // Refused at 65 and 70 s, but heard at 60 s: only the failure at 75 s is late enough.
    expect(changes(rig)).toEqual(['65005 connected > suspect', '75005 suspect > reconnecting'])
    await rig.stop()
  })
})

it('warns of what may become a loss, and only a loss is an error', async () => {
  const health = {quality: {maxRtt: 500, warnRtt: 100}}
  const script: Script = (now) => (now > 60_000 ? refused : {after: now > 20_000 ? 150 : 10})
  const rig = await startWatch({interval: 1000, fall: 3, health}, script)
  await rig.clock.advance(70_000)
  let story = emptyStory()
  const tones = rig.events.flatMap((event) => {
    story = foldStory(story, event)
    return event.type === 'sample'
      ? []
      : story.told.map(({tone, text}) => `${tone}: ${text.split(':')[0] ?? ''}`)
  })
  expect(tones.slice(1)).toEqual([
    'warning: early warning',
    'warning: connected → suspect',
    'good: early warning over',
    'bad: suspect → reconnecting',
  ])
  await rig.stop()
})

describe('held states', () => {
  it('keeps a suspicion for its time before it is a loss, and a loss before it is over', async () => {
    const health = {hold: {suspect: 3000, reconnecting: 4000}}
    const rig = await startWatch({interval: 1000, fall: 1, health}, during(9500, 14_500, refused))
    await rig.clock.advance(30_000)
    expect(changes(rig)).toEqual([
      '10005 connected > suspect',
      '13005 suspect > reconnecting',
      '17010 reconnecting > connected',
    ])
    await rig.stop()
  })

  it('never holds what was refused', async () => {
    const expired = {after: 5, code: 'TLS_CERT_EXPIRED'} as const
    const health = {hold: {suspect: 60_000, degraded: 60_000}}
    const rig = await startWatch({interval: 1000, fall: 3, health}, during(9500, 1e9, expired))
    await rig.clock.advance(30_000)
    expect(changes(rig)).toEqual(['10005 connected > failed'])
    await rig.stop()
  })
})

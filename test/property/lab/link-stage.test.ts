import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {LinkDistribution, LinkEffect, LinkLoss} from '../../../src/core/link-effects.ts'
import {seededRandom} from '../../../src/core/random.ts'
import {expectedBurst, expectedLoss} from '../../../src/faults/netem-arithmetic.ts'
import {correlatedDraw, deviationOf} from '../../../src/lab/emulated-links/draws.ts'
import {LinkStage} from '../../../src/lab/emulated-links/link-stage.ts'
import {lossOf} from '../../../src/lab/emulated-links/lose-packets.ts'
import {SendQueue} from '../../../src/lab/emulated-links/send-queue.ts'

const chance = fc.record({
  chance: fc.double({min: 0, max: 1, noNaN: true}),
  correlation: fc.double({min: 0, max: 0.9, noNaN: true}),
})
const distribution = fc.constantFrom<LinkDistribution>('uniform', 'normal', 'pareto', 'paretonormal')
const ms = (max: number): fc.Arbitrary<number> => fc.double({min: 0, max, noNaN: true})
const effects: fc.Arbitrary<LinkEffect> = fc.record(
  {
    delay: ms(200),
    jitter: ms(100),
    correlation: fc.double({min: 0, max: 0.9, noNaN: true}),
    distribution,
    keepOrder: fc.boolean(),
    limit: fc.integer({min: 1, max: 50}),
    duplicate: chance,
    corrupt: chance,
    loss: chance.map((one) => ({model: 'random' as const, ...one})),
    reorder: chance.map((one) => ({...one, gap: 1})),
    rate: fc.integer({min: 10_000, max: 100_000_000}),
    slot: fc.record({min: ms(20), max: fc.constant(20), packets: fc.integer({min: 1, max: 10})}),
  },
  {requiredKeys: ['delay', 'jitter', 'correlation', 'distribution', 'keepOrder', 'limit']},
)
const arrivals = fc.array(fc.tuple(ms(5), fc.integer({min: 60, max: 1514})), {maxLength: 80})

/** Departures by packet; a packet comes so long after the one before. */
function run(effect: LinkEffect, packets: readonly (readonly [number, number])[], seed: number) {
  const stage = new LinkStage(effect, seededRandom(seed))
  let now = 1000
  return packets.map(([wait, size]) => {
    now += wait
    return {now, size, ...stage.pass(now, size)}
  })
}

describe('what a fault does to each packet', () => {
  it('never leaves before it came, at most doubles, and loses what finds no room', () => {
    fc.assert(
      fc.property(effects, arrivals, fc.nat(), (effect, packets, seed) => {
        for (const {now, departures, overflowed} of run(effect, packets, seed)) {
          expect(departures.length).toBeLessThanOrEqual(overflowed ? 1 : 2)
          for (const {at} of departures) expect(at).toBeGreaterThanOrEqual(now)
        }
      }),
    )
  })

  it('is the same for the same seed', () => {
    fc.assert(
      fc.property(effects, arrivals, fc.nat(), (effect, packets, seed) => {
        expect(run(effect, packets, seed)).toEqual(run(effect, packets, seed))
      }),
      {numRuns: 30},
    )
  })

  it('keeps the order when that is asked, or when there is a rate', () => {
    fc.assert(
      fc.property(effects, arrivals, fc.nat(), (drawn, packets, seed) => {
        const effect = {...drawn}
        delete effect.reorder
        delete effect.slot
        fc.pre(effect.keepOrder || effect.rate !== undefined)
        const times = run(effect, packets, seed).flatMap(({departures}) => departures.map(({at}) => at))
        expect(times).toEqual(times.toSorted((a, b) => a - b))
      }),
    )
  })

  it('lets no more through than the rate in any stretch of time', () => {
    const limited = fc.record({
      rate: fc.integer({min: 50_000, max: 10_000_000}),
      delay: ms(50),
      jitter: ms(30),
    })
    fc.assert(
      fc.property(limited, arrivals, fc.nat(), ({rate, ...rest}, packets, seed) => {
        const effect: LinkEffect = {
          ...rest,
          rate,
          correlation: 0,
          distribution: 'normal',
          keepOrder: true,
          limit: 10_000,
        }
        const sent = run(effect, packets, seed).flatMap(({departures, size}) =>
          departures.map(({at}) => ({at, size})),
        )
        const tooEarly = sent.filter(({at, size}, index) => {
          const before = sent[index - 1]
          return before !== undefined && at - before.at < (size * 8000) / rate - 1e-6
        })
        expect(tooEarly).toEqual([])
      }),
    )
  })

  it('holds no more packets at a time than its limit', () => {
    const held = fc.record({limit: fc.integer({min: 1, max: 20}), delay: fc.integer({min: 1, max: 200})})
    fc.assert(
      fc.property(held, arrivals, ({limit, delay}, packets) => {
        const effect: LinkEffect = {
          limit,
          delay,
          jitter: 0,
          correlation: 0,
          distribution: 'uniform',
          keepOrder: true,
        }
        const all = run(effect, packets, 1)
        for (const {now} of all) {
          const waiting = all.filter((one) => one.now <= now && one.departures.some(({at}) => at > now))
          expect(waiting.length).toBeLessThanOrEqual(limit)
        }
      }),
    )
  })
})

describe('random fates', () => {
  it.each([0, 0.3, 0.9])(
    'keep their share at a correlation of %d, which is that of neighbours',
    (correlation) => {
      const draw = correlatedDraw(seededRandom(5), correlation)
      const draws = Array.from({length: 60_000}, draw)
      const share = draws.filter((one) => one < 0.1).length / draws.length
      expect(share).toBeGreaterThan(0.08)
      expect(share).toBeLessThan(0.12)
      const mean = draws.reduce((sum, one) => sum + one, 0) / draws.length
      const together = draws
        .slice(1)
        .reduce((sum, one, index) => sum + (one - mean) * ((draws[index] ?? 0) - mean), 0)
      const variance = draws.reduce((sum, one) => sum + (one - mean) ** 2, 0)
      expect(together / variance).toBeCloseTo(correlation, 1)
    },
  )

  it.each<[LinkDistribution, number]>([
    ['uniform', 1 / Math.sqrt(3)],
    ['normal', 1],
    ['pareto', 1],
    ['paretonormal', 1],
  ])('%s deviates by its jitter and has the mean 0', (name, spread) => {
    const count = 200_000
    const values = Array.from({length: count}, (_, index) => deviationOf(name, (index + 0.5) / count))
    const mean = values.reduce((sum, value) => sum + value, 0) / count
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count)
    expect(mean).toBeCloseTo(0, 2)
    expect(deviation).toBeCloseTo(spread, 2)
  })

  it.each<LinkLoss>([
    {model: 'random', chance: 0.2, correlation: 0.5},
    {model: 'gemodel', p: 0.05, r: 0.4, badLoss: 1, goodLoss: 0},
    {model: 'gemodel', p: 0.1, r: 0.3, badLoss: 0.7, goodLoss: 0.01},
    {model: 'state', p13: 0.05, p31: 0.3, p32: 0.2, p23: 0.5, p14: 0.01},
  ])('lose what netem would lose in the long run: $model', (loss) => {
    const isLost = lossOf(loss, seededRandom(11))
    const fates = Array.from({length: 100_000}, isLost)
    const share = fates.filter(Boolean).length / fates.length
    expect(share).toBeGreaterThan(expectedLoss(loss) * 0.93)
    expect(share).toBeLessThan(expectedLoss(loss) * 1.07)
  })

  it('lose in bursts as long as Gilbert and Elliott’s model says', () => {
    const loss: LinkLoss = {model: 'gemodel', p: 0.05, r: 0.25, badLoss: 1, goodLoss: 0}
    const isLost = lossOf(loss, seededRandom(3))
    const fates = Array.from({length: 100_000}, isLost)
    const bursts = fates.filter((lost, index) => lost && !fates[index - 1]).length
    expect(fates.filter(Boolean).length / bursts).toBeCloseTo(expectedBurst(loss) ?? 0, 0)
  })
})

describe('what waits', () => {
  it('leaves by its time, and in the order of arrival when the times are equal', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (times) => {
        const queue = new SendQueue<number>()
        for (const [index, at] of times.entries()) queue.add(at, index)
        const left: number[] = []
        for (let item = queue.take(20); item !== undefined; item = queue.take(20)) left.push(item)
        const wanted = [...times.keys()].toSorted((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b)
        expect(left).toEqual(wanted)
        expect([queue.size, queue.next]).toEqual([0, null])
      }),
    )
  })
})

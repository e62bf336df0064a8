import * as fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {parseProfile} from '../../../src/config/link-profiles/document.ts'
import {writeProfile} from '../../../src/config/link-profiles/write.ts'
import type {LinkEffect} from '../../../src/core/link-effects.ts'
import {type LinkProfile, type ProfileLoss, profileWay} from '../../../src/core/link-profile.ts'
import {seededRandom} from '../../../src/core/random.ts'
import {rttStatistics} from '../../../src/core/statistics.ts'
import {LinkStage} from '../../../src/lab/emulated-links/link-stage.ts'
import {type Fate, fitLoss} from '../../../src/probes/recording/fit-loss.ts'
import {makeProfile} from '../../../src/probes/recording/make-profile.ts'
import type {PathSeries} from '../../../src/probes/recording/path-recorder.ts'

const EVERY = 100
const REST = {correlation: 0, limit: 1000}

/** So many round trips over a link both of whose directions do this, one every 100ms. */
function cross(effect: LinkEffect, count: number, seed: number): Pick<PathSeries, 'rtts' | 'fates'> {
  const random = seededRandom(seed)
  const [there, back] = [
    new LinkStage(effect, random.fork('there')),
    new LinkStage(effect, random.fork('back')),
  ]
  const rtts: number[] = []
  const fates: Fate[] = []
  for (let sent = 0; sent < count * EVERY; sent += EVERY) {
    const arrived = there.pass(sent, 84).departures[0]?.at
    const answered = arrived === undefined ? undefined : back.pass(arrived, 84).departures[0]?.at
    fates.push(answered === undefined ? 'lost' : 'answered')
    if (answered !== undefined) rtts.push(answered - sent)
  }
  return {rtts, fates}
}

function record(seen: Pick<PathSeries, 'rtts' | 'fates'>): LinkProfile {
  const target = {name: 'a', kind: 'ping', interval: EVERY}
  const {profile} = makeProfile({...seen, target, late: 0, duplicates: 0, overtaken: 0, others: new Map()})
  return profile
}

function figures({rtts, fates}: Pick<PathSeries, 'rtts' | 'fates'>) {
  const {avg = 0, stddev = 0} = rttStatistics(rtts) ?? {}
  return {avg, stddev, ...fitLoss(fates)}
}

function inTheLongRun(loss: ProfileLoss | null): number {
  if (loss === null) return 0
  return loss.model === 'random' ? loss.chance : loss.p / (loss.p + loss.r)
}

const shapes = fc.record({
  delay: fc.integer({min: 5, max: 40}),
  share: fc.double({min: 0.05, max: 0.28, noNaN: true}),
  distribution: fc.constantFrom('uniform' as const, 'normal' as const, 'paretonormal' as const),
  loss: fc.constantFrom(
    undefined,
    {model: 'random' as const, chance: 0.03, correlation: 0},
    {model: 'gemodel' as const, p: 0.01, r: 0.25, badLoss: 1, goodLoss: 0},
  ),
  seed: fc.integer({min: 1, max: 1e9}),
})

describe('a link that was recorded', () => {
  it('is seen again where its profile is applied: mean, deviation, loss and bursts', () => {
    fc.assert(
      fc.property(shapes, ({delay, share, distribution, loss, seed}) => {
        const known: LinkEffect = {...REST, delay, jitter: delay * share, distribution, keepOrder: true, loss}
        const first = cross(known, 4000, seed)
        const {duplicate: _none, loss: lost, ...way} = profileWay(record(first))
        const again = cross({...REST, ...way, ...(lost && {loss: lost})}, 4000, seed + 1)
        const [a, b] = [figures(first), figures(again)]
        expect(Math.abs(b.avg - a.avg)).toBeLessThan(0.05 * a.stddev + 0.12 * a.stddev)
        expect(b.stddev / a.stddev).toBeGreaterThan(0.85)
        expect(b.stddev / a.stddev).toBeLessThan(1.15)
        // Four standard errors of the difference of two shares, with bursts of four.
        expect(Math.abs(b.share - a.share)).toBeLessThan(4 * Math.sqrt((2 * 4 * a.share) / 4000) + 0.002)
        const bursts = a.model?.model === 'gemodel' ? b.burst / a.burst : 1
        expect(bursts).toBeGreaterThan(0.6)
        expect(bursts).toBeLessThan(1.6)
      }),
      {numRuns: 15},
    )
  })

  it('says the same after it was written and read', () => {
    fc.assert(
      fc.property(shapes, ({delay, share, distribution, loss, seed}) => {
        const effect: LinkEffect = {
          ...REST,
          delay,
          jitter: delay * share,
          distribution,
          keepOrder: true,
          loss,
        }
        const profile = record(cross(effect, 300, seed))
        const read = parseProfile('a.yaml', writeProfile({profile, comments: ['one', 'two: {']}))
        expect(read).toMatchObject({...profile, loss: profile.loss && {model: profile.loss.model}})
        expect(read.distribution).toEqual(profile.distribution)
      }),
      {numRuns: 10},
    )
  })
})

describe('the fit of losses', () => {
  it('has the share that was seen, in the long run of its model', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom<Fate>('answered', 'answered', 'lost', null), {minLength: 1}),
        (fates) => {
          const {share, model} = fitLoss(fates)
          expect(inTheLongRun(model)).toBeCloseTo(share, 6)
        },
      ),
    )
  })

  it('sees no bursts in losses by chance, whatever the seed', () => {
    const bursts = Array.from({length: 200}, (_, seed) => {
      const random = seededRandom(seed + 1)
      return fitLoss(Array.from({length: 1000}, () => (random.next() < 0.05 ? 'lost' : 'answered'))).model
        ?.model
    }).filter((model) => model === 'gemodel')
    expect(bursts.length).toBeLessThan(6)
  })
})

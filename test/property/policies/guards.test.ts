import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {BREAKER_PHASES} from '../../../src/core/guard-events.ts'
import {
  type BreakerResult,
  askBreaker,
  isolate,
  openTime,
  rejoin,
  startBreaker,
  tellBreaker,
} from '../../../src/policies/guards/breaker.ts'
import {deposit, readyAt, refill, startBucket, takeToken} from '../../../src/policies/guards/token-bucket.ts'

const settings = fc.record({
  mode: fc.constantFrom('consecutive' as const, 'ratio' as const),
  failures: fc.integer({min: 1, max: 5}),
  ratio: fc.double({min: 0, max: 1, noNaN: true}),
  window: fc.integer({min: 1, max: 60_000}),
  minThroughput: fc.integer({min: 1, max: 10}),
  open: fc.integer({min: 1, max: 60_000}),
  multiplier: fc.double({min: 1, max: 1000, noNaN: true}),
  maxOpen: fc.integer({min: 60_000, max: 3_600_000}),
  trials: fc.integer({min: 1, max: 4}),
})
const step = fc.record({
  wait: fc.integer({min: 0, max: 100_000}),
  act: fc.constantFrom('ask', 'ok', 'failed', 'neither', 'isolate', 'rejoin'),
})

describe('guards', () => {
  it('a breaker has an answer to everything in every phase, one trial at a time and no open time beyond its limit', () => {
    fc.assert(
      fc.property(settings, fc.array(step, {maxLength: 80}), (chosen, steps) => {
        let state = startBreaker(chosen)
        let now = 0
        let broken = false
        for (const {wait, act} of steps) {
          now += wait
          const before = state
          if (act === 'ask') {
            const answer = askBreaker(state, now)
            state = answer.state
            broken ||= answer.admitted ? before.trial : (answer.retryAt ?? Infinity) <= now
          } else if (act === 'isolate') state = isolate(state, 'test')
          else if (act === 'rejoin') state = rejoin(state, 'test')
          else state = tellBreaker(state, act as BreakerResult, now)
          expect(BREAKER_PHASES).toContain(state.phase)
          expect(state.phase === 'open').toBe(state.until !== null)
          expect(state.slices.length).toBeLessThanOrEqual(12)
          // Of what was open before the time may be over.
          broken ||= (state.until ?? 0) - now > chosen.maxOpen
          expect(broken).toBe(false)
        }
        expect(openTime(chosen, 1e6)).toBeLessThanOrEqual(chosen.maxOpen)
      }),
      {numRuns: 200},
    )
  })

  it('a bucket is never negative, never over its size, and gives no more than its rate', () => {
    const size = fc.record({
      perSecond: fc.double({min: 0, max: 100, noNaN: true}),
      burst: fc.integer({min: 1, max: 20}),
    })
    const moves = fc.array(fc.tuple(fc.integer({min: -50, max: 5000}), fc.boolean()), {maxLength: 100})
    fc.assert(
      fc.property(size, moves, fc.double({min: 0, max: 1, noNaN: true}), (chosen, steps, ratio) => {
        let bucket = startBucket(chosen, 0)
        let now = 0
        let latest = 0
        let earned = 0
        let taken = 0
        for (const [wait, earns] of steps) {
          now += wait
          latest = Math.max(latest, now)
          bucket = refill(bucket, chosen, now)
          if (earns) bucket = deposit(bucket, chosen, ratio)
          if (earns) earned += ratio
          const left = takeToken(bucket)
          if (left) taken++
          expect(left !== null || readyAt(bucket, chosen) >= now).toBe(true)
          bucket = left ?? bucket
          expect(bucket.tokens).toBeGreaterThanOrEqual(0)
          expect(bucket.tokens).toBeLessThanOrEqual(chosen.burst)
        }
        expect(taken).toBeLessThanOrEqual(chosen.burst + earned + (latest / 1000) * chosen.perSecond + 1e-6)
      }),
      {numRuns: 200},
    )
  })
})

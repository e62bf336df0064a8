import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {seededRandom} from '../../../src/core/random.ts'
import {JITTER_MODES, type Jitter, type Policy, type RetryPhase} from '../../../src/policies/policy.ts'
import {resolvePolicy} from '../../../src/policies/resolve.ts'
import {planSchedule} from '../../../src/policies/schedule.ts'
import {drawWait, plainWait, waitRange} from '../../../src/policies/wait.ts'
import {failAll, makePolicy, phase} from '../../unit/policies/support.ts'

const jitters: fc.Arbitrary<Jitter> = fc.record({
  mode: fc.constantFrom(...JITTER_MODES),
  factor: fc.double({min: 0, max: 1, noNaN: true}),
})

const growing: fc.Arbitrary<RetryPhase> = fc
  .record({
    interval: fc.integer({min: 0, max: 1e9}),
    multiplier: fc.double({min: 1, max: 1000, noNaN: true}),
    room: fc.integer({min: 0, max: 1e9}),
  })
  .map(({interval, multiplier, room}) =>
    phase('gradual', {attempts: null, interval, multiplier, maxInterval: interval + room}),
  )

const policies: fc.Arbitrary<Policy> = fc
  .record({
    jitter: jitters,
    immediate: fc.integer({min: 0, max: 4}),
    gradual: growing,
    gradualAttempts: fc.integer({min: 0, max: 6}),
    persistent: fc.boolean(),
    maxAttempts: fc.integer({min: 0, max: 12}),
    delayFrom: fc.constantFrom('end' as const, 'start' as const),
    deadline: fc.option(fc.integer({min: 1, max: 1e7})),
  })
  .map(({immediate, gradual, gradualAttempts, persistent, ...rest}) =>
    makePolicy({
      ...rest,
      minAttemptTime: Math.min(100, rest.deadline ?? 100),
      phases: [
        phase('immediate', {attempts: immediate, interval: 50}),
        {...gradual, attempts: gradualAttempts},
        ...(persistent ? [phase('persistent', {attempts: null, interval: 1000})] : []),
      ],
    }),
  )

describe('a wait', () => {
  it('is finite, whole, never negative and never above a hard cap, for any rung', () => {
    fc.assert(
      fc.property(
        jitters,
        growing,
        fc.integer({min: 1, max: 1e9}),
        fc.nat(),
        (jitter, gradual, rung, seed) => {
          const range = waitRange({jitter, cap: 'hard'}, gradual, rung, null)
          const wait = drawWait(range, seededRandom(seed))
          expect(Number.isInteger(wait)).toBe(true)
          expect(wait).toBeGreaterThanOrEqual(0)
          expect(wait).toBeLessThanOrEqual(gradual.maxInterval ?? 0)
          expect(wait).toBeGreaterThanOrEqual(range.low)
          expect(wait).toBeLessThanOrEqual(range.high)
        },
      ),
    )
  })

  it('grows with the rung until the cap when nothing spreads it', () => {
    fc.assert(
      fc.property(growing, fc.integer({min: 1, max: 5000}), (gradual, rung) => {
        expect(plainWait(gradual, rung + 1)).toBeGreaterThanOrEqual(plainWait(gradual, rung))
      }),
    )
  })

  it.each(JITTER_MODES.filter((mode) => mode !== 'none'))(
    'at the cap keeps its spread with jitter %s: over 50 values in 200 draws',
    (mode) => {
      const gradual = phase('gradual', {attempts: null, interval: 500, multiplier: 2, maxInterval: 30_000})
      const previous = {low: 30_000, high: 30_000}
      const range = waitRange({jitter: {mode, factor: 0.1}, cap: 'hard'}, gradual, 40, previous)
      const random = seededRandom(11)
      const draws = Array.from({length: 200}, () => drawWait(range, random))
      expect(new Set(draws).size).toBeGreaterThan(50)
      expect(Math.max(...draws)).toBeLessThanOrEqual(30_000)
      // The mean lies in the middle of the range, so nothing piles up at the cap.
      const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length
      expect(Math.abs(mean - (range.low + range.high) / 2)).toBeLessThan((range.high - range.low) / 6)
    },
  )

  it('of width jitter at the cap comes from the cap less its width', () => {
    const gradual = phase('gradual', {attempts: null, interval: 500, multiplier: 2, maxInterval: 30_000})
    const jitter = {mode: 'width', factor: 0.1} as const
    expect(waitRange({jitter, cap: 'hard'}, gradual, 40, null)).toEqual({low: 27_000, high: 30_000})
    expect(waitRange({jitter, cap: 'soft'}, gradual, 40, null)).toEqual({low: 28_500, high: 31_500})
  })

  it.each([
    [1, 475, 525],
    [2, 950, 1050],
    [3, 1900, 2100],
    [4, 3800, 4200],
    [5, 7600, 8400],
  ])(
    'before retry %i of the default preset lies between %i and %i ms, in the mean in the middle',
    (rung, low, high) => {
      const {policy} = resolvePolicy('default')
      const [gradual] = policy.phases
      if (!gradual) throw new Error('the preset has no phase')
      const range = waitRange(policy, gradual, rung, null)
      expect(range).toEqual({low, high})
      const random = seededRandom(rung)
      let sum = 0
      for (let draw = 0; draw < 10_000; draw++) {
        const wait = drawWait(range, random)
        if (wait < low || wait > high) throw new Error(`${wait} is outside`)
        sum += wait
      }
      expect(Math.abs(sum / 10_000 / ((low + high) / 2) - 1)).toBeLessThan(0.01)
    },
  )
})

describe('a ladder', () => {
  it('ends, or is endless by its policy; counts right; and never leaves the ranges of its schedule', () => {
    fc.assert(
      fc.property(policies, fc.integer({min: 0, max: 5000}), (policy, took) => {
        const {starts, phases, last} = failAll(policy, 40, took)
        const {rows} = planSchedule(policy, {duration: Math.min(took, policy.attemptTimeout), attempts: 40})
        expect(starts.length).toBeLessThanOrEqual(policy.maxAttempts || 40)
        expect(starts.length).toBeLessThanOrEqual(rows.length)
        for (const [index, start] of starts.entries()) {
          const row = rows[index]
          if (!row) throw new Error('more attempts than the schedule has')
          expect(start).toBeGreaterThanOrEqual(row.earliest - 1e-6)
          expect(start).toBeLessThanOrEqual(row.latest + 1e-6)
          expect(phases[index]).toBe(row.phase)
        }
        const bound = policy.deadline ?? Number.POSITIVE_INFINITY
        expect(Math.max(...starts)).toBeLessThanOrEqual(bound)
        const endless = policy.maxAttempts === 0 && policy.deadline === null
        expect(last.next.type === 'stop' || endless || starts.length === 40).toBe(true)
      }),
    )
  })

  it('has no wait after its last attempt', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        const {starts, last} = failAll(policy, 40)
        const exhausted = last.next.type === 'stop' && last.next.reason === 'exhausted'
        expect(exhausted ? last.endedAt : starts.at(-1)).toBe(starts.at(-1))
      }),
    )
  })

  it('gives the same times for the same seed', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        expect(failAll(policy, 20).starts).toEqual(failAll(policy, 20).starts)
      }),
    )
  })
})

describe('decorrelated jitter', () => {
  it('stays between the first wait and three times the previous one', () => {
    const gradual = phase('gradual', {attempts: 30, interval: 100, multiplier: 2, maxInterval: 10_000})
    const {starts} = failAll(makePolicy({phases: [gradual], jitter: {mode: 'decorrelated', factor: 0}}), 31)
    let previous = 100
    for (let index = 1; index < starts.length; index++) {
      const wait = (starts[index] ?? 0) - (starts[index - 1] ?? 0)
      expect(wait).toBeGreaterThanOrEqual(100)
      expect(wait).toBeLessThanOrEqual(Math.min(10_000, 3 * previous))
      previous = wait
    }
  })
})

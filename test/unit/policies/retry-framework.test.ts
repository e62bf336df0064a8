import {describe, expect, it} from 'vitest'
import {makeFailure} from '../../../src/core/codes/index.ts'
import {seededRandom} from '../../../src/core/random.ts'
import {runWithPolicy} from '../../../src/policies/executor.ts'
import {type LadderState, afterFailure, afterSuccess, startLadder} from '../../../src/policies/ladder.ts'
import type {Policy} from '../../../src/policies/policy.ts'
import {resolvePolicy} from '../../../src/policies/resolve.ts'
import {policySchema} from '../../../src/policies/schema.ts'
import {FakeClock} from '../../support/fake-clock.ts'
import {refused} from './support.ts'

/** The tests that a retry framework brings along, with what is wrong in them put right. */
function written(policy: Record<string, unknown>): Policy {
  const book = {file: 'test', policies: {own: policySchema.parse(policy)}}
  return resolvePolicy('own', book).policy
}

/** Waits before the retries while every attempt fails at once. */
function waitsOf(policy: Policy, retries: number, seed = 1): readonly number[] {
  const random = seededRandom(seed)
  const waits: number[] = []
  let state: LadderState = startLadder(policy, 0)
  while (state.next.type === 'attempt' && waits.length < retries) {
    state = afterFailure(state, {failure: refused}, state.next.due, random)
    if (state.next.type === 'attempt') waits.push(state.next.wait)
  }
  return waits
}

const FRAMEWORK = {
  max_attempts: 8,
  initial_delay_ms: 500,
  max_delay_ms: 30_000,
  backoff_multiplier: 2,
  jitter_factor: 0.1,
}

describe('the retry framework', () => {
  it('waits exponentially: each wait in its own band, from the initial delay on, none above the cap', () => {
    const policy = written(FRAMEWORK)
    for (let seed = 0; seed < 50; seed++) {
      for (const [n, wait] of waitsOf(policy, 7, seed).entries()) {
        const plain = Math.min(500 * 2 ** n, 30_000)
        // A range that would cross the cap is moved down.
        const high = Math.min(plain * 1.05, 30_000)
        expect(wait).toBeLessThanOrEqual(high)
        expect(wait).toBeGreaterThanOrEqual(high - plain * 0.1)
      }
    }
  })

  it('grows strictly only where nothing is spread', () => {
    expect(waitsOf(written({...FRAMEWORK, jitter: 'none'}), 7)).toEqual([
      500, 1000, 2000, 4000, 8000, 16_000, 30_000,
    ])
  })

  it('draws ten thousand first waits within 475 to 525 ms, with the plain wait as their mean', () => {
    const policy = written(FRAMEWORK)
    const random = seededRandom(4)
    const draws = Array.from({length: 10_000}, () => {
      const {next} = afterFailure(startLadder(policy, 0), {failure: refused}, 0, random)
      return next.type === 'attempt' ? next.wait : Number.NaN
    })
    expect(draws.reduce((least, wait) => Math.min(least, wait))).toBeGreaterThanOrEqual(475)
    expect(draws.reduce((most, wait) => Math.max(most, wait))).toBeLessThanOrEqual(525)
    expect(draws.reduce((sum, wait) => sum + wait, 0) / draws.length / 500).toBeCloseTo(1, 2)
  })

  it('is exhausted after max_attempts attempts, the first counted', () => {
    let state = startLadder(written({...FRAMEWORK, max_attempts: 3}), 0)
    const random = seededRandom(1)
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect(state.next).toMatchObject({type: 'attempt', attempt})
      state = afterFailure(state, {failure: refused}, attempt * 60_000, random)
    }
    expect(state.next).toMatchObject({type: 'stop', reason: 'exhausted'})
  })

  it('goes on for ever with max_attempts 0, and no wait is above the cap', () => {
    const endless = written({max_attempts: 0, initial_delay_ms: 1000, max_delay_ms: 60_000})
    const waits = waitsOf(endless, 100)
    expect(waits).toHaveLength(100)
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_000)
    expect(waits.at(-1)).toBeGreaterThanOrEqual(54_000)
  })

  it('is connected by a success, and has no failures then', () => {
    const random = seededRandom(1)
    const failed = afterFailure(startLadder(written(FRAMEWORK), 0), {failure: refused}, 0, random)
    expect(failed.failures).toBe(1)
    const state = afterSuccess(failed, 1000)
    expect(state.next.type).toBe('connected')
    expect(state.failures).toBe(0)
  })

  it('calls a wrapped operation three times when the first two calls fail', async () => {
    const clock = new FakeClock()
    let calls = 0
    const running = runWithPolicy({
      policy: written(FRAMEWORK),
      clock,
      random: seededRandom(1),
      signal: new AbortController().signal,
      attempt: async () => {
        calls += 1
        return Promise.resolve(
          calls < 3
            ? {status: 'failed' as const, failure: makeFailure('TCP_TIMEOUT', 'scripted')}
            : {status: 'ok' as const, value: 'done'},
        )
      },
    })
    await clock.advance(60_000)
    expect(await running).toMatchObject({status: 'ok', value: 'done'})
    expect(calls).toBe(3)
  })

  it.each([
    [true, 'attempt'],
    [false, 'stop'],
  ])('with reset_on_success %s has in twenty alternations: %s', (reset, end) => {
    let state = startLadder(written({...FRAMEWORK, max_attempts: 5, reset_on_success: reset}), 0)
    const random = seededRandom(1)
    for (let now = 0; now < 20_000_000 && state.next.type !== 'stop'; now += 1_000_000) {
      state = afterFailure(state, {failure: refused}, now, random)
      if (state.next.type === 'attempt' && now < 19_000_000) state = afterSuccess(state, now + 500_000)
    }
    expect(state.next.type).toBe(end)
  })

  it('tells a ladder of days to the millisecond', () => {
    const slow = written({
      timeout: '1s',
      retry: {
        immediate: {attempts: 1, interval: '1h'},
        gradual: {attempts: 3, base_interval: '12h', max_interval: '36h'},
        persistent: {enabled: true, interval: '7d'},
        jitter: 'none',
      },
    })
    const hour = 3_600_000
    expect(waitsOf(slow, 6)).toEqual([1, 12, 24, 36, 168, 168].map((hours) => hours * hour))
  })
})

import {describe, expect, it} from 'vitest'
import {makeFailure} from '../../../../src/core/codes/index.ts'
import type {Exec, ExecResult} from '../../../../src/core/ports.ts'
import {
  type AdaptiveState,
  adaptiveTimeout,
  observeAttempt,
  startAdaptive,
} from '../../../../src/policies/remedies/adaptive.ts'
import {
  earnHedge,
  hedgeDelay,
  observeSuccess,
  spendHedge,
  startHedge,
} from '../../../../src/policies/remedies/hedge.ts'
import {Refreshes} from '../../../../src/policies/remedies/refresh.ts'
import {FakeClock} from '../../../support/fake-clock.ts'
import {refused} from '../support.ts'

const SETTINGS = {window: 10, maxFactor: 4, minTimeout: 200}
const timeout = makeFailure('TCP_TIMEOUT', 'scripted')

function after(...ends: readonly (number | 'refused' | 'timeout')[]): AdaptiveState {
  return ends.reduce<AdaptiveState>(
    (state, end) =>
      typeof end === 'number'
        ? observeAttempt(state, {failure: null, took: end})
        : observeAttempt(state, {failure: end === 'timeout' ? timeout : refused, took: 1}),
    startAdaptive(SETTINGS),
  )
}

describe('numbers that follow what is measured', () => {
  it.each([
    ['nothing measured: the policy’s own', [], 10_000],
    ['RFC 6298 section 2.2: srtt 400, rttvar 200', [400], 1200],
    ['section 2.3: srtt 400, rttvar 150', [400, 400], 1000],
    ['never below the least', [1, 1, 1], 200],
    ['never above the policy’s', [8000], 10_000],
    ['doubled for each timeout in a row', [400, 400, 'timeout', 'timeout'], 4000],
    ['as before after an answer', [400, 400, 'timeout', 400], 850],
  ] as const)('make the timeout: %s', (_, ends, expected) => {
    expect(adaptiveTimeout(after(...ends), 10_000)).toBe(expected)
  })

  it.each([
    [[], 1],
    [['refused'], 2],
    [['refused', 'refused'], 4],
    [['refused', 'refused', 'refused'], 4],
    [[5, 5, 5, 'refused'], 1.25],
    [['refused', 'refused', 5], 3.5],
    [['refused', 5, 5, 5], 1],
  ] as const)('lengthen waits after %j by %d', (ends, factor) => {
    expect(after(...ends).factor).toBeCloseTo(factor, 6)
  })
})

describe('second attempts', () => {
  it.each([0.05, 0.1, 0.3, 1])('never exceed their share of %d', (share) => {
    let state = startHedge({after: 10, share})
    let second = 0
    for (let first = 1; first <= 1000; first++) {
      state = earnHedge(state)
      if (hedgeDelay(state) !== null) {
        state = spendHedge(state)
        second += 1
      }
      expect(second).toBeLessThanOrEqual(first * share + 1e-6)
    }
    expect(second).toBeGreaterThanOrEqual(Math.floor(1000 * share) - 1)
  })

  it('wait for the 95th percentile of the last hundred successes, and for twenty of them', () => {
    let state = {...startHedge({after: 'p95', share: 1}), tokens: 1}
    for (let took = 1; took <= 19; took++) state = observeSuccess(state, took)
    expect(hedgeDelay(state)).toBeNull()
    for (let took = 20; took <= 200; took++) state = observeSuccess(state, took)
    expect(hedgeDelay(state)).toBe(195)
  })
})

describe('a refresh of credentials', () => {
  const result: ExecResult = {
    exitCode: 0,
    stdout: 'secret',
    stderr: 'secret',
    took: 5,
    timedOut: false,
    notFound: false,
  }

  function world(more: Partial<ExecResult> = {}) {
    const clock = new FakeClock()
    const runs: string[] = []
    const exec: Exec = {
      run: async ({file, args}) => {
        runs.push([file, ...args].join(' '))
        await clock.sleep(100)
        return {...result, ...more}
      },
    }
    return {clock, runs, ports: {clock, exec}, refreshes: new Refreshes()}
  }
  const settings = {command: ['fetch-token', 'a'], timeout: 1000}

  it('is run once for all who fail while it is under way, and for those who had the old credentials', async () => {
    const {clock, runs, ports, refreshes} = world()
    const early = [0, 0, 0].map(async (since) => refreshes.refresh(settings, since, ports))
    await clock.advance(150)
    const late = refreshes.refresh(settings, 90, ports)
    expect((await Promise.all([...early, late])).every(({ok}) => ok)).toBe(true)
    expect(runs).toEqual(['fetch-token a'])
  })

  it('is run again for who failed with the new ones, and by another command', async () => {
    const {clock, runs, ports, refreshes} = world()
    const first = refreshes.refresh(settings, 0, ports)
    await clock.advance(150)
    await first
    const second = refreshes.refresh(settings, 140, ports)
    const other = refreshes.refresh({...settings, command: ['other']}, 0, ports)
    await clock.advance(150)
    await Promise.all([second, other])
    expect(runs).toEqual(['fetch-token a', 'fetch-token a', 'other'])
  })

  it.each([
    [{exitCode: 3}, 'fetch-token ended with 3 after 5ms'],
    [{exitCode: null}, 'ended by a signal'],
    [{timedOut: true}, 'did not end within 1s'],
    [{notFound: true}, 'there is no program fetch-token'],
  ])('tells %j, and nothing that the program said', async (more, text) => {
    const {clock, ports, refreshes} = world(more)
    const running = refreshes.refresh(settings, 0, ports)
    await clock.advance(150)
    const {ok, text: told} = await running
    expect(ok).toBe(false)
    expect(told).toContain(text)
    expect(told).not.toContain('secret')
  })
})

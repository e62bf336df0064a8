import {describe, expect, it} from 'vitest'
import {type FailureCode, makeFailure} from '../../../../src/core/codes/index.ts'
import {
  type BreakerResult,
  type BreakerState,
  askBreaker,
  isolate,
  openTime,
  rejoin,
  resultOf,
  startBreaker,
  tellBreaker,
} from '../../../../src/policies/guards/breaker.ts'
import {BREAKER} from './support.ts'

/** Each result is that of an attempt admitted at the same time. */
function run(state: BreakerState, results: readonly BreakerResult[], now: number): BreakerState {
  return results.reduce((before, result) => tellBreaker(askBreaker(before, now).state, result, now), state)
}

const opened = run(startBreaker(BREAKER), ['failed', 'failed', 'failed'], 0)

describe('a circuit breaker', () => {
  it('opens after so many failures in a row, and one success in between starts the count anew', () => {
    const flaky = run(startBreaker(BREAKER), ['failed', 'failed', 'ok', 'failed', 'failed'], 0)
    expect(flaky.phase).toBe('closed')
    expect(run(flaky, ['failed'], 0)).toMatchObject({
      phase: 'open',
      until: 10_000,
      because: '3 failures in a row',
    })
  })

  it('lets nothing through while it is open, and says when to come again', () => {
    expect(askBreaker(opened, 9999)).toMatchObject({admitted: false, retryAt: 10_000})
  })

  it('lets exactly one of twenty callers try when its time is over', () => {
    let state = opened
    let admitted = 0
    for (let caller = 0; caller < 20; caller++) {
      const answer = askBreaker(state, 10_000)
      state = answer.state
      if (answer.admitted) admitted++
      expect(answer.admitted || (answer.retryAt ?? 0) > 10_000).toBe(true)
    }
    expect(admitted).toBe(1)
    expect(state.phase).toBe('half-open')
  })

  it('closes after its trials, one after the other', () => {
    const once = run(opened, ['ok'], 10_000)
    expect(once.phase).toBe('half-open')
    expect(run(once, ['ok'], 10_000)).toMatchObject({
      phase: 'closed',
      because: '2 trials succeeded',
      openings: 0,
    })
  })

  it('opens for longer each time that a trial fails, up to its limit', () => {
    const untils: (number | null)[] = []
    let state = opened
    for (let round = 0; round < 4; round++) {
      const now = state.until ?? 0
      state = run(state, ['failed'], now)
      untils.push((state.until ?? 0) - now)
    }
    expect(untils).toEqual([20_000, 40_000, 60_000, 60_000])
    expect(openTime(BREAKER, 1e9)).toBe(60_000)
  })

  it('gives the trial back when it was aborted', () => {
    const trial = askBreaker(opened, 10_000).state
    expect(askBreaker(trial, 10_000).admitted).toBe(false)
    expect(askBreaker(tellBreaker(trial, 'neither', 10_001), 10_001).admitted).toBe(true)
  })

  it.each([
    ['too few attempts', ['failed', 'failed', 'failed'], 'closed'],
    ['half of enough attempts', ['ok', 'ok', 'failed', 'failed'], 'open'],
    ['less than half', ['ok', 'ok', 'ok', 'failed', 'failed'], 'closed'],
  ] as const)('by ratio: %s', (_, results, phase) => {
    const settings = {...BREAKER, mode: 'ratio', ratio: 0.5, minThroughput: 4} as const
    expect(run(startBreaker(settings), results, 0).phase).toBe(phase)
  })

  it('forgets by ratio what is older than its window, also after an idle time', () => {
    const settings = {...BREAKER, mode: 'ratio', ratio: 0.5, minThroughput: 4} as const
    const before = run(startBreaker(settings), ['failed', 'failed', 'failed'], 0)
    expect(run(before, ['failed'], 9000).phase).toBe('open')
    expect(run(before, ['failed'], 50_000).phase).toBe('closed')
  })

  it('is isolated by a person until a person ends that', () => {
    const cut = isolate(opened, 'drill')
    expect(askBreaker(cut, 1e9)).toMatchObject({admitted: false, retryAt: null})
    expect(run(cut, ['ok'], 1e9).phase).toBe('isolated')
    expect(rejoin(cut, 'over').phase).toBe('closed')
    expect(startBreaker({...BREAKER, mode: 'isolated'}).phase).toBe('isolated')
  })

  it.each<[FailureCode, BreakerResult]>([
    ['TCP_REFUSED', 'failed'],
    ['ATTEMPT_TIMEOUT', 'failed'],
    ['TLS_CERT_EXPIRED', 'neither'],
    ['LOCAL_FILES_EXHAUSTED', 'neither'],
    ['OBSERVER_STALLED', 'neither'],
  ])('counts %s as %s', (code, result) => {
    expect(resultOf(makeFailure(code, 'scripted'))).toBe(result)
  })
})

import {describe, expect, it} from 'vitest'
import {makeFailure} from '../../../src/core/codes/index.ts'
import {seededRandom} from '../../../src/core/random.ts'
import {
  type LadderState,
  afterFailure,
  afterSuccess,
  attemptTimeout,
  startLadder,
  wakeLadder,
} from '../../../src/policies/ladder.ts'
import {failAll, makePolicy, phase, refused, seconds} from './support.ts'

const random = seededRandom(1)

function fail(
  state: LadderState,
  now: number,
  code: Parameters<typeof makeFailure>[0] = 'TCP_REFUSED',
): LadderState {
  return afterFailure(state, {failure: makeFailure(code, 'scripted')}, now, random)
}

describe('the three-phase ladder', () => {
  it('starts attempts at 0, 5, 10, 15, 45, 105, 225, 465, 945, then every 600 s when failures are instant', () => {
    const {starts, phases} = failAll(makePolicy(), 11)
    expect(seconds(starts)).toEqual([0, 5, 10, 15, 45, 105, 225, 465, 945, 1545, 2145])
    expect(phases).toEqual([
      'initial',
      ...Array<string>(3).fill('immediate'),
      ...Array<string>(5).fill('gradual'),
      ...Array<string>(2).fill('persistent'),
    ])
  })

  it('counts the wait from the end of an attempt that lasts 30 s', () => {
    const {starts} = failAll(makePolicy(), 10, 30_000)
    expect(seconds(starts)).toEqual([0, 35, 70, 105, 165, 255, 405, 675, 1185, 1815])
  })

  it('counts the wait from the start of the attempt when asked to', () => {
    const {starts} = failAll(makePolicy({delayFrom: 'start'}), 6, 8000)
    expect(seconds(starts)).toEqual([0, 8, 16, 24, 54, 114])
  })

  it('ends exhausted right after the last attempt when there is no persistent phase', () => {
    const policy = makePolicy({
      phases: [
        phase('immediate', {interval: 10_000}),
        phase('gradual', {attempts: 3, interval: 60_000, multiplier: 2, maxInterval: 600_000}),
      ],
    })
    const {starts, last} = failAll(policy, 100)
    expect(seconds(starts)).toEqual([0, 10, 20, 30, 90, 210, 450])
    expect(last.next).toMatchObject({type: 'stop', reason: 'exhausted'})
    expect(last.endedAt).toBe(450_000)
  })

  it('leaves out phases without attempts', () => {
    const policy = makePolicy({
      phases: [phase('immediate', {attempts: 0}), phase('persistent', {attempts: 2})],
    })
    expect(failAll(policy, 9).phases).toEqual(['initial', 'persistent', 'persistent'])
  })

  it('fires a wait of 30 days where it belongs', () => {
    const policy = makePolicy({phases: [phase('persistent', {attempts: null, interval: 30 * 86_400_000})]})
    expect(failAll(policy, 3).starts).toEqual([0, 30 * 86_400_000, 60 * 86_400_000])
  })
})

describe('max_attempts', () => {
  it.each([1, 3, 9])('of %i allows exactly that many attempts, the first included', (maxAttempts) => {
    const {starts, last} = failAll(makePolicy({maxAttempts}), 100)
    expect(starts).toHaveLength(maxAttempts)
    expect(last.next).toMatchObject({type: 'stop', reason: 'exhausted'})
  })

  it('of 0 never ends an endless phase', () => {
    expect(failAll(makePolicy({maxAttempts: 0}), 200).starts).toHaveLength(200)
  })
})

describe('the deadline', () => {
  it('trims the last attempt and ends the ladder', () => {
    const {starts, last} = failAll(makePolicy({deadline: 20_000}), 100, 8000)
    expect(seconds(starts)).toEqual([0, 13])
    expect(last.next).toMatchObject({type: 'stop', reason: 'deadline'})
    expect(last.endedAt).toBe(20_000)
  })

  it('brings the last attempt forward instead of sleeping past the end', () => {
    const {starts, last} = failAll(makePolicy({deadline: 12_000, minAttemptTime: 500}), 100, 8000)
    expect(seconds(starts)).toEqual([0, 11.5])
    expect(last.next).toMatchObject({type: 'stop', reason: 'deadline'})
  })

  it('makes one last attempt only, even when failures are instant', () => {
    const {starts, last} = failAll(makePolicy({deadline: 60_000}), 100)
    expect(seconds(starts)).toEqual([0, 5, 10, 15, 45, 59.9])
    expect(last.next).toMatchObject({type: 'stop', reason: 'deadline'})
  })

  it('trims the timeout of the attempt under way', () => {
    const state = startLadder(makePolicy({deadline: 10_000}), 1000)
    expect(state.next).toMatchObject({timeout: 10_000})
    expect(attemptTimeout(state, 9000)).toBe(2000)
    expect(attemptTimeout(state, 12_000)).toBe(0)
  })

  it('counts anew when an established connection is lost', () => {
    const up = afterSuccess(startLadder(makePolicy({deadline: 10_000}), 0), 10)
    const lost = fail(up, 1_000_000)
    expect(lost.next).toMatchObject({type: 'attempt', due: 1_005_000, timeout: 5000})
  })
})

describe('strategies', () => {
  it('does not retry an expired certificate', () => {
    const {starts, last} = failAll(makePolicy(), 9, 0, 'TLS_CERT_EXPIRED')
    expect(starts).toHaveLength(1)
    expect(last.next).toMatchObject({type: 'stop', reason: 'failed'})
    expect(last.next.because).toContain('TLS_CERT_EXPIRED → authentication.certificate → never')
  })

  it('retries a damaged message once', () => {
    const {starts, last} = failAll(makePolicy(), 9, 0, 'TLS_MALFORMED')
    expect(starts).toHaveLength(2)
    expect(last.next).toMatchObject({type: 'stop', reason: 'failed'})
  })

  it('leaves the immediate phase out for local exhaustion', () => {
    const {starts, phases} = failAll(makePolicy(), 3, 0, 'LOCAL_MEMORY')
    expect(phases).toEqual(['initial', 'gradual', 'gradual'])
    expect(seconds(starts)).toEqual([0, 30, 90])
  })

  it('climbs the immediate phase all the same when there is no other', () => {
    expect(failAll(makePolicy({phases: [phase('immediate')]}), 9, 0, 'LOCAL_MEMORY').starts).toHaveLength(4)
  })

  it('backs off, and does not hammer, when told to retry authentication', () => {
    const {phases} = failAll(makePolicy({retryOn: ['authentication']}), 3, 0, 'TLS_CERT_EXPIRED')
    expect(phases).toEqual(['initial', 'gradual', 'gradual'])
  })

  it('lets never_on win over retry_on', () => {
    const policy = makePolicy({retryOn: ['network'], neverOn: ['network.refused']})
    expect(failAll(policy, 9).starts).toHaveLength(1)
    expect(failAll(policy, 9, 0, 'TCP_TIMEOUT').starts).toHaveLength(9)
  })

  it('keeps the rung for a kind of failure that says nothing about the target', () => {
    const policy = makePolicy({strategies: {observer: 'repeat', path: 'pause'}})
    let state = fail(startLadder(policy, 0), 0)
    state = fail(state, 5000, 'OBSERVER_STALLED')
    expect(state.next).toMatchObject({phase: 'immediate', rung: 1, due: 10_000})
    state = fail(state, 10_000)
    expect(state.next).toMatchObject({phase: 'immediate', rung: 2, due: 15_000})
  })

  it('ends all the same: each rung is kept at most twenty times', () => {
    const policy = makePolicy({strategies: {observer: 'repeat'}, phases: [phase('immediate', {attempts: 2})]})
    expect(failAll(policy, 1000, 0, 'OBSERVER_STALLED').starts).toHaveLength(63)
  })

  it('tells in the reason which code, category and rule decided', () => {
    expect(fail(startLadder(makePolicy(), 0), 0).next.because).toBe(
      'TCP_REFUSED → network.refused → ladder (class ladder of the code)',
    )
  })
})

describe('after a success', () => {
  const flap = (state: LadderState, at: number): LadderState => fail(afterSuccess(state, at), at + 100)

  it('goes on where it was when the connection lives only 100 ms', () => {
    let state = startLadder(makePolicy(), 0)
    const waits: number[] = []
    for (let cycle = 0; cycle < 6 && state.next.type === 'attempt'; cycle++) {
      state = flap(state, state.next.due)
      if (state.next.type === 'attempt') waits.push(state.next.wait)
    }
    expect(waits).toEqual([5000, 5000, 5000, 30_000, 60_000, 120_000])
  })

  it.each([
    ['after_stable 10 s, lived 9.9 s', {mode: 'after_stable', after: 10_000}, 9900, 'gradual'],
    ['after_stable 10 s, lived 10 s', {mode: 'after_stable', after: 10_000}, 10_000, 'immediate'],
    ['after_stable by itself, lived less than 30 s', {mode: 'after_stable', after: null}, 29_000, 'gradual'],
    ['after_stable by itself, lived 30 s', {mode: 'after_stable', after: null}, 30_000, 'immediate'],
    ['on_success', {mode: 'on_success'}, 0, 'immediate'],
    ['never', {mode: 'never'}, 1e12, 'gradual'],
  ] as const)('%s', (_, reset, lived, expected) => {
    let state = startLadder(makePolicy({reset}), 0)
    for (const at of [0, 5000, 10_000]) state = fail(state, at)
    state = fail(afterSuccess(state, 15_000), 15_000 + lived)
    expect(state.next).toMatchObject({phase: expected, rung: 1})
  })

  it('takes checks of a connection that is up without moving', () => {
    const up = afterSuccess(startLadder(makePolicy(), 0), 0)
    expect(afterSuccess(up, 60_000)).toBe(up)
  })

  it('with reset never: twenty alternations use the attempts up; with on_success they do not', () => {
    const alternate = (mode: 'never' | 'on_success'): string => {
      let state = startLadder(makePolicy({maxAttempts: 5, reset: {mode}}), 0)
      for (let cycle = 0; cycle < 20 && state.next.type === 'attempt'; cycle++)
        state = flap(state, state.next.due)
      return state.next.type
    }
    expect(alternate('never')).toBe('stop')
    expect(alternate('on_success')).toBe('attempt')
  })
})

describe('waking', () => {
  it('brings the attempt forward and keeps the rung', () => {
    const waiting = fail(startLadder(makePolicy(), 0), 0)
    const woken = wakeLadder(waiting, 2000, 'link up')
    expect(woken.next).toMatchObject({due: 2000, phase: 'immediate', rung: 1})
    expect(fail(woken, 2000).next).toMatchObject({rung: 2, due: 7000})
  })

  it('keeps one second between attempts', () => {
    const waiting = fail(startLadder(makePolicy(), 0), 0)
    expect(wakeLadder(waiting, 200, 'link up').next).toMatchObject({due: 1000})
  })

  it('works at most six times a minute', () => {
    let state = fail(startLadder(makePolicy({phases: [phase('persistent', {attempts: null})]}), 0), 0)
    let starts = 0
    for (let now = 1000; now < 60_000; now += 1000) {
      const woken = wakeLadder(state, now, 'link up')
      if (woken === state) continue
      starts += 1
      state = fail(woken, now)
    }
    expect(starts).toBe(6)
  })

  it('gives an exhausted ladder one more attempt, and a refused certificate none', () => {
    const exhausted = failAll(makePolicy({maxAttempts: 2}), 9).last
    const woken = wakeLadder(exhausted, 100_000, 'link up')
    expect(woken.next).toMatchObject({type: 'attempt', due: 100_000})
    expect(fail(woken, 100_000).next).toMatchObject({type: 'stop', reason: 'exhausted'})
    const failed = failAll(makePolicy(), 9, 0, 'TLS_CERT_EXPIRED').last
    expect(wakeLadder(failed, 100_000, 'link up')).toBe(failed)
  })
})

describe('the state', () => {
  it('survives a trip through JSON', () => {
    const state = fail(startLadder(makePolicy(), 0), 0)
    expect(JSON.parse(JSON.stringify(state))).toEqual(state)
  })

  it('ignores failures after it has stopped', () => {
    const stopped = failAll(makePolicy({maxAttempts: 1}), 9).last
    expect(afterFailure(stopped, {failure: refused}, 1e6, random)).toBe(stopped)
  })
})

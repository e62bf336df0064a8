import {describe, expect, it} from 'vitest'
import {makeFailure} from '../../../../src/core/codes/index.ts'
import {seededRandom} from '../../../../src/core/random.ts'
import {type PolicyEvent, type PolicyResult, runWithPolicy} from '../../../../src/policies/executor.ts'
import {type BreakerChange, Gate, peerOf} from '../../../../src/policies/guards/gate.ts'
import type {PolicyGuards} from '../../../../src/policies/guards/settings.ts'
import {SharedGuards} from '../../../../src/policies/guards/shared.ts'
import type {Policy} from '../../../../src/policies/policy.ts'
import {FakeClock} from '../../../support/fake-clock.ts'
import {makePolicy, phase, refused} from '../support.ts'
import {BREAKER, BUDGET, NO_GUARDS, RATE} from './support.ts'

interface Rig {
  readonly clock: FakeClock
  readonly abort: AbortController
  readonly starts: number[]
  readonly events: PolicyEvent[]
  readonly changes: BreakerChange[]
  /** From when on attempts succeed. */
  healsAt: number
  run(target: string, policy: Policy, peer?: string | null): Promise<PolicyResult<string>>
}

function rig(): Rig {
  const clock = new FakeClock()
  const shared = new SharedGuards()
  const abort = new AbortController()
  const self: Rig = {
    clock,
    abort,
    starts: [],
    events: [],
    changes: [],
    healsAt: Number.POSITIVE_INFINITY,
    run: async (target, policy, peer = null) =>
      runWithPolicy<string>({
        policy,
        clock,
        random: seededRandom(1),
        signal: abort.signal,
        gate: new Gate({shared, policy, target, peer, onBreaker: (change) => self.changes.push(change)}),
        attempt: async () => {
          self.starts.push(clock.now())
          return clock.now() >= self.healsAt
            ? {status: 'ok', value: 'up'}
            : {status: 'failed', failure: refused}
        },
        onEvent: (event) => self.events.push(event),
      }),
  }
  return self
}

function guarded(guards: Partial<PolicyGuards>, settings: Partial<Policy> = {}): Policy {
  const phases = [phase('persistent', {attempts: null, interval: 1000})]
  return makePolicy({phases, ...settings, guards: {...NO_GUARDS, ...guards}})
}

describe('a ladder with a breaker', () => {
  it('makes no attempt while it is open, one when its time is over, and closes after the heal', async () => {
    const world = rig()
    world.healsAt = 31_000
    const result = world.run('api', guarded({breaker: {...BREAKER, trials: 1}}))
    await world.clock.advance(100_000)
    expect(await result).toMatchObject({status: 'ok'})
    expect(world.starts).toEqual([0, 1000, 2000, 12_000, 32_000])
    expect(world.changes.map(({from, to}) => `${from}→${to}`)).toEqual([
      'closed→open',
      'open→half-open',
      'half-open→open',
      'open→half-open',
      'half-open→closed',
    ])
    expect(world.clock.pending).toBe(0)
  })

  it('says of each attempt that was not let through why, and when it asks again', async () => {
    const world = rig()
    void world.run('api', guarded({breaker: BREAKER}))
    await world.clock.advance(3000)
    expect(world.events.filter(({type}) => type === 'attempt-denied')).toMatchObject([
      {attempt: 4, code: 'BREAKER_OPEN', until: 12_000},
    ])
    world.abort.abort()
  })

  it('does not count a denied attempt', async () => {
    const world = rig()
    const result = world.run('api', guarded({breaker: BREAKER}, {maxAttempts: 4}))
    await world.clock.advance(100_000)
    expect(await result).toMatchObject({status: 'exhausted', attempts: {length: 4}})
  })

  it('answers a new ladder at once that the breaker is open', async () => {
    const world = rig()
    const policy = guarded({breaker: BREAKER}, {maxAttempts: 1})
    for (let n = 0; n < 3; n++) await world.run('api', policy)
    expect(await world.run('api', policy)).toMatchObject({
      status: 'denied',
      code: 'BREAKER_OPEN',
      failure: null,
    })
    expect(await world.run('other', policy)).toMatchObject({status: 'exhausted'})
    expect(world.starts).toHaveLength(4)
  })

  it('is cut off altogether when isolated', async () => {
    const world = rig()
    const policy = guarded({breaker: {...BREAKER, mode: 'isolated'}})
    expect(await world.run('api', policy)).toMatchObject({status: 'denied', code: 'BREAKER_ISOLATED'})
    expect(world.starts).toEqual([])
  })

  it('never waits beyond the deadline', async () => {
    const world = rig()
    const result = world.run('api', guarded({breaker: BREAKER}, {deadline: 8000}))
    await world.clock.advance(8000)
    expect(await result).toMatchObject({status: 'denied', failure: {code: 'TCP_REFUSED'}})
    expect(world.clock.pending).toBe(0)
  })

  it('leaves no timer and no trial behind when it is aborted at the gate', async () => {
    const world = rig()
    const result = world.run('api', guarded({breaker: BREAKER}))
    await world.clock.advance(3000)
    world.abort.abort(new Error('enough'))
    expect(await result).toMatchObject({status: 'aborted'})
    expect(world.clock.pending).toBe(0)
  })
})

describe('a ladder with a retry budget', () => {
  it('ends with its own reason when the budget is used up', async () => {
    const world = rig()
    const result = world.run('api', guarded({budget: BUDGET}))
    await world.clock.advance(100_000)
    expect(await result).toMatchObject({
      status: 'denied',
      code: 'RETRY_BUDGET',
      failure: {code: 'TCP_REFUSED'},
    })
    expect(world.starts).toEqual([0, 1000, 2000])
  })

  it('shares the global one: fifty targets cost no more retries than it holds', async () => {
    const world = rig()
    const policy = guarded({globalBudget: {...BUDGET, ratio: 0, burst: 10}})
    const results = Array.from({length: 50}, async (_, n) => world.run(`t${n}`, policy))
    await world.clock.advance(100_000)
    await Promise.all(results)
    expect(world.starts).toHaveLength(60)
  })

  it('waits for the next token where the policy says so, and keeps the rate for hours', async () => {
    const world = rig()
    const budget = {...BUDGET, ratio: 0, minPerSecond: 0.01, whenEmpty: 'wait'} as const
    void world.run('api', guarded({budget}))
    await world.clock.advance(24 * 3_600_000)
    // The first, the two that were saved, and one each hundred seconds.
    expect(world.starts.length).toBeGreaterThanOrEqual(864)
    expect(world.starts.length).toBeLessThanOrEqual(3 + 864)
    world.abort.abort()
  })
})

describe('a ladder with the rate of a host', () => {
  it('keeps it for all targets together', async () => {
    const world = rig()
    const policy = guarded({peerRate: RATE}, {maxAttempts: 10})
    const results = ['a', 'b'].map(async (target) => world.run(target, policy, '192.0.2.1'))
    await world.clock.advance(60_000)
    await Promise.all(results)
    const gaps = world.starts.slice(1).map((start, n) => start - (world.starts[n] ?? 0))
    expect(world.starts).toHaveLength(20)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(500)
  })

  it.each([
    ['https://[::1]:8443/x', '::1'],
    ['tcp://db.internal:5432', 'db.internal'],
    ['dns:///example.org', null],
    ['nonsense', null],
  ])('knows the host of %s', (url, host) => {
    expect(peerOf(url)).toBe(host)
  })
})

describe('a server that asks to wait', () => {
  it.each([
    [2000, 2000],
    [86_400_000, 300_000],
  ])('%dms: the next attempt comes after %dms', async (retryAfter, gap) => {
    const clock = new FakeClock()
    const starts: number[] = []
    const texts: string[] = []
    const result = runWithPolicy<string>({
      policy: guarded({}, {maxAttempts: 2}),
      clock,
      random: seededRandom(1),
      signal: new AbortController().signal,
      attempt: async () => {
        starts.push(clock.now())
        return {status: 'failed', failure: makeFailure('HTTP_UNAVAILABLE', '503'), retryAfter}
      },
      onEvent: (event) => texts.push('because' in event ? event.because : ''),
    })
    await clock.advance(400_000)
    await result
    expect(starts).toEqual([0, gap])
    expect(texts.join()).toContain('the server asks to wait')
    expect(texts.join().includes('cut to 5m')).toBe(retryAfter > gap)
  })
})

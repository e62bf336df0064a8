import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {drawFrom, seededRandom} from '../../../src/core/random.ts'
import {afterFailure, afterSuccess, startLadder} from '../../../src/policies/ladder.ts'
import {JITTER_MODES, type Policy} from '../../../src/policies/policy.ts'
import {
  AFTERMATH,
  type FleetRun,
  type FleetSettings,
  clientSeeds,
  drawDetection,
  runFleet,
} from '../../../src/policies/simulate/fleet.ts'
import {makePolicy, phase, refused} from '../../unit/policies/support.ts'

const policies: fc.Arbitrary<Policy> = fc
  .record({
    jitter: fc.record({
      mode: fc.constantFrom(...JITTER_MODES),
      factor: fc.double({min: 0, max: 1, noNaN: true}),
    }),
    immediate: fc.integer({min: 0, max: 4}),
    gradual: fc.integer({min: 0, max: 5}),
    persistent: fc.boolean(),
    maxAttempts: fc.integer({min: 0, max: 9}),
    delayFrom: fc.constantFrom('end' as const, 'start' as const),
    deadline: fc.option(fc.integer({min: 200, max: 200_000})),
    reset: fc.constantFrom(
      {mode: 'on_success'} as const,
      {mode: 'never'} as const,
      {mode: 'after_stable', after: null} as const,
    ),
  })
  .map(({immediate, gradual, persistent, ...rest}) =>
    makePolicy({
      ...rest,
      attemptTimeout: 3000,
      phases: [
        phase('immediate', {attempts: immediate, interval: 700}),
        phase('gradual', {attempts: gradual, interval: 1500, multiplier: 1.7, maxInterval: 6000}),
        ...(persistent ? [phase('persistent', {attempts: null, interval: 20_000})] : []),
      ],
    }),
  )

const fleets: fc.Arbitrary<FleetSettings> = fc.record({
  clients: fc.integer({min: 1, max: 12}),
  outage: fc.integer({min: 0, max: 90_000}),
  capacity: fc.integer({min: 1, max: 12}),
  detection: fc.integer({min: 0, max: 20_000}),
  attemptDuration: fc.integer({min: 0, max: 5000}),
  seed: fc.nat(),
})

interface Attempt {
  readonly client: number
  readonly at: number
  readonly ok: boolean
}

function watched(policy: Policy, settings: FleetSettings): {run: FleetRun; attempts: readonly Attempt[]} {
  const attempts: Attempt[] = []
  const run = runFleet(policy, settings, (client, at, ok) => attempts.push({client, at, ok}))
  return {run, attempts}
}

/** When the real ladder would attempt, given which attempts the server answered. */
function realStarts(
  policy: Policy,
  settings: FleetSettings,
  client: number,
  oks: readonly boolean[],
): readonly number[] {
  const random = seededRandom(clientSeeds(settings.seed, settings.clients)[client] ?? 0)
  const lost = drawDetection(settings.detection, random.next())
  const longAgo = -1_000_000_000
  let state = afterSuccess(startLadder(policy, longAgo), longAgo)
  state = afterFailure(state, {failure: refused}, lost, random)
  const starts: number[] = []
  for (const ok of oks) {
    if (state.next.type !== 'attempt') break
    const {due, timeout} = state.next
    starts.push(due)
    if (ok) return starts
    const took = Math.min(settings.attemptDuration, Math.floor(timeout))
    state = afterFailure(state, {failure: refused, startedAt: due}, due + took, random)
  }
  // One more, to see that the fleet did not stop too early.
  if (state.next.type === 'attempt' && state.next.due < settings.outage + AFTERMATH)
    starts.push(state.next.due)
  return starts
}

describe('a simulated fleet', () => {
  it('attempts exactly when the real ladder of each client does', () => {
    fc.assert(
      fc.property(policies, fleets, (policy, settings) => {
        const {attempts} = watched(policy, settings)
        for (let client = 0; client < settings.clients; client++) {
          const own = attempts.filter((attempt) => attempt.client === client)
          const oks = own.map(({ok}) => ok)
          expect(own.map(({at}) => at)).toEqual(realStarts(policy, settings, client, oks))
        }
      }),
      {numRuns: 60},
    )
  })

  it('is served in order of time, never beyond the capacity, and never turned away while there is room', () => {
    fc.assert(
      fc.property(policies, fleets, (policy, settings) => {
        const served = new Map<number, number>()
        let last = 0
        for (const {at, ok} of watched(policy, settings).attempts) {
          expect(at).toBeGreaterThanOrEqual(last)
          last = at
          const second = Math.floor(at / 1000)
          const before = served.get(second) ?? 0
          expect(ok).toBe(at >= settings.outage && before < settings.capacity)
          if (ok) served.set(second, before + 1)
        }
      }),
      {numRuns: 40},
    )
  })

  it('loses nobody: everyone is back, has given up or waits; and the sums agree', () => {
    fc.assert(
      fc.property(policies, fleets, (policy, settings) => {
        const {run, attempts} = watched(policy, settings)
        expect(run.backAt.length + run.gaveUp + run.waiting).toBe(settings.clients)
        expect(run.arrivals.reduce((sum, count) => sum + count, 0)).toBe(attempts.length)
        expect(run.attempts.reduce((sum, count) => sum + count, 0)).toBe(attempts.length)
        expect(run.returns.reduce((sum, count) => sum + count, 0)).toBe(run.backAt.length)
      }),
      {numRuns: 40},
    )
  })
})

describe('a stream kept as a state', () => {
  it('gives what the stream of that seed gives', () => {
    fc.assert(
      fc.property(fc.integer({min: 0, max: 2 ** 32 - 1}), (seed) => {
        const states = Uint32Array.of(0, seed)
        const random = seededRandom(seed)
        for (let draw = 0; draw < 5; draw++) expect(drawFrom(states, 1)).toBe(random.next())
      }),
    )
  })
})

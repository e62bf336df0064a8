import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {drawFrom, seededRandom} from '../../../src/core/random.ts'
import {Gate} from '../../../src/policies/guards/gate.ts'
import type {PolicyGuards} from '../../../src/policies/guards/settings.ts'
import {SharedGuards} from '../../../src/policies/guards/shared.ts'
import {
  type LadderState,
  afterFailure,
  afterSuccess,
  attemptTimeout,
  startLadder,
} from '../../../src/policies/ladder.ts'
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

const budget = fc.record({
  ratio: fc.constantFrom(0, 0.2, 1),
  minPerSecond: fc.constantFrom(0, 0.05, 1),
  burst: fc.integer({min: 1, max: 5}),
  whenEmpty: fc.constantFrom('stop' as const, 'wait' as const),
})

const guards: fc.Arbitrary<PolicyGuards> = fc.record({
  breaker: fc.option(
    fc.record({
      mode: fc.constantFrom('consecutive' as const, 'ratio' as const, 'isolated' as const),
      failures: fc.integer({min: 1, max: 4}),
      ratio: fc.constantFrom(0.5, 1),
      window: fc.constantFrom(5000, 60_000),
      minThroughput: fc.integer({min: 1, max: 4}),
      open: fc.integer({min: 100, max: 8000}),
      multiplier: fc.constantFrom(1, 2),
      maxOpen: fc.constant(20_000),
      trials: fc.constantFrom(1, 2),
    }),
    {freq: 2},
  ),
  budget: fc.option(budget, {freq: 2}),
  globalBudget: fc.option(budget, {freq: 2}),
  peerRate: fc.option(
    fc.record({
      perSecond: fc.constantFrom(0.1, 0.5, 2),
      burst: fc.integer({min: 1, max: 3}),
      priority: fc.constant('normal' as const),
      ageing: fc.constant(10_000_000),
    }),
    {freq: 2},
  ),
})

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
    guards: fc.option(guards, {freq: 2}),
    deadline: fc.option(fc.integer({min: 200, max: 200_000})),
    reset: fc.constantFrom(
      {mode: 'on_success'} as const,
      {mode: 'never'} as const,
      {mode: 'after_stable', after: null} as const,
    ),
  })
  .map(({immediate, gradual, persistent, guards: some, ...rest}) =>
    makePolicy({
      ...rest,
      ...(some && {guards: some}),
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

/** When the real ladder would attempt behind the real guards, given which attempts the server answered. */
function realStarts(
  policy: Policy,
  settings: FleetSettings,
  client: number,
  oks: readonly boolean[],
): readonly number[] {
  const random = seededRandom(clientSeeds(settings.seed, settings.clients)[client] ?? 0)
  const lost = drawDetection(settings.detection, random.next())
  const longAgo = -1_000_000_000
  const gate = new Gate({shared: new SharedGuards(), policy, target: 't', peer: 'host'})
  let state = afterSuccess(startLadder(policy, longAgo), longAgo)
  state = afterFailure(state, {failure: refused}, lost, random)
  const starts: number[] = []
  // One more than the server saw, to see that the fleet did not stop too early.
  for (let asked = 0; asked <= oks.length; asked++) {
    const at = admitted(gate, state)
    if (at === null || at >= settings.outage + AFTERMATH) break
    starts.push(at)
    if (oks[asked] !== false) return starts
    const took = Math.min(settings.attemptDuration, Math.floor(attemptTimeout(state, at)))
    gate.tell(refused, at + took)
    state = afterFailure(state, {failure: refused, startedAt: at}, at + took, random)
  }
  return starts
}

/** When the attempt that is due passes; null for never. */
function admitted(gate: Gate, state: LadderState): number | null {
  if (state.next.type !== 'attempt') return null
  const {attempt, due} = state.next
  const {deadline, minAttemptTime} = state.policy
  const latest = Math.floor(state.startedAt + (deadline ?? Number.POSITIVE_INFINITY) - minAttemptTime)
  for (let at = due; ;) {
    const permit = gate.ask(attempt, at)
    if (permit.type === 'go') return at
    if (permit.type === 'stop' || permit.until > latest) return null
    at = permit.until
  }
}

/** Fleets count whole milliseconds, and the tokens of a budget fractions of one: a wait for a token may end one later. */
const ROUNDING = 1

describe('a simulated fleet', () => {
  it('attempts when the real ladder of each client does', () => {
    fc.assert(
      fc.property(policies, fleets, (policy, settings) => {
        const {attempts} = watched(policy, settings)
        for (let client = 0; client < settings.clients; client++) {
          const own = attempts.filter((attempt) => attempt.client === client)
          const oks = own.map(({ok}) => ok)
          const real = realStarts(policy, settings, client, oks)
          expect(own).toHaveLength(real.length)
          const apart = own.map(({at}, index) => Math.abs(at - (real[index] ?? 0)))
          expect(Math.max(0, ...apart)).toBeLessThanOrEqual(ROUNDING)
        }
      }),
      {numRuns: 200},
    )
  })

  it('is served in order of time once the server is back, never beyond the capacity, and never turned away while there is room', () => {
    fc.assert(
      fc.property(policies, fleets, (policy, settings) => {
        const served = new Map<number, number>()
        let last = 0
        const {attempts} = watched(policy, settings)
        const early = attempts.filter(({at}) => at < settings.outage)
        expect(early.filter(({ok}) => ok)).toEqual([])
        for (const {at, ok} of attempts.filter((attempt) => !early.includes(attempt))) {
          expect(at).toBeGreaterThanOrEqual(last)
          last = at
          const second = Math.floor(at / 1000)
          const before = served.get(second) ?? 0
          expect(ok).toBe(before < settings.capacity)
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

describe('a fleet whose attempts are too many', () => {
  it('is cut at one moment, and those who have not returned by then wait', () => {
    const eager = makePolicy({phases: [phase('persistent', {attempts: null, interval: 1000})]})
    const settings = {clients: 1000, outage: 600_000, capacity: 10, detection: 0, attemptDuration: 0, seed: 1}
    const whole = runFleet(eager, settings)
    expect(whole.cut).toBe(false)
    const run = runFleet(eager, {...settings, mostAttempts: 200_000})
    expect(run.cut).toBe(true)
    expect(run.waiting).toBe(1000)
    const byClock = [...run.attempts].filter((attempts) => attempts < 300)
    expect(byClock.length).toBeGreaterThanOrEqual(900)
    expect(Math.max(...byClock) - Math.min(...byClock)).toBeLessThanOrEqual(20)
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

import {type FailureCode, makeFailure} from '../../../src/core/codes/index.ts'
import {seededRandom} from '../../../src/core/random.ts'
import type {Millis} from '../../../src/core/units.ts'
import {type LadderState, afterFailure, startLadder} from '../../../src/policies/ladder.ts'
import type {Policy, RetryPhase} from '../../../src/policies/policy.ts'

export function phase(name: RetryPhase['name'], settings: Partial<RetryPhase> = {}): RetryPhase {
  return {name, attempts: 3, interval: 5000, multiplier: 1, maxInterval: null, ...settings}
}

/** S1's ladder, with no jitter unless asked for. */
export function makePolicy(settings: Partial<Policy> = {}): Policy {
  return {
    name: 'test',
    attemptTimeout: 30_000,
    deadline: null,
    minAttemptTime: 100,
    maxAttempts: 0,
    phases: [
      phase('immediate'),
      phase('gradual', {attempts: 5, interval: 30_000, multiplier: 2, maxInterval: 480_000}),
      phase('persistent', {attempts: null, interval: 600_000}),
    ],
    jitter: {mode: 'none', factor: 0},
    cap: 'hard',
    delayFrom: 'end',
    reset: {mode: 'after_stable', after: null},
    strategies: {},
    retryOn: [],
    neverOn: [],
    health: null,
    ...settings,
  }
}

export const refused = makeFailure('TCP_REFUSED', 'connection refused')

export interface Climb {
  readonly starts: readonly Millis[]
  readonly phases: readonly string[]
  readonly last: LadderState
}

/** Fails every attempt, each lasting `took`, until the ladder ends or `limit` attempts have started. */
export function failAll(
  policy: Policy,
  limit: number,
  took: Millis = 0,
  code: FailureCode = 'TCP_REFUSED',
): Climb {
  const random = seededRandom(7)
  const failure = makeFailure(code, 'scripted')
  let state = startLadder(policy, 0)
  const starts: Millis[] = []
  const phases: string[] = []
  while (state.next.type === 'attempt' && starts.length < limit) {
    const {due, phase: name, timeout} = state.next
    starts.push(due)
    phases.push(name)
    state = afterFailure(state, {failure, startedAt: due}, due + Math.min(took, timeout), random)
  }
  return {starts, phases, last: state}
}

export function seconds(starts: readonly Millis[]): readonly number[] {
  return starts.map((start) => start / 1000)
}

/** Waits at the gate for as long as it takes, and tells of each time the attempt was not let through. */
import type {Failure} from '../../core/failure.ts'
import type {DenialCode} from '../../core/outcome.ts'
import type {Clock} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {LadderState} from '../ladder-state.ts'
import type {PhaseName} from '../policy.ts'
import {type Sleeper, sleepUntil} from '../sleep-until.ts'
import type {WakeSource} from '../wake-source.ts'
import type {Waker} from '../waker.ts'
import {type Gate, type Permit, denialText} from './gate.ts'

export interface GateEvent {
  readonly type: 'attempt-denied'
  readonly attempt: number
  readonly phase: PhaseName
  readonly code: DenialCode
  /** When it asks again; null when it doesn't. */
  readonly until: Millis | null
  readonly because: string
}

export type Passage =
  | {readonly type: 'pass'}
  | {readonly type: 'aborted'}
  | {readonly type: 'denied'; readonly denial: {readonly code: DenialCode; readonly because: string}}

export const PASSED: Passage = {type: 'pass'}

/**
 * Asks until the due attempt of the ladder may begin. The first attempt of a ladder doesn't wait for an open breaker:
 * whoever asks for a result gets at once that there is none. No wait goes beyond the deadline.
 */
export async function passGate(
  gate: Gate,
  ladder: LadderState,
  run: Sleeper & {readonly onEvent?: (event: GateEvent) => void},
): Promise<Passage> {
  const {next, policy, startedAt} = ladder
  if (next.type !== 'attempt') return PASSED
  const {attempt, phase} = next
  const latest = startedAt + (policy.deadline ?? Number.POSITIVE_INFINITY) - policy.minAttemptTime
  // A timer may be a fraction of a millisecond early: that is no reason to be turned away once more.
  for (let asked = 0; ;) {
    const now = Math.max(run.clock.now(), asked)
    const permit = bounded(gate.ask(attempt, now), attempt, latest)
    if (permit.type === 'go') return PASSED
    const {code} = permit
    const until = permit.type === 'wait' ? permit.until : null
    const because = denialText(permit, now)
    run.onEvent?.({type: 'attempt-denied', attempt, phase, code, until, because})
    if (permit.type === 'stop') return {type: 'denied', denial: {code, because}}
    asked = permit.until
    if (!(await sleepUntil(asked, run))) return {type: 'aborted'}
  }
}

/** Where nobody tells of a change, the own network is looked at again after this. */
export const NETWORK_LOOK: Millis = 30_000

/**
 * Holds a retry while this machine's own network is down: no attempt is made and no budget spent. The first attempt is
 * made all the same, so that whoever asks for a result gets one; and where the last one met somebody who refused, the
 * network works whatever its links look like.
 */
export async function passNetwork(
  run: Sleeper & {
    readonly clock: Clock
    readonly wake: WakeSource
    readonly waker: Waker
    readonly onEvent?: (event: GateEvent) => void
  },
  {next, policy, startedAt}: LadderState,
  last: Failure | null,
): Promise<Passage> {
  if (next.type !== 'attempt' || !mayBeOwn(last)) return PASSED
  const {attempt, phase} = next
  const latest = startedAt + (policy.deadline ?? Number.POSITIVE_INFINITY) - policy.minAttemptTime
  const code = 'OWN_NETWORK_DOWN'
  for (let told: string | null = null; ;) {
    const because = run.wake.whyDown()
    if (because === null) return PASSED
    const now = run.clock.now()
    if (now >= latest) return {type: 'denied', denial: {code, because}}
    const until = Math.min(now + NETWORK_LOOK, latest)
    if (because !== told) run.onEvent?.({type: 'attempt-denied', attempt, phase, code, until, because})
    told = because
    if ((await run.waker.sleepUntil(until, run)) === 'aborted') return {type: 'aborted'}
    run.waker.take()
  }
}

/** Nothing came back: the own network may be the reason. Null is a first attempt. */
export function mayBeOwn(last: Failure | null): boolean {
  if (last === null) return false
  if (last.category === 'path') return true
  return last.category === 'network' && !['refused', 'reset', 'local'].includes(last.detail)
}

function bounded(permit: Permit, attempt: number, latest: Millis): Permit {
  if (permit.type !== 'wait') return permit
  const {code, because, until} = permit
  if (code === 'BREAKER_OPEN' && attempt === 1) return {type: 'stop', code, because}
  if (until <= latest) return permit
  return {type: 'stop', code, because: `${because}; the deadline leaves no time to wait`}
}

/** Starting the due attempt early, since something changed. */
import type {Random} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {type LadderState, schedule} from './ladder-state.ts'

const WAKE_GAP: Millis = 1000
const WAKES_PER_MINUTE = 6
/** Everybody who waits hears of a change at the same moment, and must not come at the same moment. */
const WAKE_SPREAD: Millis = 500

/**
 * Something changed for the better (link up, new route, a person asks): the due attempt is brought forward, at least
 * 1 s after the last one ended, spread over half a second with `random`, and at most six times a minute; the rung stays. An exhausted ladder gets one more
 * attempt. One that stopped for another reason doesn't: a new link doesn't mend a certificate.
 */
export function wakeLadder(
  state: LadderState,
  now: Millis,
  because: string,
  random?: Pick<Random, 'next'>,
): LadderState {
  const {next} = state
  const wakes = state.wakes.filter((at) => at > now - 60_000)
  const spread = Math.floor((random?.next() ?? 0) * WAKE_SPREAD)
  const due = Math.max(now, (state.endedAt ?? -WAKE_GAP) + WAKE_GAP) + spread
  if (wakes.length >= WAKES_PER_MINUTE) return state
  if (next.type === 'attempt' && next.due > due) {
    return {...state, wakes: [...wakes, now], next: {...next, due, because: `woken: ${because}`}}
  }
  if (next.type !== 'stop' || next.reason !== 'exhausted') return state
  const step = {...state.at, due, wait: state.lastWait}
  const woken = schedule(state, step, now, {strategy: 'ladder', trail: `woken: ${because}`, spent: null})
  return {...woken, wakes: [...wakes, now]}
}

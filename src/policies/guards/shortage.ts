/** This machine lacks open files, local ports or buffers: every further attempt of any target would make it worse. */
import type {Failure} from '../../core/failure.ts'
import type {Millis} from '../../core/units.ts'

export interface Shortage {
  /** No retry begins before. */
  readonly until: Millis
  /** How often in a row. */
  readonly times: number
  readonly because: string
}

export const NO_SHORTAGE: Shortage = {until: Number.NEGATIVE_INFINITY, times: 0, because: ''}

const FIRST_PAUSE: Millis = 1000
const LONGEST_PAUSE: Millis = 30_000

/** `resource.local`: what ran out is ours. */
export function isShortage({category, detail}: Failure): boolean {
  return category === 'resource' && detail === 'local'
}

/** The pause doubles each time it happens again; failures within a pause are those that were under way. */
export function addShortage(state: Shortage, because: string, now: Millis): Shortage {
  if (now < state.until) return state
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(10, state.times))
  return {until: now + pause, times: state.times + 1, because}
}

/** An attempt got through. */
export function endShortage(state: Shortage, now: Millis): Shortage {
  return now < state.until || state.times === 0 ? state : NO_SHORTAGE
}

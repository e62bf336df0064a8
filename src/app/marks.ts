/** Marks that a person puts into a run, to find the moment again. */
import type {RunEvent} from '../core/events.ts'
import type {Millis} from '../core/units.ts'

/** Makes the next mark of a run on each call. */
export function markMaker(now: () => Millis): () => RunEvent {
  let count = 0
  return () => {
    count += 1
    return {at: now(), type: 'notice', level: 'info', code: null, text: `mark ${count}`}
  }
}

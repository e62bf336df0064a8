import type {Clock} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'

export interface Sleeper {
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly signal: AbortSignal
}

/** False when the signal ended it. */
export async function sleepUntil(due: Millis, {clock, signal}: Sleeper): Promise<boolean> {
  if (signal.aborted) return false
  const left = due - clock.now()
  if (left <= 0) return true
  try {
    await clock.sleep(left, signal)
  } catch (error) {
    if (!signal.aborted) throw error
    return false
  }
  return !signal.aborted
}

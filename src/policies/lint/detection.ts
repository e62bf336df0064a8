/** How long a silent loss stays unnoticed. */
import type {Millis} from '../../core/units.ts'
import type {HealthSettings} from '../policy.ts'

export interface DetectionTime {
  readonly worst: Millis
  readonly mean: Millis
}

/**
 * For a loss at a random instant that answers nothing: up to one interval until the next check begins, further
 * checks until `fall` of them have failed, and the timeout of the last one.
 */
export function detectionTime({interval, timeout, fall}: HealthSettings): DetectionTime {
  // A check that is still waiting when the next one is due delays it.
  const step = Math.max(interval, timeout)
  const rest = (fall - 1) * step + timeout
  return {worst: step + rest, mean: step / 2 + rest}
}

import {openTime} from '../guards/breaker.ts'
import type {Policy} from '../policy.ts'
import {planWaits} from './wait-plan.ts'

/** Waits that are looked at; those of any ladder repeat themselves by then. */
const LOOK = 200

/**
 * Whether a breaker of failures in a row holds no attempt of a fleet back, since every wait of the ladder is longer than it
 * stays open: then what a run with it gives is known from one without. False where that isn't certain.
 */
export function isBreakerIdle(policy: Policy): boolean {
  const breaker = policy.guards?.breaker
  if (!breaker) return true
  if (breaker.mode !== 'consecutive' || policy.delayFrom !== 'end' || policy.jitter.mode === 'decorrelated')
    return false
  if (policy.deadline !== null) return false
  const waits = planWaits(policy)
  for (let failures = breaker.failures; failures < LOOK; failures++) {
    const range = waits.rangeFor(failures + 1, 0)
    if (!range) return true
    if (range.low < openTime(breaker, failures - breaker.failures + 1)) return false
  }
  return true
}

import type {BreakerPhase} from '../../core/guard-events.ts'
import type {Policy} from '../policy.ts'
import {startBreaker} from './breaker.ts'

/** Where the breaker of a policy begins; empty for one without. */
export function breakerStart({guards}: Policy): {readonly breaker?: BreakerPhase} {
  return guards?.breaker ? {breaker: startBreaker(guards.breaker).phase} : {}
}

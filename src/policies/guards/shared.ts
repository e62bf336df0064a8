/**
 * What the targets of one run share: breakers and budgets by target, the lines in front of hosts, refreshes of credentials,
 * and what this machine lacks. Whoever runs targets makes one and gives it to all of them.
 */
import type {Millis} from '../../core/units.ts'
import {type BreakerState, startBreaker} from './breaker.ts'
import {Refreshes} from '../remedies/refresh.ts'
import {type PeerQueue, startQueue} from './peer-queue.ts'
import type {BreakerSettings, BudgetSettings, PeerRateSettings} from './settings.ts'
import {NO_SHORTAGE, type Shortage} from './shortage.ts'
import {type Bucket, type BucketSize, deposit, refill, startBucket, takeToken} from './token-bucket.ts'

/** The name of the budget that all targets share. */
export const GLOBAL_BUDGET = '*'

export class SharedGuards {
  readonly #breakers = new Map<string, BreakerState>()
  readonly #budgets = new Map<string, Bucket>()
  readonly #peers = new Map<string, PeerQueue>()
  readonly refreshes = new Refreshes()
  #shortage: Shortage = NO_SHORTAGE
  #tickets = 0

  /** The breaker of a target; other settings than before make a new one. */
  breaker(target: string, settings: BreakerSettings): BreakerState {
    const known = this.#breakers.get(target)
    const same = known && JSON.stringify(known.settings) === JSON.stringify(settings)
    return same ? known : startBreaker(settings)
  }

  keepBreaker(target: string, state: BreakerState): void {
    this.#breakers.set(target, state)
  }

  /** A first attempt earns its part of a retry. */
  earn(name: string, settings: BudgetSettings, now: Millis): void {
    const size = sizeOf(settings)
    this.#budgets.set(name, deposit(this.budget(name, settings, now), size, settings.ratio))
  }

  budget(name: string, settings: BudgetSettings, now: Millis): Bucket {
    const size = sizeOf(settings)
    return refill(this.#budgets.get(name) ?? startBucket(size, now), size, now)
  }

  /** False when there is no token; then nothing has changed. */
  spend(name: string, settings: BudgetSettings, now: Millis): boolean {
    const left = takeToken(this.budget(name, settings, now))
    if (left) this.#budgets.set(name, left)
    return left !== null
  }

  peer(name: string, settings: PeerRateSettings, now: Millis): PeerQueue {
    return this.#peers.get(name) ?? startQueue(settings, now)
  }

  keepPeer(name: string, queue: PeerQueue): void {
    this.#peers.set(name, queue)
  }

  /** What this machine lacks, it lacks for every target. */
  get shortage(): Shortage {
    return this.#shortage
  }

  keepShortage(shortage: Shortage): void {
    this.#shortage = shortage
  }

  /** A name in the lines that nobody else has. */
  nextTicket(): string {
    return String(this.#tickets++).padStart(9, '0')
  }
}

export function sizeOf({minPerSecond, burst}: BudgetSettings): BucketSize {
  return {perSecond: minPerSecond, burst}
}

/** What the targets of one process share: breakers by target, budgets, and the lines in front of hosts. */
import type {Clock} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import {type BreakerState, startBreaker} from './breaker.ts'
import {type PeerQueue, startQueue} from './peer-queue.ts'
import type {BreakerSettings, BudgetSettings, PeerRateSettings} from './settings.ts'
import {type Bucket, type BucketSize, deposit, refill, startBucket, takeToken} from './token-bucket.ts'

/** The name of the budget that all targets share. */
export const GLOBAL_BUDGET = '*'

export class SharedGuards {
  readonly #breakers = new Map<string, BreakerState>()
  readonly #budgets = new Map<string, Bucket>()
  readonly #peers = new Map<string, PeerQueue>()
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

  /** A name in the lines that nobody else has. */
  nextTicket(): string {
    return String(this.#tickets++).padStart(9, '0')
  }
}

export function sizeOf({minPerSecond, burst}: BudgetSettings): BucketSize {
  return {perSecond: minPerSecond, burst}
}

const OF_CLOCK = new WeakMap<Clock, SharedGuards>()

/** The guards of everything that lives on this clock: a process has one clock, a test has its own. */
export function guardsOf(clock: Clock): SharedGuards {
  const known = OF_CLOCK.get(clock) ?? new SharedGuards()
  OF_CLOCK.set(clock, known)
  return known
}

/** How far apart the checks of a target are just now. */
import {type HealthOptions, slowedGap} from '../core/health.ts'
import type {Random} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'

export interface PaceOptions {
  readonly interval: Millis
  readonly health: HealthOptions
  readonly random: Random
}

/** `confirming`: one more answer or failure may change the state. */
export type PaceMode = 'steady' | 'confirming' | 'down'

/** The interval; the fast one while a change of state is being confirmed; a growing one while the target is down. */
export class Pace {
  readonly #options: PaceOptions
  #mode: PaceMode = 'steady'
  /** Failures in a row since it was lost. */
  #failures = 0

  constructor(options: PaceOptions) {
    this.#options = options
  }

  get gap(): Millis {
    const {interval, health} = this.#options
    if (this.#mode === 'confirming') return this.fast
    return this.#mode === 'down' ? slowedGap(interval, this.#failures, health.slowDown) : interval
  }

  get fast(): Millis {
    const {interval, health} = this.#options
    return Math.min(interval, health.fastInterval ?? interval)
  }

  /** A check that stays unanswered for so long is followed by the next at once; null for never. */
  get patience(): Millis | null {
    return this.#mode !== 'down' && this.fast < this.#options.interval ? this.fast : null
  }

  /** By how much the next check is put off: drawn anew each time, 0 while a change is confirmed. */
  putOff(): Millis {
    const {health, random} = this.#options
    if (health.jitter === undefined || health.jitter === 0 || this.#mode === 'confirming') return 0
    return random.next() * health.jitter * this.gap
  }

  /** The result of a check. */
  count(ok: boolean): void {
    this.#failures = ok || this.#mode !== 'down' ? 0 : this.#failures + 1
  }

  /** The state may have changed: the failure that it was lost by doesn't count among those since. */
  follow(mode: PaceMode): void {
    if (mode !== this.#mode) this.#failures = 0
    this.#mode = mode
  }
}

import type {RunEvent} from '../core/events.ts'
import type {Clock} from '../core/ports.ts'
import {type Millis, formatDuration} from '../core/units.ts'
import {OwnNetwork} from './groups/own-network.ts'

/** All targets together make at least one attempt so often, however few they are, */
const SLOWEST: Millis = 1000
/** and with many so that each has its turn within this, */
const TURN: Millis = 60_000
/** or within this once one of them has answered again. */
const HOPEFUL_TURN: Millis = 6000

interface Waiting {
  readonly begin: () => void
}

export interface Queued {
  /** When its turn will come at the latest. */
  readonly until: Millis
  readonly because: string
  readonly leave: () => void
}

/**
 * Most targets were lost at once, so the own network is suspected. Their ladders would all begin at full rate and ask for nothing
 * but the same news; so they stand in one line that moves slowly, and faster as soon as one attempt has succeeded.
 */
export class Panic {
  readonly #clock: Clock
  readonly #ownNetwork = new OwnNetwork()
  readonly #line = new Set<Waiting>()
  #hopeful = false
  /** When the last one went; null before the first one. */
  #wentAt: Millis | null = null
  #cancel: () => void = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Every event of the watch. */
  add(event: RunEvent): void {
    const wasCalm = this.#isCalm()
    this.#ownNetwork.add(event)
    if (!this.#ownNetwork.suspected) this.#hopeful = false
    else if (event.type === 'attempt' && event.failure === null) this.#hopeful = true
    // The line was planned for a slower pace.
    if (!wasCalm && this.#isCalm()) this.#plan()
  }

  /** Null: nothing holds the attempt back. Otherwise `begin` is called when it is its turn. */
  queue(begin: () => void): Queued | null {
    const now = this.#clock.now()
    const isFree = this.#wentAt === null || now - this.#wentAt >= this.#gap()
    if (!this.#ownNetwork.suspected || (isFree && this.#line.size === 0)) {
      this.#wentAt = now
      return null
    }
    const waiting = {begin}
    this.#line.add(waiting)
    if (this.#line.size === 1) this.#plan()
    const gap = this.#gap()
    return {
      until: Math.max(now, (this.#wentAt ?? now) + this.#line.size * gap),
      because: `most targets were lost at once, so all together make an attempt every ${formatDuration(Math.ceil(gap))}`,
      leave: () => {
        this.#line.delete(waiting)
        if (this.#line.size === 0) this.#cancel()
      },
    }
  }

  #isCalm(): boolean {
    return this.#hopeful || !this.#ownNetwork.suspected
  }

  #gap(): Millis {
    return Math.min(SLOWEST, (this.#isCalm() ? HOPEFUL_TURN : TURN) / Math.max(1, this.#ownNetwork.known))
  }

  #plan(): void {
    this.#cancel()
    if (this.#line.size === 0) return
    const due = (this.#wentAt ?? this.#clock.now()) + this.#gap()
    this.#cancel = this.#clock.after(Math.max(0, due - this.#clock.now()), () => this.#next())
  }

  #next(): void {
    const [first] = this.#line
    if (!first) return
    this.#line.delete(first)
    this.#wentAt = this.#clock.now()
    this.#plan()
    first.begin()
  }
}

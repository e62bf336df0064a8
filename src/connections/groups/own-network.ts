/** Most targets failing at once say more about the own network than about each of them. */
import type {ConnectionState, RunEvent} from '../../core/events.ts'
import type {GroupEvent} from '../../core/group-events.ts'
import type {Millis} from '../../core/units.ts'

/** With fewer targets "most" means nothing. */
const LEAST_TARGETS = 3
/** More than this share of those that were up is most (as Envoy's panic threshold). */
const MOST = 0.5
/** Losses within this time are at once. */
const AT_ONCE: Millis = 10_000

const DOWN: ReadonlySet<ConnectionState> = new Set(['reconnecting', 'exhausted', 'failed'])
const UP: ReadonlySet<ConnectionState> = new Set(['connected', 'degraded', 'suspect'])

/** Each event costs the same however many targets there are: all of them may be lost in one second. */
export class OwnNetwork {
  /** Those that have been up, and whether they still are. */
  readonly #up = new Map<string, boolean>()
  #lost = 0
  /** When each was lost that has been a moment ago, oldest first. */
  readonly #recent = new Map<string, Millis>()
  #suspected = false

  get suspected(): boolean {
    return this.#suspected
  }

  /** How many targets there are that have been up. */
  get known(): number {
    return this.#up.size
  }

  add(event: RunEvent): readonly GroupEvent[] {
    if (event.type === 'target-removed') this.#forget(event.target)
    else if (event.type === 'state-changed') this.#change(event)
    else return []
    for (const [target, at] of this.#recent) {
      if (event.at - at <= AT_ONCE) break
      this.#recent.delete(target)
    }
    const all = this.#up.size
    const suspected = isMost(this.#suspected ? this.#lost : this.#recent.size, all)
    if (suspected === this.#suspected) return []
    this.#suspected = suspected
    const because = suspected
      ? `${this.#lost} of ${all} targets were lost within ${AT_ONCE / 1000}s: the network of this machine is suspected`
      : `${all - this.#lost} of ${all} targets are up again: the network of this machine is no longer suspected`
    return [{type: 'own-network', suspected, because}]
  }

  #change({target, from, to, at}: RunEvent & {type: 'state-changed'}): void {
    if (to === 'disconnected') this.#forget(target)
    else if (UP.has(to)) {
      this.#forget(target)
      this.#up.set(target, true)
    }
    // One that was never up is a mistake or an old outage: no news.
    else if (DOWN.has(to) && UP.has(from)) {
      this.#forget(target)
      this.#up.set(target, false)
      this.#lost += 1
      this.#recent.set(target, at)
    }
  }

  #forget(target: string): void {
    if (this.#up.get(target) === false) this.#lost -= 1
    this.#up.delete(target)
    this.#recent.delete(target)
  }
}

function isMost(lost: number, all: number): boolean {
  return all >= LEAST_TARGETS && lost / all > MOST
}

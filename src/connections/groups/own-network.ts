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

export class OwnNetwork {
  /** When each target that had been up was lost; null while it is up. */
  readonly #lostAt = new Map<string, Millis | null>()
  #suspected = false

  get suspected(): boolean {
    return this.#suspected
  }

  add(event: RunEvent): readonly GroupEvent[] {
    if (event.type === 'target-removed') this.#lostAt.delete(event.target)
    else if (event.type === 'state-changed') this.#change(event)
    else return []
    const all = [...this.#lostAt.values()]
    const lost = all.filter((one) => one !== null)
    const suspected = this.#suspected
      ? isMost(lost, all)
      : isMost(
          lost.filter((at) => event.at - at <= AT_ONCE),
          all,
        )
    if (suspected === this.#suspected) return []
    this.#suspected = suspected
    const because = suspected
      ? `${lost.length} of ${all.length} targets were lost within ${AT_ONCE / 1000}s: the network of this machine is suspected`
      : `${all.length - lost.length} of ${all.length} targets are up again: the network of this machine is no longer suspected`
    return [{type: 'own-network', suspected, because}]
  }

  #change({target, from, to, at}: RunEvent & {type: 'state-changed'}): void {
    if (to === 'disconnected') this.#lostAt.delete(target)
    else if (UP.has(to)) this.#lostAt.set(target, null)
    // One that was never up is a mistake or an old outage: no news.
    else if (DOWN.has(to) && UP.has(from)) this.#lostAt.set(target, at)
  }
}

function isMost(lost: readonly Millis[], all: readonly (Millis | null)[]): boolean {
  return all.length >= LEAST_TARGETS && lost.length / all.length > MOST
}

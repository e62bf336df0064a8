/** Tells targets that are lost again and again, so that alerts wait and no group goes back to them. As RFC 2439 damps routes. */
import type {ConnectionState, RunEvent} from '../../core/events.ts'
import type {GroupEvent} from '../../core/group-events.ts'
import type {Millis} from '../../core/units.ts'

/** For each loss. */
const PENALTY = 1000
/** Three losses within a few minutes are flapping; */
const SUPPRESS = 2500
/** it is over when the penalty has fallen to this. */
const REUSE = 1000
const HALF_LIFE: Millis = 120_000
/** So that it is over four half-lives after the last loss, however many there were. */
const MOST_PENALTY = 16_000

const DOWN: ReadonlySet<ConnectionState> = new Set(['reconnecting', 'exhausted', 'failed'])

interface Score {
  readonly penalty: number
  readonly at: Millis
  readonly flapping: boolean
}

export class FlapDamping {
  readonly #scores = new Map<string, Score>()

  add(event: RunEvent): readonly GroupEvent[] {
    switch (event.type) {
      case 'target-removed':
        this.#scores.delete(event.target)
        return []
      case 'state-changed': {
        const isLoss = DOWN.has(event.to) && !DOWN.has(event.from) && event.from !== 'connecting'
        return isLoss ? this.#update(event.target, event.at, PENALTY) : []
      }
      // Samples are the clock.
      case 'sample':
        return this.#scores.has(event.target) ? this.#update(event.target, event.at, 0) : []
      default:
        return []
    }
  }

  #update(target: string, at: Millis, plus: number): readonly GroupEvent[] {
    const old = this.#scores.get(target) ?? {penalty: 0, at, flapping: false}
    const decayed = old.penalty * 0.5 ** (Math.max(0, at - old.at) / HALF_LIFE)
    const penalty = Math.min(MOST_PENALTY, decayed + plus)
    const flapping = old.flapping ? penalty > REUSE : penalty >= SUPPRESS
    if (!flapping && penalty < 1) this.#scores.delete(target)
    else this.#scores.set(target, {penalty, at, flapping})
    if (flapping === old.flapping) return []
    return [{type: 'flapping', target, flapping, penalty: Math.round(penalty)}]
  }
}

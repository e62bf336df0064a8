/** What has to be done next in a round, from what has happened so far. Pure: it is told the time and what is met. */
import type {Millis} from '../../core/units.ts'
import type {DrillCondition} from '../drill-spec.ts'
import type {Occurrence} from './plan-timeline.ts'

export type AgendaAction =
  | {readonly type: 'inject'; readonly occurrence: Occurrence}
  | {readonly type: 'remove'; readonly occurrence: Occurrence; readonly early: DrillCondition | null}
  /** What it waits for did not come about in time. */
  | {readonly type: 'give-up'; readonly occurrence: Occurrence}

/** Whether a condition is met now, by the samples since a time. */
export type IsMet = (condition: DrillCondition, since: Millis | null) => boolean

interface Mark {
  status: 'waiting' | 'running' | 'over'
  began: Millis | null
  ended: Millis | null
}

interface Due {
  readonly at: Millis
  readonly action: AgendaAction
}

export class Agenda {
  readonly #occurrences: readonly Occurrence[]
  readonly #start: Millis
  readonly #marks: ReadonlyMap<Occurrence, Mark>
  readonly #mayOverlap: (occurrence: Occurrence) => boolean

  /**
   * `start` of the round on the run's clock. `mayOverlap`: a state of a fault that can be in force together with the next one is
   * taken back after that has begun, so that there is no moment without any.
   */
  constructor(
    occurrences: readonly Occurrence[],
    start: Millis,
    mayOverlap: (occurrence: Occurrence) => boolean = () => false,
  ) {
    this.#occurrences = occurrences
    this.#mayOverlap = mayOverlap
    this.#start = start
    this.#marks = new Map(occurrences.map((one) => [one, {status: 'waiting', began: null, ended: null}]))
  }

  get done(): boolean {
    return this.#occurrences.every((one) => this.#mark(one).status === 'over')
  }

  /** A condition is waited for: it has to be looked at often. */
  get watches(): boolean {
    return this.#occurrences.some((one) => {
      const {status} = this.#mark(one)
      return status === 'running' ? one.until !== null : status === 'waiting' && one.when !== null
    })
  }

  /** What is due now, the earliest first; at the same instant removals, so that a successor finds a clean place. */
  next(now: Millis, isMet: IsMet): AgendaAction | null {
    const due = this.#occurrences.flatMap((one) => this.#due(one, now, isMet) ?? [])
    const [first] = due
      .filter(({at}) => at <= now)
      .toSorted((a, b) => a.at - b.at || this.#turn(a) - this.#turn(b))
    return first?.action ?? null
  }

  /** At the same instant: what is taken back, what begins, what is taken back once its next state has begun. */
  #turn({action: {type, occurrence}}: Due): number {
    if (type !== 'remove') return 1
    return occurrence.number < occurrence.of && this.#mayOverlap(occurrence) ? 2 : 0
  }

  /** When something is due by time alone; null when nothing is. */
  wakeAt(now: Millis): Millis | null {
    const times = this.#occurrences.flatMap((one) => this.#due(one, now, () => false)?.at ?? [])
    return times.length === 0 ? null : Math.min(...times)
  }

  began(occurrence: Occurrence, at: Millis): void {
    Object.assign(this.#mark(occurrence), {status: 'running', began: at} satisfies Partial<Mark>)
  }

  ended(occurrence: Occurrence, at: Millis): void {
    Object.assign(this.#mark(occurrence), {status: 'over', ended: at} satisfies Partial<Mark>)
  }

  /** Nothing more of this entry will begin. */
  drop(entry: number, at: Millis): void {
    for (const one of this.#occurrences) {
      if (one.entry === entry && this.#mark(one).status === 'waiting') this.ended(one, at)
    }
  }

  #due(one: Occurrence, now: Millis, isMet: IsMet): Due | null {
    const {status, began} = this.#mark(one)
    if (status === 'over') return null
    if (status === 'running') return this.#removal(one, began ?? now, now, isMet)
    const from = this.#beginsAt(one)
    if (from === null) return null
    if (!one.when) return {at: from, action: {type: 'inject', occurrence: one}}
    if (now >= from && isMet(one.when.condition, null)) {
      return {at: now, action: {type: 'inject', occurrence: one}}
    }
    return {at: from + one.when.patience, action: {type: 'give-up', occurrence: one}}
  }

  #removal(one: Occurrence, began: Millis, now: Millis, isMet: IsMet): Due {
    const early = one.until && isMet(one.until, began) ? one.until : null
    // Where everything is known beforehand, that putting it in force took a while does not shift the rest.
    const planned = this.#beginsAt(one)
    const from = one.when || planned === null ? began : planned
    const at = early ? now : from + one.lasts
    return {at, action: {type: 'remove', occurrence: one, early}}
  }

  /** The earliest time on the run's clock; null while that depends on something that is still to come. */
  #beginsAt(one: Occurrence): Millis | null {
    const first = this.#occurrences.find(({entry}) => entry === one.entry)
    if (!first) return null
    if (one !== first && (first.when || first.follows)) {
      const {began} = this.#mark(first)
      return began === null ? null : began + one.offset
    }
    if (!one.follows) return this.#start + one.at
    const end = this.#endOf(one.follows.entry)
    return end === null ? null : end + one.follows.wait
  }

  #endOf(entry: number): Millis | null {
    const marks = this.#occurrences.filter((one) => one.entry === entry).map((one) => this.#mark(one))
    if (marks.some(({status}) => status !== 'over')) return null
    return Math.max(...marks.map(({ended}) => ended ?? 0))
  }

  #mark(occurrence: Occurrence): Mark {
    const mark = this.#marks.get(occurrence)
    if (!mark) throw new Error(`${occurrence.id} is not on this agenda`)
    return mark
  }
}

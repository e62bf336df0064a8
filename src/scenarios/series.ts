/** What happened to one target in the course of a drill: a fold over the event stream. */
import type {ConnectionState, RunEvent, TargetInfo} from '../core/events.ts'
import type {Failure} from '../core/failure.ts'
import type {Phases, Reading} from '../core/outcome.ts'
import type {Millis} from '../core/units.ts'

/** One sample, reduced to what figures need. */
export interface Point {
  readonly sentAt: Millis
  readonly endedAt: Millis
  readonly ok: boolean
  readonly rtt: Millis | null
  readonly phase: Phases
  readonly failure: Failure | null
}

export interface StateChange {
  readonly at: Millis
  readonly from: ConnectionState
  readonly to: ConnectionState
}

export interface AttemptMark {
  readonly at: Millis
  readonly attempt: number
  readonly ok: boolean
}

export interface TargetSeries {
  readonly info: TargetInfo
  /** In the order of sending; samples that were skipped say nothing about the target and are left out. */
  readonly points: readonly Point[]
  readonly states: readonly StateChange[]
  readonly attempts: readonly AttemptMark[]
  readonly missed: number
  /** The last reading, for facts that don't change from sample to sample. */
  readonly last: Reading | null
}

export type SeriesByTarget = ReadonlyMap<string, TargetSeries>

interface Growing extends TargetSeries {
  readonly points: Point[]
  readonly states: StateChange[]
  readonly attempts: AttemptMark[]
  missed: number
  last: Reading | null
}

/** Collects events as they come; `all()` may be read at any time. */
export class SeriesCollector {
  readonly #series = new Map<string, Growing>()
  /** Observer gaps: nothing that was sent inside counts against a target. */
  readonly #gaps: {readonly from: Millis; readonly to: Millis}[] = []

  all(): SeriesByTarget {
    return this.#series
  }

  add(event: RunEvent): void {
    switch (event.type) {
      case 'target-added':
        this.#series.set(event.target.name, grow(event.target))
        return
      case 'sample':
        this.#sample(event)
        return
      case 'state-changed':
        this.#series.get(event.target)?.states.push({at: event.at, from: event.from, to: event.to})
        return
      case 'attempt':
        this.#series
          .get(event.target)
          ?.attempts.push({at: event.at, attempt: event.attempt, ok: event.failure === null})
        return
      case 'slot-missed':
        this.#countMissed(event.target)
        return
      case 'observer-gap':
        this.#gaps.push({from: event.at - event.length, to: event.at})
        return
      default:
    }
  }

  #countMissed(target: string): void {
    const series = this.#series.get(target)
    if (series) series.missed += 1
  }

  #sample(event: RunEvent & {type: 'sample'}): void {
    const series = this.#series.get(event.target)
    const {outcome, sentAt} = event.sample
    if (!series || outcome.status === 'skipped') return
    if (this.#gaps.some((gap) => sentAt >= gap.from && sentAt <= gap.to)) return
    const reading = outcome.status === 'ok' ? outcome.reading : outcome.partial
    series.last = reading
    series.points.push({
      sentAt,
      endedAt: sentAt + outcome.took,
      ok: outcome.status === 'ok',
      rtt: outcome.status === 'ok' ? (reading.rtt ?? null) : null,
      phase: reading.phase,
      failure: outcome.status === 'failed' ? outcome.failure : null,
    })
  }
}

function grow(info: TargetInfo): Growing {
  return {info, points: [], states: [], attempts: [], missed: 0, last: null}
}

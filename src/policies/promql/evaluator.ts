/** What functions and operators need of the evaluator: apart from it, since it needs them. */
import type {Millis} from '../../core/units.ts'
import type {Expression, VectorSelector} from './expression.ts'
import type {Window} from './over-time.ts'
import type {Element, Labels, SeriesSource, Value} from './values.ts'

/** A series whose newest value is older than this has ended. */
export const STALENESS: Millis = 300_000

export interface Instant {
  readonly source: SeriesSource
  /** On the clock of the series. */
  readonly at: Millis
  /** What that clock's zero is in seconds since 1970: for `time()` alone. */
  readonly epoch: number
}

/** What functions and operators need to evaluate their arguments. */
export interface Evaluator {
  readonly instant: Instant
  value(expression: Expression): Value
  vector(expression: Expression): readonly Element[]
  scalar(expression: Expression): number
  /** Of a selected range, by series. */
  windows(expression: Expression): readonly {readonly labels: Labels; readonly window: Window}[]
  /** When the value of each selected element was taken. */
  times(selector: VectorSelector): readonly Element[]
}

/** Single marks in the series of a target or a rule. */
import type {AlertState} from '../core/alert-events.ts'
import type {StrategyName} from '../core/strategy-events.ts'
import type {Millis} from '../core/units.ts'

/** What a policy did besides trying again. */
export interface StepMark {
  readonly at: Millis
  readonly strategy: StrategyName
}

/** An early warning; `until` is null while it lasts. */
export interface WarningMark {
  /** The target that it is about. */
  readonly of: string
  readonly at: Millis
  readonly until: Millis | null
}

/** A change of an alert; a rule and its labels are one alert. */
export interface AlertMark {
  readonly at: Millis
  readonly labels: string
  readonly state: AlertState
}

/** What only the rules of alerts have. */
export interface AlertSeries {
  readonly marks: readonly AlertMark[]
}

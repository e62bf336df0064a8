/** What happens to alerts: rules over the series of a watch, their states, and whom they were told to. */
import type {Millis} from './units.ts'

/**
 * `inactive`: it was pending and the condition became false. `pending`: the condition holds, but not long enough.
 * `firing`: it has held for as long as the rule asks. `resolved`: it fired, and the condition holds no longer.
 */
export type AlertState = 'inactive' | 'pending' | 'firing' | 'resolved'
export const ALERT_STATES: readonly AlertState[] = ['inactive', 'pending', 'firing', 'resolved']

export interface AlertRuleInfo {
  /** Unique among the rules of the watch. */
  readonly name: string
  /** In PromQL. */
  readonly expr: string
  /** Zero fires at the first evaluation that is true. */
  readonly for: Millis
  readonly keepFiringFor: Millis
  /** Of the rule itself, such as `severity`. */
  readonly labels: Readonly<Record<string, string>>
}

/** What became of one try to tell a receiver something, all its attempts included. */
export type NotificationResult = 'delivered' | 'failed' | 'dropped'

export type AlertEvent =
  | {readonly type: 'alert-rule-added'; readonly rule: AlertRuleInfo}
  | {readonly type: 'alert-rule-removed'; readonly rule: string}
  /** The expression could not be evaluated; told once until it can be again. */
  | {readonly type: 'alert-rule-failed'; readonly rule: string; readonly because: string}
  /** One alert of a rule has another state. A rule and its labels name an alert. */
  | {
      readonly type: 'alert'
      readonly rule: string
      /** Of the series, overlaid by those of the rule; without `alertname`. */
      readonly labels: Readonly<Record<string, string>>
      readonly state: AlertState
      /** Since when the condition holds, or held, without a break. */
      readonly since: Millis
      /** Of the expression, the last one that was true; `Infinity` and `NaN` as text, which JSON has no numbers for. */
      readonly value: number | string
      readonly annotations: Readonly<Record<string, string>>
    }
  | {
      readonly type: 'notified'
      readonly receiver: string
      /** What it was about, in a few words. */
      readonly about: string
      readonly result: NotificationResult
      readonly attempts: number
      /** Why it was not delivered; empty when it was. */
      readonly because: string
    }

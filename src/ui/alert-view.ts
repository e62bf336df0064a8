/** The alerts of a watch as the terminal shows them. */
import type {AlertEvent, AlertRuleInfo, AlertState, NotificationResult} from '../core/alert-events.ts'
import {labelsText, summaryOf} from '../core/alert-story.ts'
import type {RunEvent} from '../core/events.ts'
import type {Millis} from '../core/units.ts'

export interface ShownAlert {
  readonly rule: string
  /** As in PromQL, empty for none. */
  readonly labels: string
  readonly state: AlertState
  /** Since when its condition holds, or held. */
  readonly since: Millis
  /** When it took its state. */
  readonly changed: Millis
  readonly value: number | string
  readonly summary: string
}

export interface ShownNotification {
  readonly at: Millis
  readonly receiver: string
  readonly about: string
  readonly result: NotificationResult
  readonly because: string
}

export interface AlertsView {
  readonly rules: readonly AlertRuleInfo[]
  /** Why a rule can not be evaluated, by its name. */
  readonly broken: ReadonlyMap<string, string>
  /** Pending, firing, and those that were resolved last. */
  readonly alerts: readonly ShownAlert[]
  /** The last ones, oldest first. */
  readonly notifications: readonly ShownNotification[]
}

export const NO_ALERTS: AlertsView = {rules: [], broken: new Map(), alerts: [], notifications: []}

/** A rule over ten thousand targets may fire for all of them: the first are shown. */
const MOST_ALERTS = 1000
const MOST_RESOLVED = 20
const MOST_NOTIFICATIONS = 50

export function foldAlerts(view: AlertsView, event: RunEvent & AlertEvent): AlertsView {
  switch (event.type) {
    case 'alert-rule-added':
      return {...view, rules: [...view.rules.filter(({name}) => name !== event.rule.name), event.rule]}
    case 'alert-rule-removed':
      return {
        ...view,
        rules: view.rules.filter(({name}) => name !== event.rule),
        alerts: view.alerts.filter(({rule}) => rule !== event.rule),
        broken: without(view.broken, event.rule),
      }
    case 'alert-rule-failed':
      return {...view, broken: new Map(view.broken).set(event.rule, event.because)}
    case 'alert':
      return {...view, alerts: foldAlert(view.alerts, event), broken: without(view.broken, event.rule)}
    case 'notified': {
      const {at, receiver, about, result, because} = event
      const notifications = [...view.notifications, {at, receiver, about, result, because}]
      return {...view, notifications: notifications.slice(-MOST_NOTIFICATIONS)}
    }
  }
}

export function countFiring(view: AlertsView): number {
  return view.alerts.filter(({state}) => state === 'firing').length
}

function foldAlert(alerts: readonly ShownAlert[], event: RunEvent & {type: 'alert'}): readonly ShownAlert[] {
  const {rule, state, since, value, annotations, at: changed} = event
  const labels = labelsText(event.labels)
  const others = alerts.filter((one) => one.rule !== rule || one.labels !== labels)
  if (state === 'inactive') return others
  const summary = summaryOf(annotations)
  const all = [...others, {rule, labels, state, since, changed, value, summary}]
  const resolved = all.filter((one) => one.state === 'resolved').slice(-MOST_RESOLVED)
  return all.filter((one) => one.state !== 'resolved' || resolved.includes(one)).slice(-MOST_ALERTS)
}

function without(map: ReadonlyMap<string, string>, name: string): ReadonlyMap<string, string> {
  return map.has(name) ? new Map([...map].filter(([one]) => one !== name)) : map
}

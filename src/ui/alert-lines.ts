/** Rules, alerts and who was told, for the alerts view. */
import type {AlertState} from '../core/alert-events.ts'
import {alertValue} from '../core/alert-story.ts'
import {show} from '../core/show.ts'
import {type Millis, formatDuration, formatStamp} from '../core/units.ts'
import type {AlertsView, ShownAlert, ShownNotification} from './alert-view.ts'
import {formatAge} from './formats.ts'
import type {Glyphs} from './glyphs.ts'
import {type Line, type SpanTone, span} from './spans.ts'

interface AlertLook {
  readonly sign: 'bad' | 'doubt' | 'good' | 'pending'
  readonly tone: SpanTone
  readonly rank: number
}

const LOOKS: Readonly<Record<AlertState, AlertLook>> = {
  firing: {sign: 'bad', tone: 'bad', rank: 0},
  pending: {sign: 'doubt', tone: 'warning', rank: 1},
  resolved: {sign: 'good', tone: 'good', rank: 2},
  inactive: {sign: 'pending', tone: 'dim', rank: 3},
}

/** Alerts, the loudest first; then the rules; then the last notifications, newest first. */
export function renderAlerts(view: AlertsView, now: Millis, glyphs: Glyphs): readonly Line[] {
  if (view.rules.length === 0 && view.alerts.length === 0 && view.notifications.length === 0)
    return [[span('   no alert rules in the document', 'dim')]]
  const alerts = view.alerts.toSorted(
    (a, b) => LOOKS[a.state].rank - LOOKS[b.state].rank || b.changed - a.changed,
  )
  return [
    ...(alerts.length === 0
      ? [[span(`   ${glyphs.good} `, 'good'), span('no alert is pending or firing')] as const]
      : alerts.map((alert) => renderAlert(alert, now, glyphs))),
    [],
    [span('   RULES', 'dim')],
    ...view.rules.map((rule) => renderRule(rule, view, glyphs)),
    ...(view.notifications.length === 0
      ? []
      : [
          [],
          [span('   TOLD', 'dim')],
          ...view.notifications.toReversed().map((one) => renderNotification(one, glyphs)),
        ]),
  ]
}

function renderAlert(alert: ShownAlert, now: Millis, glyphs: Glyphs): Line {
  const {rule, labels, state, changed, value, summary} = alert
  const look = LOOKS[state]
  return [
    span('   '),
    span(`${glyphs[look.sign]} ${state.padEnd(8)}`, look.tone),
    span(` ${show(rule)}`, 'strong'),
    span(show(labels), 'dim'),
    span(`  for ${formatAge(now - changed)}, value ${alertValue(value)}`),
    span(summary === '' ? '' : `  ${show(summary)}`, 'accent'),
  ]
}

function renderRule(rule: AlertsView['rules'][number], view: AlertsView, glyphs: Glyphs): Line {
  const because = view.broken.get(rule.name)
  if (because !== undefined) {
    return [
      span(`   ${glyphs.doubt} `, 'warning'),
      span(show(rule.name)),
      span(`  can not be evaluated: ${show(because)}`, 'warning'),
    ]
  }
  const own = view.alerts.filter(({rule: name, state}) => name === rule.name && state !== 'resolved')
  const worst = own.some(({state}) => state === 'firing') ? 'firing' : own.length > 0 ? 'pending' : 'inactive'
  const look = LOOKS[worst]
  const time = rule.for > 0 ? `  for ${formatDuration(rule.for)}` : ''
  return [
    span(`   ${glyphs[look.sign]} `, look.tone),
    span(show(rule.name)),
    span(own.length > 1 ? ` (${own.length})` : '', look.tone),
    span(`${time}  ${show(rule.expr)}`, 'dim'),
  ]
}

function renderNotification({at, receiver, about, result, because}: ShownNotification, glyphs: Glyphs): Line {
  const good = result === 'delivered'
  return [
    span(`   ${formatStamp(at)}`, 'dim'),
    span(` ${good ? glyphs.good : glyphs.bad} ${show(receiver)}`, good ? 'good' : 'bad'),
    span(`  ${show(about)}`),
    span(good ? '' : `  ${result}: ${show(because)}`, 'warning'),
  ]
}

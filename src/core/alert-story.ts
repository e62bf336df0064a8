/** What happened to alerts, in words. */
import type {RunEvent} from './events.ts'
import type {Told, Tone} from './story.ts'
import {formatDuration} from './units.ts'

/** Nothing for events that aren't about alerts. */
export function tellAlert(event: RunEvent): readonly Told[] {
  const line = (tone: Tone, subject: string, text: string): readonly Told[] => [
    {at: event.at, tone, subject, text},
  ]
  switch (event.type) {
    case 'alert-rule-removed':
      return line('plain', event.rule, 'alert rule no longer in the document')
    case 'alert-rule-failed':
      return line('warning', event.rule, `alert rule can not be evaluated: ${event.because}`)
    case 'alert':
      return line(toneOf(event.state), `${event.rule}${labelsText(event.labels)}`, alertText(event))
    case 'notified': {
      const {receiver, about, result, attempts, because} = event
      if (result === 'delivered') return line('plain', receiver, `told: ${about}`)
      if (result === 'dropped') return line('warning', receiver, `not told, ${because}: ${about}`)
      const tries = attempts === 1 ? 'one attempt' : `${attempts} attempts`
      return line('bad', receiver, `could not be told after ${tries}, ${because}: ${about}`)
    }
    case 'webhook-added':
      return line('plain', event.webhook, `takes messages at ${event.url}`)
    case 'webhook-received': {
      const told = event.incidents.map(({name, state}) => `${name} ${state}`).join(', ')
      return line('plain', event.webhook, `received a message: ${told === '' ? 'of no incident' : told}`)
    }
    default:
      return []
  }
}

/** `{target="api",severity="warning"}`; nothing for no labels. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** `alert firing after 1m, value 301: no answer from api`; a summary is in the annotations. */
function alertText({at, state, since, value, annotations}: RunEvent & {type: 'alert'}): string {
  const held = at - since
  const time = held > 0 && state !== 'pending' ? ` after ${formatDuration(held)}` : ''
  const summary = summaryOf(annotations)
  return `alert ${state}${time}, value ${alertValue(value)}${summary === '' ? '' : `: ${summary}`}`
}

/** Four digits of what the rule's expression gave; text stays, such as `+Inf`. */
export function alertValue(value: number | string): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : value
}

/** What an alert says about itself; empty when its rule has no annotation for that. */
export function summaryOf(annotations: Readonly<Record<string, string>>): string {
  return annotations['summary'] ?? annotations['description'] ?? ''
}

function toneOf(state: (RunEvent & {type: 'alert'})['state']): Tone {
  switch (state) {
    case 'pending':
      return 'warning'
    case 'firing':
      return 'bad'
    case 'resolved':
      return 'good'
    case 'inactive':
      return 'plain'
  }
}

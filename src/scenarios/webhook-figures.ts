/** What a drill tells of a receiver of webhooks: how many incidents arrived, how often each, and how soon. */
import type {FieldValue} from '../config/conditions/evaluate.ts'
import type {RunEvent} from '../core/events.ts'
import type {Figure} from '../core/figures.ts'
import type {Millis} from '../core/units.ts'
import type {ToldIncident} from '../core/webhook-events.ts'
import {type AlertQuestion, alertField, courseTimes} from './alert-figures.ts'
import type {AlertMark} from './series-marks.ts'
import {type Round, type Span, isInside} from './windows.ts'

export interface WebhookSeries {
  readonly messages: readonly {readonly at: Millis; readonly incidents: readonly ToldIncident[]}[]
}

/** Follows the receivers of a drill. */
export class WebhookCollector {
  readonly #webhooks = new Map<string, {readonly messages: WebhookSeries['messages'][number][]}>()

  /** Undefined for events that are not about receivers, and for messages; else which one is there from now on. */
  add(
    event: RunEvent,
  ): {readonly name: string; readonly part: {readonly webhook: WebhookSeries}} | undefined {
    if (event.type === 'webhook-received') {
      const {at, incidents} = event
      this.#webhooks.get(event.webhook)?.messages.push({at, incidents})
    }
    if (event.type !== 'webhook-added') return undefined
    const webhook = {messages: []}
    this.#webhooks.set(event.webhook, webhook)
    return {name: event.webhook, part: {webhook}}
  }
}

/** Undefined for a field that receivers don't have. A time is infinite when some disturbance was never told of, or never told to be over. */
export function webhookField(webhook: WebhookSeries, question: AlertQuestion): FieldValue {
  const {field, spans} = question
  switch (field) {
    case 'arrives':
      return alertField({marks: marksOf(webhook)}, {...question, field: 'fires'})
    case 'clears':
      return alertField({marks: marksOf(webhook)}, {...question, field: 'resolves'})
    default:
      return Object.hasOwn(COUNTS, field) ? COUNTS[field]?.(within(webhook, spans)) : undefined
  }
}

export function webhookFigures(
  name: string,
  webhook: WebhookSeries,
  rounds: readonly Round[],
): readonly Figure[] {
  const heard = within(
    webhook,
    rounds.map(({start, end}) => ({from: start, to: end})),
  )
  const counts = Object.entries(COUNTS).map(([field, count]): Figure => {
    const value = count(heard)
    return {name: `${name}.${field}`, value, unit: 'count', low: value, high: value}
  })
  const {fires, resolves} = courseTimes(marksOf(webhook), rounds)
  const times = Object.entries({arrives: fires, clears: resolves}).map(([field, time]): Figure => {
    const value = time ?? null
    return {name: `${name}.${field}`, value, unit: 'ms', low: value, high: value}
  })
  return [...counts, ...times]
}

/** Something began and has not been told to be over, or nobody can tell yet whether it comes twice. */
export function isHeard({messages}: WebhookSeries, now: Millis): boolean {
  const last = new Map(messages.flatMap(({incidents}) => incidents).map(({key, state}) => [key, state]))
  const isOver = [...last.values()].every((state) => state !== 'firing')
  return isOver && now - (messages.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= QUIET
}

/** A message that is sent twice comes the second time at once. */
const QUIET: Millis = 500

type Heard = readonly (readonly ToldIncident[])[]

const COUNTS: Readonly<Record<string, (heard: Heard) => number>> = {
  messages: (heard) => heard.length,
  incidents: (heard) => different(begun(heard)),
  received: (heard) => begun(heard).length,
  repeats: (heard) => begun(heard).length - different(begun(heard)),
  resolved: (heard) => different(heard.flat().filter(({state}) => state === 'resolved')),
}

function begun(heard: Heard): readonly ToldIncident[] {
  return heard.flat().filter(({state}) => state !== 'resolved')
}

function different(incidents: readonly ToldIncident[]): number {
  return new Set(incidents.map(({key}) => key)).size
}

function within({messages}: WebhookSeries, spans: readonly Span[]): Heard {
  return messages.flatMap(({at, incidents}) => (isInside(at, spans) ? [incidents] : []))
}

function marksOf({messages}: WebhookSeries): readonly AlertMark[] {
  return messages.flatMap(({at, incidents}) =>
    incidents.map(({key, state}) => ({at, labels: key, state: state === 'told' ? 'firing' : state})),
  )
}

/** What a receiver gets: the JSON of Alertmanager's webhooks (version 4) with a few fields of our own, and a line of text. */
import {labelsText} from '../../core/alert-story.ts'
import type {Millis} from '../../core/units.ts'
import type {Incident} from './incident.ts'
import type {Batch, Item} from './outbox.ts'

export interface MessageSource {
  readonly receiver: string
  readonly run: string
  readonly host: string
  /** Wall clock at zero of the run's clock, in milliseconds since 1970. */
  readonly epoch: Millis
}

export interface Message {
  readonly receiver: string
  readonly status: Incident['status']
  readonly firing: number
  readonly resolved: number
  /** One line for people. */
  readonly text: string
  readonly json: string
}

/** Further incidents are counted in `truncatedAlerts`. */
const MOST_ALERTS = 100
const MOST_NAMED = 5
/** What Alertmanager writes for an alert that has not ended. */
const NEVER = '0001-01-01T00:00:00Z'

export function makeMessage({items}: Batch, source: MessageSource): Message {
  const {receiver, run, host} = source
  const sorted = items.toSorted((a, b) => rank(a) - rank(b))
  const firing = items.filter(({incident}) => incident.status === 'firing').length
  const status = firing > 0 ? 'firing' : 'resolved'
  const text = textOf(sorted, firing)
  const shown = sorted.slice(0, MOST_ALERTS)
  const body = {
    version: '4',
    groupKey: `netdrill:${run}`,
    truncatedAlerts: items.length - shown.length,
    status,
    receiver,
    groupLabels: {},
    commonLabels: common(sorted.map(({incident}) => incident.labels)),
    commonAnnotations: common(sorted.map(({incident}) => incident.annotations)),
    externalURL: '',
    alerts: shown.map((item) => alertOf(item, source)),
    schema: 'netdrill/notification/1',
    run,
    host,
    text,
  }
  return {receiver, status, firing, resolved: items.length - firing, text, json: JSON.stringify(body)}
}

/** What is new first, then what is over, reminders last. */
function rank({reason}: Item): number {
  return reason === 'new' ? 0 : reason === 'over' ? 1 : 2
}

function alertOf({incident, reason}: Item, {epoch}: MessageSource): object {
  const {key, status, labels, annotations, startsAt, endsAt} = incident
  const wall = (at: Millis): string => new Date(epoch + at).toISOString()
  return {
    status,
    labels,
    annotations,
    startsAt: wall(startsAt),
    endsAt: endsAt === null ? NEVER : wall(endsAt),
    generatorURL: '',
    fingerprint: fingerprint(key),
    reason,
  }
}

function textOf(items: readonly Item[], firing: number): string {
  const [only] = items
  if (only && items.length === 1) return `${word(only)} ${describe(only.incident)}`
  const counts = [
    ...(firing > 0 ? [`${firing} firing`] : []),
    ...(items.length > firing ? [`${items.length - firing} resolved`] : []),
  ]
  const named = items.slice(0, MOST_NAMED).map((item) => `${word(item)} ${describe(item.incident)}`)
  const more = items.length > MOST_NAMED ? [`and ${items.length - MOST_NAMED} more`] : []
  return `${counts.join(', ')}: ${[...named, ...more].join('; ')}`
}

function word({incident, reason}: Item): string {
  if (incident.status === 'resolved') return 'RESOLVED'
  return reason === 'reminder' ? 'STILL FIRING' : 'FIRING'
}

function describe({labels: {alertname = '', ...labels}, annotations}: Incident): string {
  const summary = annotations['summary'] ?? annotations['description'] ?? ''
  return `${alertname}${labelsText(labels)}${summary === '' ? '' : `: ${summary}`}`
}

function common(all: readonly Readonly<Record<string, string>>[]): Readonly<Record<string, string>> {
  const [first = {}, ...rest] = all
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => rest.every((other) => other[name] === value)),
  )
}

const FNV_OFFSET = 0xcbf29ce484222325n
const FNV_PRIME = 0x100000001b3n

/** FNV-1a of 64 bits: the same incident has the same from its beginning to its end. */
function fingerprint(key: string): string {
  const hash = Buffer.from(key, 'utf8').reduce(
    (sum, byte) => BigInt.asUintN(64, (sum ^ BigInt(byte)) * FNV_PRIME),
    FNV_OFFSET,
  )
  return hash.toString(16).padStart(16, '0')
}

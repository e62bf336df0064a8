/** Which incidents a message of somebody's alerting tells of. Pure. */
import {stripControl} from '../../core/text.ts'
import type {ToldIncident, ToldState} from '../../core/webhook-events.ts'

/** More of one message are left out. */
const MOST = 100
const LONGEST_NAME = 200

/**
 * Understands the webhooks of Alertmanager (version 4, which Grafana's are like, and netdrill's own) and the events of PagerDuty (version 2).
 * Any other message is one incident of which it is not known whether it begins or ends: named by its text if there is one.
 */
export function readMessage(body: string, path: string): readonly ToldIncident[] {
  const message = parse(body)
  const alerts = message?.['alerts']
  if (Array.isArray(alerts)) return alerts.filter(isRecord).slice(0, MOST).map(ofAlertmanager)
  if (message && typeof message['event_action'] === 'string') return ofPagerDuty(message)
  const name = textOf(message?.['title'] ?? message?.['text'] ?? message?.['message']) ?? path
  return [incident(name, name, 'told')]
}

type Message = Readonly<Record<string, unknown>>

function parse(body: string): Message | null {
  try {
    const value: unknown = JSON.parse(body)
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

function isRecord(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A fingerprint stands for the labels; that it has begun again is told by its beginning. */
function ofAlertmanager(alert: Message): ToldIncident {
  const labels = isRecord(alert['labels']) ? alert['labels'] : {}
  const which = textOf(alert['fingerprint']) ?? JSON.stringify(Object.entries(labels).toSorted(byName))
  const key = `${which} ${textOf(alert['startsAt']) ?? ''}`.trim()
  const state = alert['status'] === 'resolved' ? 'resolved' : 'firing'
  return incident(key, textOf(labels['alertname']) ?? which, state)
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1
}

const ACTIONS: Readonly<Record<string, ToldState>> = {trigger: 'firing', resolve: 'resolved'}

/** That somebody has seen it (`acknowledge`) is nothing new. */
function ofPagerDuty(event: Message): readonly ToldIncident[] {
  const state = ACTIONS[String(event['event_action'])]
  if (state === undefined) return []
  const summary = isRecord(event['payload']) ? textOf(event['payload']['summary']) : null
  const key = textOf(event['dedup_key']) ?? summary ?? ''
  return [incident(key, summary ?? key, state)]
}

function incident(key: string, name: string, state: ToldState): ToldIncident {
  return {key: clean(key), name: clean(name), state}
}

function clean(text: string): string {
  return stripControl(text).slice(0, LONGEST_NAME)
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

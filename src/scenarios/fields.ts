/** The value of a condition's field for one target of a drill, over the part of the drill it asks about. */
import type {FieldValue} from '../config/conditions/evaluate.ts'
import type {Phases} from '../core/outcome.ts'
import {jsonValue} from '../probes/http/json-path.ts'
import {lossRatio, rttStatistics} from '../core/statistics.ts'
import {bondField} from './bond-figures.ts'
import type {During} from './drill-spec.ts'
import {availability, flapCount, measureImpacts, worstImpact} from './figures.ts'
import {type AlertQuestion, alertField} from './alert-figures.ts'
import {groupField} from './group-figures.ts'
import {peerField} from './peer-figures.ts'
import {modeField} from './mode-figures.ts'
import {shareField} from './share-figures.ts'
import {streamField} from './stream-figures.ts'
import {webhookField} from './webhook-figures.ts'
import {isPolicyField, policyField} from './policy-figures.ts'
import type {Point, TargetSeries} from './series.ts'
import {type Round, type Span, isInside, spansOf, touchesAny} from './windows.ts'

export interface FieldQuestion {
  readonly field: string
  readonly during: During
  readonly rounds: readonly Round[]
}

/** Undefined when the drill can't tell: no sample in that part, or a fact that this probe kind doesn't have. */
export function fieldValue(series: TargetSeries, question: FieldQuestion): FieldValue {
  const {field, rounds} = question
  const spans = rounds.flatMap((round) => spansOf(question.during, round))
  const other = otherField(series)
  if (other) return other({field, rounds, spans, only: named(question.during, spans)})
  const ofPaths = pathsField(series, {field, rounds, spans})
  if (ofPaths !== undefined) return ofPaths
  const ofGroup = groupField(series, {field, rounds, spans, only: named(question.during, spans)})
  if (ofGroup !== undefined) return ofGroup === null ? undefined : ofGroup
  const ofBond = bondField(series.bond, {field, rounds, spans})
  if (ofBond !== undefined) return ofBond
  if (isPolicyField(field)) return policyField(series, {field, rounds, spans})
  // What was on its way when the baseline ended may have met the fault.
  const whole = question.during === 'baseline'
  const points = series.points.filter(
    ({sentAt, endedAt}) => isInside(sentAt, spans) && (!whole || isInside(endedAt, spans)),
  )
  if (field.startsWith('rtt.')) return statisticOf(points, field.slice(4))
  if (field.startsWith('phase.')) return phaseOf(points, field.slice(6))
  // Null is a value: there was no failure code, say.
  const ofPoints = pointField(points, field, spans)
  if (ofPoints !== undefined) return ofPoints
  const ofConnection = connectionField(series, question)
  return ofConnection === undefined ? factOf(series, field) : ofConnection
}

/** Of what has no samples of its own; null for a target or group. */
function otherField({alert, webhook, peer}: TargetSeries): ((asked: AlertQuestion) => FieldValue) | null {
  if (alert) return (asked) => alertField(alert, asked)
  if (webhook) return (asked) => webhookField(webhook, asked)
  return peer ? (asked) => peerField(peer, asked) : null
}

/** What is carried over several paths, and how. */
function pathsField(
  {stream, shares, modes}: TargetSeries,
  asked: {readonly field: string; readonly rounds: readonly Round[]; readonly spans: readonly Span[]},
): FieldValue {
  return streamField(stream, asked) ?? shareField(shares, asked) ?? modeField(modes, asked)
}

function statisticOf(points: readonly Point[], name: string): number | undefined {
  const statistics = rttStatistics(
    points.flatMap((point) => (point.ok && point.rtt !== null ? [point.rtt] : [])),
  )
  return statistics && Object.hasOwn(statistics, name)
    ? statistics[name as keyof typeof statistics]
    : undefined
}

function phaseOf(points: readonly Point[], name: string): number | undefined {
  const values = points.flatMap((point) => (point.ok ? (point.phase[name as keyof Phases] ?? []) : []))
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
}

function pointField(points: readonly Point[], field: string, spans: readonly Span[]): FieldValue {
  if (points.length === 0) return undefined
  switch (field) {
    case 'ok':
      return points.every((point) => point.ok)
    case 'loss':
      return lossRatio(points.length, points.filter((point) => point.ok).length)
    case 'lost':
      return points.filter((point) => !point.ok).length
    case 'availability':
      return availability(points) ?? undefined
    case 'code':
    case 'stage':
    case 'category':
      return failureField(points, field, spans)
    default:
      return undefined
  }
}

/** Of the last failure; one that came when the part was over already may have another reason. */
function failureField(
  points: readonly Point[],
  field: 'code' | 'stage' | 'category',
  spans: readonly Span[],
): string | null {
  const failed = points.filter(({failure}) => failure !== null)
  const last = failed.findLast(({endedAt}) => isInside(endedAt, spans)) ?? failed.at(-1)
  return last?.failure?.[field] ?? null
}

function connectionField(series: TargetSeries, {field, rounds, during}: FieldQuestion): FieldValue {
  const spans = rounds.flatMap((round) => spansOf(during, round))
  switch (field) {
    case 'state':
      return stateAt(series, Math.max(...spans.map((span) => span.to)))
    case 'states':
      return statesIn(series, rounds)
    case 'attempts':
      return series.attempts.filter((mark) => isInside(mark.at, spans)).length
    case 'flaps':
      return rounds.reduce((sum, round) => sum + flapCount(series, round), 0)
    case 'downtime':
    case 'detection':
    case 'recovery':
      return impactField(series, {rounds, only: named(during, spans)}, field)
    default:
      return undefined
  }
}

/** What one fault did is judged by the disturbances it was a part of. */
function named(during: During, spans: readonly Span[]): readonly Span[] | null {
  return typeof during === 'object' ? spans : null
}

/** Infinite when it was due and never happened: a bound on it is then not met, rather than not judged. */
function impactField(
  series: TargetSeries,
  {rounds, only}: {readonly rounds: readonly Round[]; readonly only: readonly Span[] | null},
  field: 'downtime' | 'detection' | 'recovery',
): number | undefined {
  const impacts = rounds
    .flatMap((round) => measureImpacts(series, round))
    .filter(({disturbance}) => touchesAny(disturbance, only))
  if (impacts.length === 0) return undefined
  const measured = worstImpact(impacts)[field]
  if (measured) return measured.value
  const wasHit = impacts.some((impact) => impact.lost > 0)
  return wasHit ? Number.POSITIVE_INFINITY : undefined
}

function stateAt(series: TargetSeries, at: number): string {
  return series.states.findLast((change) => change.at <= at)?.to ?? 'idle'
}

/** The sequence of states from the end of the first baseline on, the one it had then first. */
function statesIn(series: TargetSeries, rounds: readonly Round[]): readonly string[] {
  const first = rounds[0]
  if (!first) return []
  // That the watch ended is no news about the target.
  const changes = series.states.filter(({at, to}) => at > first.baselineEnd && to !== 'disconnected')
  return [stateAt(series, first.baselineEnd), ...changes.map((change) => change.to)]
}

/** A part of a JSON body. */
const IN_BODY = 'http.json.'

function factOf(series: TargetSeries, field: string): FieldValue {
  const path = field.split('.')
  const {last} = series
  if (!last) return undefined
  if (field.startsWith(IN_BODY))
    return typeof last.http?.body === 'string'
      ? jsonValue(last.http.body, field.slice(IN_BODY.length))
      : undefined
  let value: unknown = last
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[key]
  }
  return isFieldValue(value) ? value : undefined
}

function isFieldValue(value: unknown): value is Exclude<FieldValue, undefined> {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return true
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

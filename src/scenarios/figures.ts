/** The figures of a drill, each with its uncertainty; pure functions over a series. */
import type {ConnectionState} from '../core/events.ts'
import type {Figure} from '../core/figures.ts'
import type {Millis} from '../core/units.ts'
import {bondFigures} from './bond-figures.ts'
import {modeFigures} from './mode-figures.ts'
import {warningFigures} from './policy-figures.ts'
import type {Point, TargetSeries} from './series.ts'
import {type Disturbance, type Round, type Span, disturbances, sinceStart} from './windows.ts'

/** States in which the tool has declared the connection lost. */
const DOWN: ReadonlySet<ConnectionState> = new Set(['reconnecting', 'exhausted', 'failed'])

/** And in which nothing is tried any more. */
const FINAL: ReadonlySet<ConnectionState> = new Set(['exhausted', 'failed'])

/** A duration with the range in which the true value lies; null when it was not observed. */
export interface Measured {
  readonly value: Millis
  readonly low: Millis
  readonly high: Millis
}

/** What one disturbance did to one target. */
export interface Impact {
  readonly disturbance: Span
  readonly downtime: Measured
  readonly detection: Measured | null
  /** From the end of the disturbance until the connection was up again; 0 when it was before. Null: it never was. */
  readonly recovery: Measured | null
  readonly lost: number
  readonly attempts: number
}

/**
 * The impact of each disturbance of a round. A disturbance's consequences reach until the next one begins.
 * Downtime is the largest gap between two good samples less one interval, ± one interval: between two samples
 * nobody looked.
 */
export function measureImpacts(series: TargetSeries, round: Round): readonly Impact[] {
  const spans = disturbances(round)
  return spans.map((span, index) => {
    const until = spans[index + 1]?.begun ?? round.end
    return measureImpact(series, span, {from: span.begun, to: until})
  })
}

function measureImpact(series: TargetSeries, disturbance: Disturbance, reach: Span): Impact {
  const {interval} = series.info
  const inReach = series.points.filter((point) => point.sentAt >= reach.from && point.sentAt < reach.to)
  const lost = inReach.filter((point) => !point.ok).length
  const down = series.states.find(
    (change) => DOWN.has(change.to) && change.at >= reach.from && change.at < reach.to,
  )
  const attempts = series.attempts.filter((mark) => mark.at >= reach.from && mark.at < reach.to).length
  const recovery = recoveryIn(series, disturbance, reach)
  return {
    disturbance,
    downtime: lost === 0 ? exact(0) : largestGap(series, reach),
    detection: down ? around(sinceStart(down.at, disturbance), interval) : null,
    recovery: recovery === undefined ? (lost === 0 ? exact(0) : around(0, interval)) : recovery,
    lost,
    attempts,
  }
}

/** Undefined: it was never down. Null: it was not back; who was still down from the disturbance before may not be either. */
function recoveryIn(
  series: TargetSeries,
  disturbance: Disturbance,
  reach: Span,
): Measured | null | undefined {
  const before = series.states.findLast((change) => change.at < reach.from)
  const inside = series.states.filter((change) => change.at >= reach.from && change.at < reach.to)
  const since = before && DOWN.has(before.to) ? reach.from : inside.find((change) => DOWN.has(change.to))?.at
  if (since === undefined) return undefined
  const up = inside.findLast((change) => change.to === 'connected' && change.at > since)
  const last = inside.findLast((change) => change.to === 'connected' || DOWN.has(change.to))
  if (!up || last !== up) return null
  return around(Math.max(0, up.at - disturbance.to), series.info.interval)
}

/** The longest stretch inside `reach` without a good sample, the last good one before it included. */
function largestGap({points, states, info: {interval}}: TargetSeries, reach: Span): Measured {
  const good = points.filter((point) => point.ok && point.sentAt < reach.to).map((point) => point.sentAt)
  const before = good.filter((at) => at < reach.from).at(-1) ?? reach.from
  const inside = good.filter((at) => at >= reach.from)
  const lastSent = points.filter((point) => point.sentAt < reach.to).at(-1)?.sentAt ?? reach.to
  const state = states.findLast((change) => change.at < reach.to)?.to
  const gaveUp = state !== undefined && FINAL.has(state)
  const marks = [before, ...inside]
  // Still down at the end: the gap is at least as long as we looked, or as nobody tried any more.
  const end = gaveUp ? reach.to : lastSent + interval
  if ((inside.at(-1) ?? before) < lastSent) marks.push(end)
  let gap = 0
  for (let index = 1; index < marks.length; index++)
    gap = Math.max(gap, (marks[index] ?? 0) - (marks[index - 1] ?? 0))
  return around(Math.max(0, gap - interval), interval)
}

function around(value: Millis, uncertainty: Millis): Measured {
  return {value, low: Math.max(0, value - uncertainty), high: value + uncertainty}
}

function exact(value: Millis): Measured {
  return {value, low: value, high: value}
}

/** Samples that were good among those sent in the spans; null when none was sent. */
export function availability(points: readonly Point[]): number | null {
  return points.length === 0 ? null : points.filter((point) => point.ok).length / points.length
}

/** How often the connection was lost beyond once in each disturbance; one that it survives excuses no loss in another. */
export function flapCount(series: TargetSeries, round: Round): number {
  const losses = series.states.filter((change) => DOWN.has(change.to) && !DOWN.has(change.from))
  const within = (from: Millis, to: Millis): number => losses.filter(({at}) => at >= from && at < to).length
  const spans = disturbances(round)
  const ends = [...spans.slice(1).map(({begun}) => begun), round.end]
  const inside = spans.map(({begun}, index) => Math.max(0, within(begun, ends[index] ?? round.end) - 1))
  return inside.reduce((sum, count) => sum + count, within(round.start, spans[0]?.begun ?? round.end))
}

/** The worst of several impacts: the longest of each duration; null if any was never reached although it was due. */
export function worstImpact(impacts: readonly Impact[]): {
  readonly downtime: Measured
  readonly detection: Measured | null
  readonly recovery: Measured | null
} {
  const longest = (values: readonly (Measured | null)[]): Measured | null =>
    values.reduce<Measured | null>(
      (worst, value) => (value && (!worst || value.value > worst.value) ? value : worst),
      null,
    )
  const neverBack = impacts.some((impact) => impact.recovery === null)
  return {
    downtime: longest(impacts.map((impact) => impact.downtime)) ?? exact(0),
    detection: longest(impacts.map((impact) => impact.detection)),
    recovery: neverBack ? null : longest(impacts.map((impact) => impact.recovery)),
  }
}

/** The figures of one target over all rounds, as they go into the verdict. */
export function targetFigures(series: TargetSeries, rounds: readonly Round[]): readonly Figure[] {
  const impacts = rounds.flatMap((round) => measureImpacts(series, round))
  const worst = worstImpact(impacts)
  const name = series.info.name
  const points = series.points.filter((point) =>
    rounds.some((round) => point.sentAt >= round.start && point.sentAt < round.end),
  )
  const lost = points.filter((point) => !point.ok).length
  const attempts = impacts.reduce((sum, impact) => sum + impact.attempts, 0)
  // An outage that did not happen is no value to be the worst of.
  const hit = impacts.filter((impact) => impact.lost > 0).length
  const many = hit > 1 ? {note: `worst of ${hit}`} : {}
  return [
    durationFigure(`${name}.downtime`, worst.downtime, many),
    durationFigure(`${name}.detection`, worst.detection, many),
    durationFigure(`${name}.recovery`, worst.recovery, many),
    ratioFigure(`${name}.availability`, availability(points)),
    countFigure(`${name}.lost`, lost),
    countFigure(`${name}.attempts`, attempts),
    ...bondFigures(name, series.bond, rounds),
    ...warningFigures(series, rounds),
    ...(series.group ? [] : modeFigures(name, series.modes, rounds)),
  ]
}

function durationFigure(name: string, measured: Measured | null, extra: {readonly note?: string}): Figure {
  return {
    name,
    value: measured?.value ?? null,
    unit: 'ms',
    low: measured?.low ?? null,
    high: measured?.high ?? null,
    ...extra,
  }
}

function ratioFigure(name: string, value: number | null): Figure {
  return {name, value, unit: 'ratio', low: value, high: value}
}

function countFigure(name: string, value: number): Figure {
  return {name, value, unit: 'count', low: value, high: value}
}

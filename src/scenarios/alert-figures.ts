/** What the rules of alerts did in the course of a drill: how often they fired, how soon, and how soon they were over. */
import type {FieldValue} from '../config/conditions/evaluate.ts'
import type {Figure} from '../core/figures.ts'
import type {Millis} from '../core/units.ts'
import type {AlertMark, AlertSeries} from './series-marks.ts'
import type {TargetSeries} from './series.ts'
import {
  type Disturbance,
  type Round,
  type Span,
  disturbances,
  isInside,
  sinceStart,
  touchesAny,
} from './windows.ts'

export interface AlertQuestion {
  readonly field: string
  readonly rounds: readonly Round[]
  readonly spans: readonly Span[]
  /** Only what disturbances in these did counts; null: of all. */
  readonly only: readonly Span[] | null
}

/** Undefined for a field that alerts don't have, and where no disturbance has made it fire. */
export function alertField({marks}: AlertSeries, {field, rounds, spans, only}: AlertQuestion): FieldValue {
  switch (field) {
    case 'fired':
      return marks.filter(({at, state}) => state === 'firing' && isInside(at, spans)).length
    case 'fires':
      return worst(courses(marks, rounds, only).map(({fires}) => fires))
    case 'resolves':
      return worst(
        courses(marks, rounds, only).flatMap(({fires, resolves}) => (fires === null ? [] : [resolves])),
      )
    default:
      return undefined
  }
}

/** Whether one of its alerts is pending or firing. */
export function isFiring({marks}: AlertSeries): boolean {
  const last = new Map(marks.map(({labels, state}) => [labels, state]))
  return [...last.values()].some((state) => state === 'pending' || state === 'firing')
}

/** How often it fired, and how soon: an evaluation tells what happened at some time since the one before. */
export function alertFigures({info, alert}: TargetSeries, rounds: readonly Round[]): readonly Figure[] {
  if (!alert) return []
  const {fires, resolves} = courseTimes(alert.marks, rounds)
  const fired = alert.marks.filter(({state}) => state === 'firing').length
  return [
    {name: `${info.name}.fired`, value: fired, unit: 'count', low: fired, high: fired},
    figure(`${info.name}.fires`, fires),
    figure(`${info.name}.resolves`, resolves),
  ]
}

/** The longest of what happened. */
export function courseTimes(
  marks: readonly AlertMark[],
  rounds: readonly Round[],
): {readonly fires: Millis | undefined; readonly resolves: Millis | undefined} {
  const all = courses(marks, rounds, null)
  return {
    fires: most(all.flatMap(({fires}) => fires ?? [])),
    resolves: most(all.flatMap(({resolves}) => resolves ?? [])),
  }
}

/** Null: it did not. */
interface Course {
  readonly fires: Millis | null
  readonly resolves: Millis | null
}

/** What each disturbance led to; its consequences reach until the next one begins. */
function courses(
  marks: readonly AlertMark[],
  rounds: readonly Round[],
  only: readonly Span[] | null,
): readonly Course[] {
  return rounds.flatMap((round) => {
    const spans = disturbances(round)
    return spans.flatMap((span, index) =>
      touchesAny(span, only) ? [courseOf(marks, span, spans[index + 1]?.begun ?? round.end)] : [],
    )
  })
}

function courseOf(marks: readonly AlertMark[], span: Disturbance, until: Millis): Course {
  const inside = marks.filter(({at}) => at >= span.begun && at < until)
  const fired = inside.find(({state}) => state === 'firing')
  const over = inside.findLast(({state}) => state === 'resolved')
  const lasts = inside.findLast(({state}) => state === 'firing')
  const isOver = over !== undefined && (lasts === undefined || over.at >= lasts.at)
  return {
    fires: fired ? sinceStart(fired.at, span) : null,
    resolves: fired && isOver ? Math.max(0, over.at - span.to) : null,
  }
}

/** Infinite when one was due and never came: a bound on it is then not met. */
function worst(values: readonly (Millis | null)[]): number | undefined {
  return most(values.map((value) => value ?? Number.POSITIVE_INFINITY))
}

function most(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values)
}

function figure(name: string, value: number | undefined): Figure {
  return {name, value: value ?? null, unit: 'ms', low: value ?? null, high: value ?? null}
}

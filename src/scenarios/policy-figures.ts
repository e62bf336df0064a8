/** What a policy did in the course of a drill: its attempts and waits, what it was kept from, and what it did besides. */
import type {FieldValue} from '../config/conditions/evaluate.ts'
import type {ConnectionState} from '../core/events.ts'
import type {Figure} from '../core/figures.ts'
import {STRATEGY_NAMES, type StrategyName} from '../core/strategy-events.ts'
import type {Millis} from '../core/units.ts'
import type {AttemptMark, TargetSeries} from './series.ts'
import {type Round, type Span, isInside} from './windows.ts'

export interface PolicyQuestion {
  readonly field: string
  readonly rounds: readonly Round[]
  readonly spans: readonly Span[]
}

const STEPS: ReadonlyMap<string, StrategyName> = new Map(
  STRATEGY_NAMES.map((name) => [`strategy.${name}`, name] as const),
)
const FIELDS: ReadonlySet<string> = new Set([
  'attempt.min',
  'attempt.max',
  'wait.min',
  'wait.max',
  'denied',
  'warnings',
  'warned',
  ...STEPS.keys(),
])

export function isPolicyField(field: string): boolean {
  return FIELDS.has(field)
}

/** Of a field for which `isPolicyField` holds. Undefined where nothing of the kind has happened. */
export function policyField(series: TargetSeries, {field, rounds, spans}: PolicyQuestion): FieldValue {
  const count = (marks: readonly Millis[]): number => marks.filter((at) => isInside(at, spans)).length
  switch (field) {
    case 'denied':
      return count(series.denials)
    case 'warnings':
      return count(series.warnings.map(({at}) => at))
    case 'warned':
      return leastWarning(series, rounds)
    case 'attempt.min':
      return least(attemptsIn(series, spans).map(({took}) => took))
    case 'attempt.max':
      return most(attemptsIn(series, spans).map(({took}) => took))
    case 'wait.min':
      return least(waitsIn(series, spans))
    case 'wait.max':
      return most(waitsIn(series, spans))
    default: {
      const strategy = STEPS.get(field)
      return count(series.steps.flatMap((step) => (step.strategy === strategy ? step.at : [])))
    }
  }
}

/** By when they ended: an event comes at the end of what it tells. */
function attemptsIn({attempts}: TargetSeries, spans: readonly Span[]): readonly AttemptMark[] {
  return attempts.filter(({at}) => isInside(at, spans))
}

/** From the end of an attempt in vain to the start of the next, where both are in the same span. */
function waitsIn({attempts}: TargetSeries, spans: readonly Span[]): readonly Millis[] {
  return spans.flatMap((span) => {
    const inside = attempts.filter(({at}) => isInside(at, [span]))
    return inside.flatMap(({at, took}, index) => {
      const before = inside[index - 1]
      return before && !before.ok ? Math.max(0, at - took - before.at) : []
    })
  })
}

/** Only where there was a warning. */
export function warningFigures(series: TargetSeries, rounds: readonly Round[]): readonly Figure[] {
  const {name} = series.info
  const value = series.warnings.filter(({at}) =>
    rounds.some((round) => at >= round.start && at < round.end),
  ).length
  if (value === 0) return []
  const warned = leastWarning(series, rounds) ?? null
  return [
    {name: `${name}.warnings`, value, unit: 'count', low: value, high: value},
    {name: `${name}.warned`, value: warned, unit: 'ms', low: warned, high: warned},
  ]
}

/** What the user of a connection calls broken: lost, or degraded. */
const BAD: ReadonlySet<ConnectionState> = new Set(['degraded', 'reconnecting', 'exhausted', 'failed'])

/**
 * How long before it was lost or degraded it was warned of, by a warning that lasted until then: the least of all times that
 * it was, 0 for one that came without. A warning ends with the loss, which takes it an instant.
 */
function leastWarning({info, states, warnings}: TargetSeries, rounds: readonly Round[]): Millis | undefined {
  const falls = states.filter(
    ({at, from, to}) =>
      BAD.has(to) && !BAD.has(from) && rounds.some(({baselineEnd, end}) => at >= baselineEnd && at < end),
  )
  return least(
    falls.map((fall) => {
      const lasting = warnings.filter(
        ({at, until}) => at <= fall.at && (until === null || until >= fall.at - info.interval),
      )
      return lasting.length === 0 ? 0 : fall.at - Math.min(...lasting.map(({at}) => at))
    }),
  )
}

function least(values: readonly Millis[]): Millis | undefined {
  return values.length === 0 ? undefined : Math.min(...values)
}

function most(values: readonly Millis[]): Millis | undefined {
  return values.length === 0 ? undefined : Math.max(...values)
}

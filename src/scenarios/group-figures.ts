/** The figures that only groups have: which path, how fast it was left, when the preferred one was taken back. */
import type {FieldValue} from '../config/conditions/evaluate.ts'
import type {Figure} from '../core/figures.ts'
import type {Millis} from '../core/units.ts'
import {targetFigures} from './figures.ts'
import {modeFigures} from './mode-figures.ts'
import type {SwitchMark, TargetSeries} from './series.ts'
import {shareFigures} from './share-figures.ts'
import {streamFigures} from './stream-figures.ts'
import {type Round, type Span, disturbances, sinceStart, touchesAny} from './windows.ts'

export interface GroupQuestion {
  readonly field: string
  readonly rounds: readonly Round[]
  readonly spans: readonly Span[]
  /** Only what disturbances in these did counts; null: of all. */
  readonly only: readonly Span[] | null
}

/** Fields that a quorum has: it has no samples of its own. */
const OF_QUORUM = new Set(['state', 'states', 'flaps'])

/** `path` of a group that uses none. */
const NO_PATH = 'none'

/** Undefined: not about groups. Null: the drill can't tell. */
export function groupField(series: TargetSeries, {field, rounds, spans, only}: GroupQuestion): FieldValue {
  const {group} = series
  if (!group) return undefined
  if (group.info.mode === 'quorum') return OF_QUORUM.has(field) ? undefined : null
  switch (field) {
    case 'path': {
      const end = Math.max(...spans.map(({to}) => to))
      const last = group.switches.findLast(({at}) => at <= end)
      return last ? (last.to ?? NO_PATH) : null
    }
    case 'detection':
    case 'failover':
    case 'failback':
      return worst(series, {rounds, only}, field)
    case 'flaps':
      return rounds.reduce((sum, round) => sum + extraSwitches(series, round), 0)
    default:
      return undefined
  }
}

export function groupFigures(series: TargetSeries, rounds: readonly Round[]): readonly Figure[] {
  if (!series.group || series.group.info.mode === 'quorum') return []
  const {name} = series.info
  // A group has no attempts, and comes back by a switch.
  const left = new Set(['detection', 'recovery', 'attempts'].map((field) => `${name}.${field}`))
  const own = (['detection', 'failover', 'failback'] as const).map((field): Figure => {
    const value = worst(series, {rounds, only: null}, field)
    const known = value !== null && Number.isFinite(value) ? value : null
    return {name: `${name}.${field}`, value: known, unit: 'ms', low: known, high: known}
  })
  const shown = targetFigures(series, rounds).filter((figure) => !left.has(figure.name))
  const ofPaths = [...modeFigures(name, series.modes, rounds), ...shareFigures(name, series.shares, rounds)]
  return [...shown, ...own, ...ofPaths, ...streamFigures(name, series.stream, rounds)]
}

interface Impact {
  readonly disturbance: Span
  /** From the start of the disturbance until the path was declared down. */
  readonly detection: Millis | null
  /** From then until another path was active. */
  readonly failover: Millis | null
  /** From the end of the disturbance until the path from before was active again. */
  readonly failback: Millis | null
}

/** The longest; infinite when one was due and never came, null when nothing was. */
function worst(
  series: TargetSeries,
  {rounds, only}: Pick<GroupQuestion, 'rounds' | 'only'>,
  field: 'detection' | 'failover' | 'failback',
): Millis | null {
  const values = rounds
    .flatMap((round) => impactsOf(series, round))
    .filter(({disturbance}) => touchesAny(disturbance, only))
    .map((impact) => impact[field])
  const due = values.filter((value) => value !== null)
  return due.length === 0 ? null : Math.max(...due)
}

/** Of each disturbance that made the group leave its path. */
function impactsOf({group}: TargetSeries, round: Round): readonly Impact[] {
  const switches = group?.switches ?? []
  const spans = disturbances(round)
  return spans.flatMap((span, index): readonly Impact[] => {
    const until = spans[index + 1]?.begun ?? round.end
    const inReach = switches.filter(({at}) => at >= span.begun && at < until)
    const first = inReach.find(isForced)
    if (!first) return []
    const before = switches.findLast(({at}) => at < span.begun)?.to ?? null
    const taken = first.to === null ? inReach.find(({at, to}) => at > first.at && to !== null) : first
    const back = inReach.find(({at, to}) => at > first.at && to === before)
    return [
      {
        disturbance: span,
        detection: sinceStart(first.at - first.took, span),
        failover: taken ? taken.took : Number.POSITIVE_INFINITY,
        failback: back ? Math.max(0, back.at - span.to) : Number.POSITIVE_INFINITY,
      },
    ]
  })
}

function isForced({kind}: SwitchMark): boolean {
  return kind === 'down' || kind === 'quality' || kind === 'all-down'
}

/** Away and back are two for each disturbance; what is more is flapping. */
function extraSwitches({group}: TargetSeries, round: Round): number {
  const made = (group?.switches ?? []).filter(({at}) => at > round.baselineEnd && at < round.end).length
  return Math.max(0, made - 2 * disturbances(round).length)
}

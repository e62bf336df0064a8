/** How much of its budget a service has used: shares of time, in the worst stretch of all rounds. Pure. */
import {type Millis, type Ratio, formatDuration, formatPercent} from '../core/units.ts'
import type {BudgetUse} from '../core/budget-event.ts'
import type {DrillBudget} from './drill-spec.ts'
import type {Point, SeriesByTarget} from './series.ts'
import type {Round, Span} from './windows.ts'

export interface JudgedBudget extends BudgetUse {
  /** Longer than this between two samples, and the share can't be told. */
  readonly coarsest: Millis | null
}

/** Judges each budget by the samples of its target. */
export function judgeBudgets(
  budgets: readonly DrillBudget[],
  {series, rounds}: {readonly series: SeriesByTarget; readonly rounds: readonly Round[]},
): readonly JudgedBudget[] {
  return budgets.map((budget) => {
    const own = series.get(budget.target)
    const points = own?.points ?? []
    const interval = own?.info.interval ?? 0
    if (budget.measure === 'in_a_row') return judgeRow(budget, points, rounds)
    return judgeShare(budget, {points, interval}, rounds)
  })
}

function judgeRow(budget: DrillBudget, points: readonly Point[], rounds: readonly Round[]): JudgedBudget {
  let used = 0
  let seen = 0
  for (const round of rounds) {
    let row = 0
    for (const {sentAt, ok} of points) {
      if (sentAt < round.baselineEnd || sentAt >= round.end) continue
      seen++
      row = ok ? 0 : row + 1
      used = Math.max(used, row)
    }
  }
  const base = {subject: budget.target, text: budget.text, unit: 'count', allowed: budget.allowed} as const
  if (seen === 0) return {...base, used: null, met: null, actual: 'no sample', coarsest: null}
  return {...base, used, met: used <= budget.allowed, actual: `${used} in a row`, coarsest: null}
}

interface Sampled {
  readonly points: readonly Point[]
  readonly interval: Millis
}

function judgeShare(
  budget: DrillBudget,
  {points, interval}: Sampled,
  rounds: readonly Round[],
): JudgedBudget {
  const base = {subject: budget.target, text: budget.text, unit: 'ratio', allowed: budget.allowed} as const
  const isBad = ({ok, rtt}: Point): boolean =>
    !ok || (budget.over !== null && rtt !== null && rtt > budget.over)
  const worst = rounds
    .flatMap((round) => stretchesOf(round, badSpans(points, interval, round, isBad), budget.stretch))
    .toSorted((a, b) => b.share - a.share)[0]
  const seen = points.some(({sentAt}) => rounds.some((round) => sentAt >= round.start && sentAt < round.end))
  if (!worst || !seen) return {...base, used: null, met: null, actual: 'no sample', coarsest: null}
  const {share, bad, length} = worst
  return {
    ...base,
    used: share,
    met: share <= budget.allowed,
    actual: `${formatPercent(share)}: ${formatDuration(bad)} of ${formatDuration(length)}`,
    coarsest: budget.allowed === 0 ? null : (budget.allowed * length) / 10,
  }
}

/** From the first bad sample of a run of them until the next good one: between two samples nobody looked. */
function badSpans(
  points: readonly Point[],
  interval: Millis,
  round: Round,
  isBad: (point: Point) => boolean,
): readonly Span[] {
  const inside = points.filter(({sentAt}) => sentAt >= round.start && sentAt < round.end)
  const spans: Span[] = []
  let from: Millis | null = null
  for (const point of inside) {
    if (isBad(point)) from ??= point.sentAt
    else if (from !== null) {
      spans.push({from, to: point.sentAt})
      from = null
    }
  }
  const last = inside.at(-1)
  if (from !== null && last) spans.push({from, to: Math.min(round.end, last.sentAt + interval)})
  return spans
}

interface Stretch {
  readonly share: Ratio
  readonly bad: Millis
  readonly length: Millis
}

/** Without a length: from the first fault to the end. Else the worst begins with a bad span or ends with one. */
function stretchesOf(round: Round, spans: readonly Span[], length: Millis | null): readonly Stretch[] {
  if (length === null) return [overlap({from: round.baselineEnd, to: round.end}, spans)]
  // In a round that is shorter all is taken for good that was not looked at.
  const latest = Math.max(round.start, round.end - length)
  const starts = [round.start, ...spans.flatMap(({from, to}) => [from, to - length])]
  return starts
    .map((from) => Math.min(latest, Math.max(round.start, from)))
    .map((from) => overlap({from, to: from + length}, spans))
}

function overlap(window: Span, spans: readonly Span[]): Stretch {
  const length = window.to - window.from
  const bad = spans.reduce(
    (sum, {from, to}) => sum + Math.max(0, Math.min(to, window.to) - Math.max(from, window.from)),
    0,
  )
  return {share: length <= 0 ? 0 : bad / length, bad, length}
}

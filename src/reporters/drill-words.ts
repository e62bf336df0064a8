/** Words and numbers that every view of a drill's result shares. */
import type {Verdict} from '../core/exit-codes.ts'
import type {Figure} from '../core/figures.ts'
import {formatDuration, formatPercent} from '../core/units.ts'

/** What each verdict means, in one clause. */
export const VERDICT_MEANINGS: Readonly<Record<Verdict, string>> = {
  pass: 'every fault was proven and every expectation was met',
  fail: 'at least one expectation or budget was not met',
  inconclusive: 'nothing can be concluded about the connection',
  aborted: 'the drill was stopped early; its faults are undone',
  leftovers: 'something of a fault remains on this machine',
  error: 'netdrill itself failed; this says nothing about the connection',
}

/** `api.downtime` as its target and the kind of figure. */
function splitFigureName(name: string): {readonly owner: string; readonly kind: string} {
  const dot = name.lastIndexOf('.')
  return {owner: dot < 0 ? '' : name.slice(0, dot), kind: name.slice(dot + 1)}
}

/** `11.6s ±200ms`; a range where it isn't even; `not observed` for null. */
export function formatFigure({value, unit, low, high}: Omit<Figure, 'name'>): string {
  if (value === null) return 'not observed'
  const one = (number: number): string => formatFigureValue(number, unit)
  if (low === null || high === null || (low === value && high === value)) return one(value)
  const below = value - low
  const above = high - value
  if (Math.abs(below - above) <= Math.abs(above) * 0.01) return `${one(value)} ±${one(above)}`
  return `${one(value)} (${one(low)} to ${one(high)})`
}

export function formatFigureValue(value: number, unit: Figure['unit']): string {
  return unit === 'ms' ? formatDuration(value) : unit === 'ratio' ? formatPercent(value) : String(value)
}

export interface FigureTable {
  /** The kinds in the order of their first appearance: the columns. */
  readonly kinds: readonly string[]
  /** One row per target; null where it has no such figure. */
  readonly rows: readonly {readonly owner: string; readonly cells: readonly (Figure | null)[]}[]
  /** Remarks, each with the name of its figure. */
  readonly notes: readonly string[]
}

/** One row per target and one column per kind of figure. */
export function tabulateFigures(figures: readonly Figure[]): FigureTable {
  const split = figures.map((figure) => ({...splitFigureName(figure.name), figure}))
  const kinds = [...new Set(split.map(({kind}) => kind))]
  const owners = [...new Set(split.map(({owner}) => owner))]
  const rows = owners.map((owner) => ({
    owner,
    cells: kinds.map((kind) => split.find((one) => one.owner === owner && one.kind === kind)?.figure ?? null),
  }))
  const notes = figures.flatMap(({name, note}) => (note === undefined ? [] : [`${name}: ${note}`]))
  return {kinds, rows, notes}
}

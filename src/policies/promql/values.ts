/** What expressions evaluate to, and where the series come from. */
import type {Labels} from '../../core/metrics.ts'
import type {Millis} from '../../core/units.ts'
import type {Matcher} from './expression.ts'

export type {Labels} from '../../core/metrics.ts'

/** One element of an instant vector. The metric's name is the label `__name__`. */
export interface Element {
  readonly labels: Labels
  readonly value: number
}

/** The values of a series within a time, oldest first; never empty. */
export interface Series {
  readonly labels: Labels
  readonly times: readonly Millis[]
  readonly values: readonly number[]
}

export type Value =
  | {readonly type: 'scalar'; readonly value: number}
  | {readonly type: 'vector'; readonly elements: readonly Element[]}

export interface Selection {
  readonly name: string | null
  readonly matchers: readonly Matcher[]
  /** Values taken after `from` and up to `to`. */
  readonly from: Millis
  readonly to: Millis
}

export interface SeriesSource {
  select(selection: Selection): readonly Series[]
}

export const NAME = '__name__'

export function isMatch({op, value, pattern}: Matcher, actual: string): boolean {
  switch (op) {
    case '=':
      return actual === value
    case '!=':
      return actual !== value
    case '=~':
      return pattern?.test(actual) ?? false
    case '!~':
      return !(pattern?.test(actual) ?? false)
  }
}

/** A label that a series doesn't have is empty. */
export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every((matcher) => isMatch(matcher, labels[matcher.label] ?? ''))
}

/** The same for the same labels, in whatever order they were written. */
export function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Only these labels; empty ones are none. */
export function pickLabels(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(names.flatMap((name) => (labels[name] ? [[name, labels[name]]] : [])))
}

export function omitLabels(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)))
}

/** What was computed from a series is no longer that series. */
export function withoutName(labels: Labels): Labels {
  return NAME in labels ? omitLabels(labels, [NAME]) : labels
}

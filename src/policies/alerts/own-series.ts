/** From the names in an expression to the series that a watch has. */
import {suggest} from '../../core/text.ts'
import {type Expression, ExpressionMistake, type VectorSelector} from '../promql/expression.ts'

/** Seconds since a sample or an attempt last succeeded, or since the watch began: the rule's word, not a series. */
export const SINCE_SUCCESS = 'time_since_last_success'
const LAST_SUCCESS = 'netdrill_last_success_timestamp_seconds'

/** The four series of tunnel clients, whatever their prefix: `sssonector_connection_failures_total` is ours. */
const SHARED = [
  'connection_attempts_total',
  'connection_failures_total',
  'retry_attempts_total',
  'connection_latency_seconds_bucket',
  'connection_latency_seconds_sum',
  'connection_latency_seconds_count',
] as const

/** The part of a definition that names need. */
export interface KnownMetric {
  readonly name: string
  readonly kind: 'counter' | 'gauge' | 'histogram'
}

/** Throws `ExpressionMistake` for a series that a watch doesn't have: its alert could never fire. */
export function useOwnSeries(expression: Expression, metrics: readonly KnownMetric[]): Expression {
  const names = metrics.flatMap(seriesNames)
  const known = new Set(names)
  const go = (inner: Expression): Expression => {
    switch (inner.type) {
      case 'number':
        return inner
      case 'vector':
        return inner.name === SINCE_SUCCESS ? sinceSuccess(inner) : renamed(inner, known)
      case 'matrix':
        return {...inner, vector: renamed(inner.vector, known)}
      case 'negate':
      case 'aggregate':
        return {...inner, of: go(inner.of)}
      case 'call':
        return {...inner, args: inner.args.map(go)}
      case 'binary':
        return {...inner, left: go(inner.left), right: go(inner.right)}
    }
  }
  return go(expression)
}

function seriesNames({name, kind}: KnownMetric): readonly string[] {
  return kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
}

function sinceSuccess(selector: VectorSelector): Expression {
  const {span, offset} = selector
  if (offset > 0) throw new ExpressionMistake(`${SINCE_SUCCESS} has no past`, span, ['leave offset out'])
  return {
    type: 'binary',
    op: '-',
    left: {type: 'call', fn: 'time', args: [], span},
    right: {...selector, name: LAST_SUCCESS},
    bool: false,
    matching: {on: false, labels: [], many: null, include: []},
    span,
  }
}

function renamed(selector: VectorSelector, known: ReadonlySet<string>): VectorSelector {
  const name = selector.name === null ? null : ownName(selector.name)
  if (name === null || known.has(name)) return {...selector, name}
  if (name === SINCE_SUCCESS)
    throw new ExpressionMistake(`${SINCE_SUCCESS} has no past to take a range of`, selector.span, [
      `use it by itself, or a range of ${LAST_SUCCESS}`,
    ])
  if (known.has(`${name}_bucket`))
    throw new ExpressionMistake(`${name} is a histogram`, selector.span, [
      `take ${name}_bucket, ${name}_sum or ${name}_count`,
    ])
  const near = suggest(name, known) ?? suggest(`netdrill_${name}`, known)
  throw new ExpressionMistake(`a watch has no series ${name}`, selector.span, [
    ...(near === null ? [] : [`did you mean ${near}?`]),
    'docs/monitor.md lists all series',
  ])
}

function ownName(name: string): string {
  const shared = SHARED.find((end) => name === end || name.endsWith(`_${end}`))
  return shared === undefined ? name : `netdrill_${shared}`
}

/** How an expression reads in a rule file for Prometheus: with our names, the rest as it was written. */
export function exportText(text: string, written: Expression): string {
  const edits = selectorNames(written).flatMap(({name, at}) => {
    const own = ownName(name)
    return own === name || !text.startsWith(name, at) ? [] : [{at, from: name, to: own}]
  })
  return edits
    .toSorted((a, b) => b.at - a.at)
    .reduce((result, {at, from, to}) => result.slice(0, at) + to + result.slice(at + from.length), text)
}

function selectorNames(expression: Expression): readonly {readonly name: string; readonly at: number}[] {
  switch (expression.type) {
    case 'number':
      return []
    case 'vector':
      return expression.name === null ? [] : [{name: expression.name, at: expression.span.from}]
    case 'matrix':
      return selectorNames(expression.vector)
    case 'negate':
    case 'aggregate':
      return selectorNames(expression.of)
    case 'call':
      return expression.args.flatMap(selectorNames)
    case 'binary':
      return [...selectorNames(expression.left), ...selectorNames(expression.right)]
  }
}

/** Whether a rule file has to record `time_since_last_success` first. */
export function usesSinceSuccess(written: Expression): boolean {
  return selectorNames(written).some(({name}) => name === SINCE_SUCCESS)
}

/** Many elements to one per group. */
import type {AggregateExpression, Aggregation} from './expression.ts'
import {greatest, least} from './over-time.ts'
import {type Element, type Labels, NAME, keyOf, omitLabels, pickLabels} from './values.ts'

export function aggregate(
  {op, by, labels: names}: Pick<AggregateExpression, 'op' | 'by' | 'labels'>,
  elements: readonly Element[],
): readonly Element[] {
  const groups = new Map<string, {readonly labels: Labels; readonly values: number[]}>()
  for (const {labels, value} of elements) {
    const kept = by ? pickLabels(labels, names) : omitLabels(labels, [NAME, ...names])
    const key = keyOf(kept)
    const group = groups.get(key)
    if (group) group.values.push(value)
    else groups.set(key, {labels: kept, values: [value]})
  }
  return [...groups.values()].map(({labels, values}) => ({labels, value: COMBINE[op](values)}))
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const COMBINE: Readonly<Record<Aggregation, (values: readonly number[]) => number>> = {
  sum,
  avg: (values) => sum(values) / values.length,
  min: least,
  max: greatest,
  count: (values) => values.length,
}

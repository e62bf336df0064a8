/** Series for tests of expressions, and results in short lines. */
import {loadPromql} from '../../src/config/promql/parse.ts'
import {evaluate} from '../../src/policies/promql/evaluate.ts'

import {type Labels, type Series, type SeriesSource, matchesAll} from '../../src/policies/promql/values.ts'

const parseExpression = await loadPromql()

export interface WrittenSeries {
  readonly name: string
  readonly labels?: Labels
  /** One per step from zero on; null where none was taken. */
  readonly values: readonly (number | null)[]
}

const STEP = 60_000

/** Values taken every minute from zero on. */
function sourceOf(all: readonly WrittenSeries[], step = STEP): SeriesSource {
  return {
    select: ({name, matchers, from, to}) =>
      all.flatMap(({name: own, labels: rest = {}, values}): readonly Series[] => {
        const labels = {__name__: own, ...rest}
        if ((name !== null && name !== own) || !matchesAll(matchers, labels)) return []
        const taken = values.flatMap((value, index) => {
          const time = index * step
          return value !== null && time > from && time <= to ? [{time, value}] : []
        })
        if (taken.length === 0) return []
        return [{labels, times: taken.map(({time}) => time), values: taken.map(({value}) => value)}]
      }),
  }
}

export function evaluateText(
  text: string,
  series: readonly WrittenSeries[],
  at: number,
  epoch = 1_000_000,
): readonly string[] {
  const value = evaluate(parseExpression(text), {source: sourceOf(series), at, epoch})
  if (value.type === 'scalar') return [`${value.value}`]
  return value.elements
    .map(({labels, value: number}) => {
      const {__name__: name = '', ...rest} = labels
      const pairs = Object.entries(rest).map(([label, text]) => `${label}=${text}`)
      return `${name}{${pairs.toSorted().join(',')}} ${Number(number.toPrecision(12))}`
    })
    .toSorted()
}

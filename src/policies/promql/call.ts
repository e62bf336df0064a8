/** Function calls. */
import {distinct} from './distinct.ts'
import type {Evaluator} from './evaluator.ts'
import type {Expression, Matcher} from './expression.ts'
import {
  RANGE_FUNCTIONS,
  type SpecialFunction,
  VALUE_FUNCTIONS,
  isRangeFunction,
  isValueFunction,
} from './functions.ts'
import {histogramQuantile} from './histogram-quantile.ts'
import {type OverTime, predictLinear} from './over-time.ts'
import {type Element, type Labels, type Value, withoutName} from './values.ts'

type Call = Extract<Expression, {type: 'call'}>

export function callFunction({fn, args, span}: Call, evaluator: Evaluator): Value {
  const [first, second] = args
  if (isRangeFunction(fn))
    return overTime(RANGE_FUNCTIONS[fn], first, {evaluator, keepName: fn === 'last_over_time'})
  if (isValueFunction(fn)) {
    const compute: (value: number, extra?: number) => number = VALUE_FUNCTIONS[fn]
    const extra = second ? evaluator.scalar(second) : undefined
    return eachOf(first, evaluator, (value) => compute(value, extra))
  }
  return special(fn, {type: 'call', fn, args, span}, evaluator)
}

function special(fn: SpecialFunction, {args}: Call, evaluator: Evaluator): Value {
  const [first, second] = args
  switch (fn) {
    case 'time':
      return {type: 'scalar', value: evaluator.instant.epoch + evaluator.instant.at / 1000}
    case 'vector':
      return vector([{labels: {}, value: first ? evaluator.scalar(first) : Number.NaN}])
    case 'scalar': {
      const elements = first ? evaluator.vector(first) : []
      return {type: 'scalar', value: elements.length === 1 ? (elements[0]?.value ?? Number.NaN) : Number.NaN}
    }
    case 'absent':
      return absent(first, (first ? evaluator.vector(first) : []).length)
    case 'absent_over_time':
      return absent(first, (first ? evaluator.windows(first) : []).length)
    case 'timestamp':
      return timestamp(first, evaluator)
    case 'predict_linear':
      return overTime(predictLinear(second ? evaluator.scalar(second) : 0), first, {
        evaluator,
        keepName: false,
      })
    case 'histogram_quantile':
      return vector(
        histogramQuantile(
          first ? evaluator.scalar(first) : Number.NaN,
          second ? evaluator.vector(second) : [],
        ),
      )
  }
}

function vector(elements: readonly Element[]): Value {
  return {type: 'vector', elements}
}

interface OverTimeOptions {
  readonly evaluator: Evaluator
  readonly keepName: boolean
}

function overTime(
  compute: OverTime,
  range: Expression | undefined,
  {evaluator, keepName}: OverTimeOptions,
): Value {
  const elements = (range ? evaluator.windows(range) : []).flatMap(({labels, window}) => {
    const value = compute(window)
    return value === null ? [] : [{labels: keepName ? labels : withoutName(labels), value}]
  })
  return vector(keepName ? elements : distinct(elements))
}

function eachOf(
  argument: Expression | undefined,
  evaluator: Evaluator,
  compute: (value: number) => number,
): Value {
  const elements = argument ? evaluator.vector(argument) : []
  return vector(
    distinct(elements.map(({labels, value}) => ({labels: withoutName(labels), value: compute(value)}))),
  )
}

/** Of a selected series when it was taken, of anything computed now. */
function timestamp(argument: Expression | undefined, evaluator: Evaluator): Value {
  if (argument?.type === 'vector')
    return vector(
      distinct(evaluator.times(argument).map(({labels, value}) => ({labels: withoutName(labels), value}))),
    )
  const now = evaluator.instant.epoch + evaluator.instant.at / 1000
  return eachOf(argument, evaluator, () => now)
}

/** One element with the labels that the selector fixes. */
function absent(argument: Expression | undefined, found: number): Value {
  if (found > 0) return vector([])
  const selector = argument?.type === 'matrix' ? argument.vector : argument
  const labels = selector?.type === 'vector' ? fixedLabels(selector.matchers) : {}
  return vector([{labels, value: 1}])
}

function fixedLabels(matchers: readonly Matcher[]): Labels {
  const count = (label: string): number => matchers.filter((matcher) => matcher.label === label).length
  return Object.fromEntries(
    matchers.flatMap(({label, op, value}) =>
      op === '=' && value !== '' && count(label) === 1 ? [[label, value]] : [],
    ),
  )
}

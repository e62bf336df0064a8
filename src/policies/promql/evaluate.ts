/** Evaluates an expression at one instant. */
import type {Millis} from '../../core/units.ts'
import {aggregate} from './aggregate.ts'
import {evaluateBinary} from './binary.ts'
import {callFunction} from './call.ts'
import {distinct} from './distinct.ts'
import {type Evaluator, type Instant, STALENESS} from './evaluator.ts'
import type {Expression, MatrixSelector, VectorSelector} from './expression.ts'
import {type Element, type Value, withoutName} from './values.ts'

/** Throws `EvaluationFailure` when series can't be matched; the types of the expression have been checked. */
export function evaluate(expression: Expression, instant: Instant): Value {
  const evaluator: Evaluator = {
    instant,
    value: (inner) => valueOf(inner, evaluator),
    vector: (inner) => {
      const value = valueOf(inner, evaluator)
      return value.type === 'vector' ? value.elements : []
    },
    scalar: (inner) => {
      const value = valueOf(inner, evaluator)
      return value.type === 'scalar' ? value.value : Number.NaN
    },
    windows: (inner) => (inner.type === 'matrix' ? windowsOf(inner, instant) : []),
    times: (selector) => newest(selector, instant, (times) => times / 1000 + instant.epoch),
  }
  return valueOf(expression, evaluator)
}

function valueOf(expression: Expression, evaluator: Evaluator): Value {
  switch (expression.type) {
    case 'number':
      return {type: 'scalar', value: expression.value}
    case 'vector':
      return {type: 'vector', elements: newest(expression, evaluator.instant, (_, value) => value)}
    case 'negate':
      return negate(evaluator.value(expression.of))
    case 'call':
      return callFunction(expression, evaluator)
    case 'aggregate':
      return {type: 'vector', elements: aggregate(expression, evaluator.vector(expression.of))}
    case 'binary':
      return evaluateBinary(expression, evaluator)
    case 'matrix':
      throw new Error('a range has no value of its own')
  }
}

function newest(
  {name, matchers, offset}: VectorSelector,
  {source, at}: Instant,
  pick: (time: Millis, value: number) => number,
): readonly Element[] {
  const to = at - offset
  return source.select({name, matchers, from: to - STALENESS, to}).map(({labels, times, values}) => ({
    labels,
    value: pick(times.at(-1) ?? to, values.at(-1) ?? Number.NaN),
  }))
}

function windowsOf({vector, range}: MatrixSelector, {source, at}: Instant): ReturnType<Evaluator['windows']> {
  const {name, matchers, offset} = vector
  const to = at - offset
  const from = to - range
  return source
    .select({name, matchers, from, to})
    .map(({labels, times, values}) => ({labels, window: {times, values, from, to, now: at}}))
}

function negate(value: Value): Value {
  if (value.type === 'scalar') return {type: 'scalar', value: -value.value}
  const elements = value.elements.map((element) => ({
    labels: withoutName(element.labels),
    value: -element.value,
  }))
  return {type: 'vector', elements: distinct(elements)}
}

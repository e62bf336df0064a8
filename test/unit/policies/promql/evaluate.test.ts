import {describe, expect, it} from 'vitest'
import {EvaluationFailure} from '../../../../src/policies/promql/distinct.ts'
import {type WrittenSeries, evaluateText} from '../../../support/promql.ts'

const MINUTE = 60_000

/** Ten minutes of two targets, `a` failing once a minute, `b` never. */
const FAILURES: readonly WrittenSeries[] = [
  {name: 'failures_total', labels: {target: 'a', code: 'X'}, values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]},
  {name: 'failures_total', labels: {target: 'b', code: 'X'}, values: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]},
  {name: 'attempts_total', labels: {target: 'a'}, values: [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]},
  {name: 'attempts_total', labels: {target: 'b'}, values: [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]},
]
const at = (text: string, series = FAILURES, time = 10 * MINUTE): readonly string[] =>
  evaluateText(text, series, time)

describe('rate and increase', () => {
  it('extrapolate to the edges of the range', () => {
    expect(at('increase(failures_total[5m])')).toEqual(['{code=X,target=a} 5', '{code=X,target=b} 0'])
    expect(at('rate(failures_total{target="a"}[5m])')).toEqual(['{code=X,target=a} 0.0166666666667'])
  })

  it('add what a counter had reached before it began anew', () => {
    const reset = [{name: 'c', values: [0, 10, 20, 3, 6]}]
    expect(evaluateText('increase(c[5m])', reset, 4 * MINUTE)).toEqual(['{} 26'])
  })

  it('do not reach back beyond zero', () => {
    // 1 at minute 4, growing 10 a minute: it was zero only 6 s before, not half a minute.
    const young = [{name: 'c', values: [null, null, null, null, 1, 11, 21]}]
    expect(evaluateText('increase(c[10m])', young, 6 * MINUTE)).toEqual(['{} 21'])
  })

  it('add half a distance where the series ends inside the range', () => {
    const young = [{name: 'c', values: [null, null, null, null, 100, 110, 120]}]
    expect(evaluateText('increase(c[10m])', young, 6 * MINUTE)).toEqual(['{} 25'])
  })

  it('say nothing of a single value', () => {
    expect(evaluateText('rate(c[30s])', [{name: 'c', values: [1, 2, 3]}], 2 * MINUTE)).toEqual([])
  })

  it('delta goes down as well, and knows no reset', () => {
    expect(evaluateText('delta(g[3m])', [{name: 'g', values: [9, 8, 6, 5]}], 3 * MINUTE)).toEqual(['{} -4.5'])
  })

  it('irate and idelta look at the last two values', () => {
    const series = [{name: 'c', values: [0, 100, 103]}]
    expect(evaluateText('irate(c[5m])', series, 2 * MINUTE)).toEqual(['{} 0.05'])
    expect(evaluateText('idelta(c[5m])', series, 2 * MINUTE)).toEqual(['{} 3'])
    expect(evaluateText('irate(c[5m])', [{name: 'c', values: [9, 3]}], MINUTE)).toEqual(['{} 0.05'])
  })
})

describe('functions over time', () => {
  const series = [{name: 'g', labels: {t: 'x'}, values: [4, 2, 2, 6, 1]}]
  it.each([
    ['avg_over_time(g[4m])', '{t=x} 2.75'],
    ['min_over_time(g[4m])', '{t=x} 1'],
    ['max_over_time(g[4m])', '{t=x} 6'],
    ['sum_over_time(g[4m])', '{t=x} 11'],
    ['count_over_time(g[4m])', '{t=x} 4'],
    ['last_over_time(g[4m])', 'g{t=x} 1'],
    ['present_over_time(g[4m])', '{t=x} 1'],
    ['changes(g[5m])', '{t=x} 3'],
    ['resets(g[5m])', '{t=x} 2'],
    ['count_over_time(g[2m] offset 2m)', '{t=x} 2'],
    ['deriv(g[2m])', `{t=x} ${Number((-5 / 60).toPrecision(12))}`],
    ['predict_linear(g[2m], 60)', '{t=x} -4'],
    ['avg_over_time(g[1m])', '{t=x} 1'],
  ])('%s', (text, result) => {
    expect(evaluateText(text, series, 4 * MINUTE)).toEqual([result])
  })
})

describe('series that are there', () => {
  it('are those of the last five minutes', () => {
    const series = [{name: 'g', values: [1]}]
    expect(evaluateText('g', series, 4 * MINUTE)).toEqual(['g{} 1'])
    expect(evaluateText('g', series, 5 * MINUTE)).toEqual([])
  })

  it('absent gives the labels that the selector fixes', () => {
    expect(at('absent(nothing{target="a",code=~"X.*",x=""})')).toEqual(['{target=a} 1'])
    expect(at('absent(failures_total)')).toEqual([])
    expect(at('absent_over_time(nothing{target="a"}[5m])')).toEqual(['{target=a} 1'])
    expect(at('absent(sum(nothing))')).toEqual(['{} 1'])
  })

  it('match by equality and by patterns of the whole value', () => {
    expect(at('attempts_total{target=~"a|c"}')).toEqual(['attempts_total{target=a} 20'])
    expect(at('attempts_total{target!="a"}')).toEqual(['attempts_total{target=b} 20'])
    expect(at('attempts_total{target=~"."} - 0')).toHaveLength(2)
    expect(at('{__name__=~"fail.*",target="b"}')).toEqual(['failures_total{code=X,target=b} 0'])
    expect(at('attempts_total{code=""}')).toHaveLength(2)
  })

  it('know when they were taken', () => {
    expect(at('timestamp(attempts_total{target="a"})')).toEqual(['{target=a} 1000600'])
    expect(at('time() - timestamp(attempts_total{target="a"})')).toEqual(['{target=a} 0'])
  })
})

describe('operators', () => {
  it('a comparison keeps what it holds for; bool says 0 or 1', () => {
    expect(at('failures_total > 5')).toEqual(['failures_total{code=X,target=a} 10'])
    expect(at('5 < failures_total')).toEqual(['failures_total{code=X,target=a} 10'])
    expect(at('failures_total > bool 5')).toEqual(['{code=X,target=a} 1', '{code=X,target=b} 0'])
    expect(at('1 > bool 2')).toEqual(['0'])
  })

  it('arithmetic drops the name', () => {
    expect(at('attempts_total{target="a"} * 2 ^ 2 - 1')).toEqual(['{target=a} 79'])
    expect(at('-attempts_total{target="a"} % 7')).toEqual(['{target=a} -6'])
    expect(at('7 % 4')).toEqual(['3'])
  })

  it('vectors are matched by their labels, or by those that are named', () => {
    const ratio = 'failures_total / ignoring(code) attempts_total'
    expect(at(ratio)).toEqual(['{target=a} 0.5', '{target=b} 0'])
    expect(at('failures_total / on(target) attempts_total > 0.4')).toEqual(['{target=a} 0.5'])
    expect(at('failures_total / attempts_total')).toEqual([])
  })

  it('one side may have many, and takes labels over', () => {
    const more = [
      ...FAILURES,
      {name: 'failures_total', labels: {target: 'a', code: 'Y'}, values: Array<number>(11).fill(4)},
    ]
    expect(at('failures_total / on(target) group_left attempts_total', more)).toEqual([
      '{code=X,target=a} 0.5',
      '{code=X,target=b} 0',
      '{code=Y,target=a} 0.2',
    ])
    expect(at('attempts_total * on(target) group_left(code) failures_total')).toEqual([
      '{code=X,target=a} 200',
      '{code=X,target=b} 0',
    ])
    expect(at('attempts_total / on(target) group_right failures_total{target="a"}', more)).toHaveLength(2)
    expect(() => at('failures_total / on(target) attempts_total', more)).toThrow(EvaluationFailure)
    expect(() => at('attempts_total / on(target) failures_total', more)).toThrow(
      /several series on the right side/,
    )
    // Only what stays has to be unambiguous.
    expect(at('failures_total > on(target) attempts_total', more)).toEqual([])
  })

  it('and, or, unless', () => {
    expect(at('attempts_total and on(target) failures_total > 0')).toEqual(['attempts_total{target=a} 20'])
    expect(at('attempts_total unless on(target) (failures_total > 0)')).toEqual([
      'attempts_total{target=b} 20',
    ])
    expect(at('failures_total > 0 or attempts_total')).toEqual([
      'attempts_total{target=a} 20',
      'attempts_total{target=b} 20',
      'failures_total{code=X,target=a} 10',
    ])
    expect(at('failures_total > 0 or on(target) attempts_total')).toEqual([
      'attempts_total{target=b} 20',
      'failures_total{code=X,target=a} 10',
    ])
  })

  it('refuses results that can not be told apart', () => {
    expect(() =>
      at('rate({__name__=~".*_total",code=""}[5m]) + on() group_left rate(attempts_total[5m])'),
    ).toThrow(EvaluationFailure)
    const two = [
      {name: 'x', labels: {t: '1'}, values: [1]},
      {name: 'y', labels: {t: '1'}, values: [2]},
    ]
    expect(() => evaluateText('abs({t="1"})', two, 0)).toThrow(/several series have the labels {t="1"}/)
  })
})

describe('aggregation', () => {
  it('by and without', () => {
    expect(at('sum by (target) (failures_total)')).toEqual(['{target=a} 10', '{target=b} 0'])
    expect(at('sum(failures_total) without (code, target)')).toEqual(['{} 10'])
    expect(at('max(attempts_total)')).toEqual(['{} 20'])
    expect(at('min(failures_total)')).toEqual(['{} 0'])
    expect(at('avg(failures_total)')).toEqual(['{} 5'])
    expect(at('count(failures_total > 3)')).toEqual(['{} 1'])
    expect(at('sum(nothing)')).toEqual([])
  })
})

describe('the rest', () => {
  it('rounds, clamps and converts', () => {
    const g = [{name: 'g', values: [2.5]}]
    expect(evaluateText('round(g)', g, 0)).toEqual(['{} 3'])
    expect(evaluateText('round(g, 2)', g, 0)).toEqual(['{} 2'])
    expect(evaluateText('floor(-g)', g, 0)).toEqual(['{} -3'])
    expect(evaluateText('ceil(g) + sqrt(abs(-g - 1.5))', g, 0)).toEqual(['{} 5'])
    expect(evaluateText('clamp_max(clamp_min(g, 3), 10)', g, 0)).toEqual(['{} 3'])
    expect(evaluateText('scalar(g) + 1', g, 0)).toEqual(['3.5'])
    expect(evaluateText('scalar(nothing)', g, 0)).toEqual(['NaN'])
    expect(evaluateText('vector(time())', g, MINUTE)).toEqual(['{} 1000060'])
  })

  it('takes quantiles from buckets', () => {
    const bucket = (le: string, count: number): WrittenSeries => ({
      name: 'h_bucket',
      labels: {target: 'a', le},
      values: [count],
    })
    const buckets = [bucket('0.1', 5), bucket('0.5', 9), bucket('1', 10), bucket('+Inf', 10)]
    expect(evaluateText('histogram_quantile(0.5, h_bucket)', buckets, 0)).toEqual(['{target=a} 0.1'])
    expect(evaluateText('histogram_quantile(0.7, h_bucket)', buckets, 0)).toEqual(['{target=a} 0.3'])
    expect(evaluateText('histogram_quantile(1, h_bucket)', buckets, 0)).toEqual(['{target=a} 1'])
    expect(evaluateText('histogram_quantile(0.9, h_bucket{le=~"0.1|[+]Inf"})', buckets, 0)).toEqual([
      '{target=a} 0.1',
    ])
    expect(evaluateText('histogram_quantile(2, h_bucket)', buckets, 0)).toEqual(['{target=a} Infinity'])
    expect(evaluateText('histogram_quantile(0.5, h_bucket{le="1"})', buckets, 0)).toEqual(['{target=a} NaN'])
  })
})

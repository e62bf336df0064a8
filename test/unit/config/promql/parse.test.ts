import {describe, expect, it} from 'vitest'
import {ExpressionMistake} from '../../../../src/policies/promql/expression.ts'
import {loadPromql} from '../../../../src/config/promql/parse.ts'

const parseExpression = await loadPromql()

/** The message, the part of the text it is about, and the advice. */
function mistake(text: string): string {
  try {
    parseExpression(text)
  } catch (error) {
    if (!(error instanceof ExpressionMistake)) throw error
    const {message, span, advice} = error
    return `${message} | ${text.slice(span.from, span.to)} | ${advice[0] ?? ''}`
  }
  return 'fine'
}

describe('reading PromQL', () => {
  it('reads a rate with a threshold', () => {
    expect(parseExpression('rate(netdrill_errors_total{target="api"}[5m]) > 0.1')).toMatchObject({
      type: 'binary',
      op: '>',
      bool: false,
      left: {
        type: 'call',
        fn: 'rate',
        args: [{type: 'matrix', range: 300_000, vector: {name: 'netdrill_errors_total'}}],
      },
      right: {type: 'number', value: 0.1},
    })
  })

  it.each([
    ['a[1h30m]', 5_400_000],
    ['a[90s]', 90_000],
    ['a[250ms]', 250],
    ['a[2d]', 172_800_000],
    ['a[1w]', 604_800_000],
  ])('reads the range of %s', (text, range) => {
    expect(parseExpression(`rate(${text})`)).toMatchObject({args: [{range}]})
  })

  it.each([
    ['1e3', 1000],
    ['-5', -5],
    ['0x1F', 31],
    ['Inf', Number.POSITIVE_INFINITY],
    ['5m', 300],
  ])('reads the number %s', (text, value) => {
    expect(parseExpression(`a > ${text}`)).toMatchObject({right: {type: 'number', value}})
  })

  it('reads matchers with their quotes and escapes', () => {
    const {matchers} = parseExpression('a{b="x\\"y", c!=\'z\', d=~`a\\.b`, e!~"f|g",}') as never as {
      matchers: readonly {value: string; pattern: RegExp | null}[]
    }
    expect(matchers.map(({value}) => value)).toEqual(['x"y', 'z', 'a\\.b', 'f|g'])
    expect(matchers.map(({pattern}) => pattern?.test('a.b') ?? null)).toEqual([null, null, true, false])
  })

  it('takes the offset into the series', () => {
    expect(parseExpression('rate(a[5m] offset 1h)')).toMatchObject({args: [{vector: {offset: 3_600_000}}]})
  })

  it('binds as Prometheus does: unless before or, powers to the right, minus after powers', () => {
    expect(parseExpression('a or b unless c')).toMatchObject({op: 'or', right: {op: 'unless'}})
    expect(parseExpression('2 ^ 3 ^ 2 + a')).toMatchObject({left: {right: {op: '^'}}})
    expect(parseExpression('-a ^ 2')).toMatchObject({type: 'negate', of: {op: '^'}})
  })

  it('reads how two vectors are matched', () => {
    expect(parseExpression('a / on(target) group_left(code) b')).toMatchObject({
      matching: {on: true, labels: ['target'], many: 'left', include: ['code']},
    })
    expect(parseExpression('a and ignoring(code) b')).toMatchObject({
      matching: {on: false, labels: ['code'], many: null},
    })
  })

  it.each([
    ['', 'the expression is empty'],
    ['a > ', 'the expression ends too early'],
    ['a[5m', 'the expression ends before its ]'],
    ['(a', 'the expression ends before its )'],
    ['a > > 1', '">" is not expected here | >'],
    ['a b', '"b" is not expected here | b'],
    ['rat(a[5m])', 'there is no function rat() | rat | did you mean rate?'],
    ['stddev_over_time(a[5m])', 'netdrill does not evaluate stddev_over_time() | stddev_over_time'],
    ['topk(3, a)', 'netdrill does not evaluate topk() | topk | it knows sum, avg'],
    ['a[5m:1m]', 'subqueries are not evaluated | a[5m:1m]'],
    ['a @ 5', 'netdrill does not evaluate this (StepInvariantExpr)'],
    ['a atan2 b', 'netdrill does not evaluate atan2 | atan2'],
    ['rate(a[5])', '"5" is not a duration | 5 | write one such as 30s'],
    ['rate(a[0s])', 'the range has no length | a[0s]'],
    ['rate(a[5m+1m])', 'a duration is one figure'],
    ['a[5m]', 'a range of values is no condition | a[5m] | put it into a function'],
    ['a[5m] > 1', 'nothing can be computed with a range | a[5m]'],
    ['rate(a)', 'rate takes a range such as metric[5m], not a vector | a | add a range'],
    ['rate(sum(a)[5m])', 'a range can only be taken of a series'],
    ['abs(1)', 'abs takes a vector, not a number | 1 | vector(1)'],
    ['sum(1)', 'sum takes a vector, not a number | 1 | vector(1)'],
    ['sum(a, b)', 'sum takes one vector'],
    ['rate(a[5m], 1)', 'rate takes 1 argument, not 2'],
    ['1 > 2', 'numbers are compared with bool | 1 > 2 | write > bool'],
    ['a + bool 1', 'bool only goes with comparisons, not with +'],
    ['a and 1', 'and stands between two vectors'],
    ['a + on(x) 1', 'on and ignoring only go between two vectors'],
    ['a and on(x) group_left() b', 'group_left does not go with and'],
    ['a / on(x) group_left(x) b', 'x can not be in on and in group_left'],
    ['{a=""}', 'this takes every series there is'],
    ['a{b=~"("}', '"(" is not a regular expression | "("'],
    ['a{b="x}', 'the text has no closing quote'],
    ['"x"', 'a text is no value here'],
    ['{"a b"="x"}', 'names in quotes are not supported'],
    ['a > fill(1) b', 'fill is not supported | fill(1)'],
    ['# nothing', 'only a comment is here'],
  ])('says what is wrong with %s', (text, words) => {
    const told = mistake(text)
    expect(told.includes(words) || told.startsWith(words), told).toBe(true)
  })
})

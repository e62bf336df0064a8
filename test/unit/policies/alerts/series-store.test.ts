import {describe, expect, it} from 'vitest'
import type {VectorSelector} from '../../../../src/policies/promql/expression.ts'
import {MOST_VALUES, SeriesStore} from '../../../../src/policies/alerts/series-store.ts'

const all: VectorSelector = {type: 'vector', name: 'm_total', matchers: [], offset: 0, span: {from: 0, to: 1}}

/** Scrapes every second for ten seconds. */
function store(): SeriesStore {
  const made = new SeriesStore([])
  made.configure({selectors: [all], retention: 8000, interval: 1000})
  return made
}

const valuesAt = (made: SeriesStore, from: number, to: number): readonly (readonly number[])[] =>
  made.select({name: 'm_total', matchers: [], from, to}).map(({values}) => values)

describe('the store of series', () => {
  it('keeps what was at each scrape, for as long as is looked back', () => {
    const made = store()
    for (let at = 0; at < 30; at++) {
      made.add('m_total', 1, {target: 'a'})
      made.scrape(at * 1000)
    }
    expect(valuesAt(made, 25_000, 29_000)).toEqual([[27, 28, 29, 30]])
    expect(valuesAt(made, -1, 29_000)).toEqual([[21, 22, 23, 24, 25, 26, 27, 28, 29, 30]])
  })

  it('knows that a series was not there before', () => {
    const made = store()
    made.scrape(0)
    made.add('m_total', 0, {target: 'a'})
    made.scrape(1000)
    expect(valuesAt(made, -1, 1000)).toEqual([[0]])
  })

  it('keeps no series that nobody reads', () => {
    const made = store()
    made.set('g', 1, {target: 'a'})
    made.scrape(0)
    expect(made.select({name: 'g', matchers: [], from: -1, to: 0})).toEqual([])
  })

  it('forgets those of a target', () => {
    const made = store()
    for (const target of ['a', 'b']) made.add('m_total', 1, {target})
    made.scrape(0)
    made.forget('target', 'a')
    expect(
      made.select({name: 'm_total', matchers: [], from: -1, to: 0}).map(({labels}) => labels['target']),
    ).toEqual(['b'])
  })

  it('begins anew with another interval, and goes on with another range', () => {
    const made = store()
    made.add('m_total', 1, {target: 'a'})
    made.scrape(0)
    made.configure({selectors: [all], retention: 20_000, interval: 1000})
    expect(valuesAt(made, -1, 0)).toEqual([[1]])
    made.configure({selectors: [all], retention: 20_000, interval: 2000})
    expect(valuesAt(made, -1, 0)).toEqual([])
  })

  it('is bounded, and counts what finds no room', () => {
    const made = new SeriesStore([])
    made.configure({selectors: [all], retention: 999_998, interval: 1})
    const fit = Math.floor(MOST_VALUES / 1_000_000)
    for (let number = 0; number < fit + 2; number++) made.add('m_total', 1, {target: String(number)})
    expect(made.refused).toBe(2)
    made.scrape(0)
    expect(valuesAt(made, -1, 0)).toHaveLength(fit)
  })
})

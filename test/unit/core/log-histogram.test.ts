import {describe, expect, it} from 'vitest'
import {LogHistogram} from '../../../src/core/log-histogram.ts'
import {seededRandom} from '../../../src/core/random.ts'
import {percentile} from '../../../src/core/statistics.ts'

describe('a histogram of durations', () => {
  it('gives percentiles within one percent of the exact ones, whatever the spread', () => {
    const random = seededRandom(5)
    const values = Array.from({length: 5000}, () => 10 ** (random.next() * 8 - 3))
    const histogram = new LogHistogram()
    for (const value of values) histogram.add(value)
    const ascending = values.toSorted((a, b) => a - b)
    for (const p of [0, 1, 50, 90, 95, 99, 100]) {
      const ratio = (histogram.percentile(p) ?? 0) / percentile(ascending, p)
      expect(ratio).toBeGreaterThan(0.99)
      expect(ratio).toBeLessThan(1.0101)
    }
    expect(histogram.count).toBe(5000)
    expect(histogram.average).toBeCloseTo(values.reduce((sum, value) => sum + value) / 5000, 6)
  })

  it('never goes beyond what it has seen', () => {
    const histogram = new LogHistogram()
    histogram.add(7.77)
    expect([histogram.percentile(0), histogram.percentile(100), histogram.min, histogram.max]).toEqual([
      7.77, 7.77, 7.77, 7.77,
    ])
  })

  it('says nothing about nothing', () => {
    const {average, min, max, count} = new LogHistogram()
    expect({average, min, max, count}).toEqual({average: null, min: null, max: null, count: 0})
    expect(new LogHistogram().percentile(50)).toBeNull()
  })

  it('takes a duration of zero', () => {
    const histogram = new LogHistogram()
    histogram.add(0)
    expect(histogram.percentile(50)).toBe(0)
  })
})

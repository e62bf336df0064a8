import {describe, expect, it} from 'vitest'
import {
  interarrivalJitter,
  lossRatio,
  percentile,
  proportionInterval,
  rttStatistics,
} from '../../../src/core/statistics.ts'

describe('rttStatistics', () => {
  it('is null for no values', () => {
    expect(rttStatistics([])).toBeNull()
  })

  it('gives every figure of a single value as that value, without spread', () => {
    expect(rttStatistics([7])).toEqual({
      min: 7,
      avg: 7,
      p50: 7,
      p90: 7,
      p95: 7,
      p99: 7,
      max: 7,
      stddev: 0,
      jitter: 0,
    })
  })

  it('uses nearest-rank percentiles and the sample standard deviation', () => {
    const stats = rttStatistics([10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
    expect(stats).toMatchObject({min: 10, avg: 55, p50: 50, p90: 90, p95: 100, p99: 100, max: 100})
    expect(stats?.stddev).toBeCloseTo(30.2765, 3)
  })

  it('takes jitter from the order of arrival, not from sorted values', () => {
    const alternating = Array.from({length: 200}, (_, index) => (index % 2 === 0 ? 10 : 20))
    expect(interarrivalJitter(alternating)).toBeCloseTo(10, 1)
    expect(interarrivalJitter(alternating.toSorted((a, b) => a - b))).toBeLessThan(1)
  })
})

describe('percentile', () => {
  it.each([
    [0, 1],
    [1, 1],
    [50, 2],
    [51, 3],
    [100, 4],
  ])('takes rank for p%d of four values', (p, expected) => {
    expect(percentile([1, 2, 3, 4], p)).toBe(expected)
  })
})

describe('lossRatio', () => {
  it('is zero when nothing was sent, and never negative with duplicates', () => {
    expect(lossRatio(0, 0)).toBe(0)
    expect(lossRatio(10, 12)).toBe(0)
    expect(lossRatio(10, 9)).toBeCloseTo(0.1)
  })
})

describe('proportionInterval', () => {
  it('holds the observed share and narrows with more observations', () => {
    const few = proportionInterval(5, 100)
    const many = proportionInterval(500, 10_000)
    expect(few.low).toBeLessThan(0.05)
    expect(few.high).toBeGreaterThan(0.05)
    expect(many.high - many.low).toBeLessThan(few.high - few.low)
  })

  it('is everything without observations', () => {
    expect(proportionInterval(0, 0)).toEqual({low: 0, high: 1})
  })
})

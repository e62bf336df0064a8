import {describe, expect, it} from 'vitest'
import {binSamples} from '../../../../src/reporters/html/bins.ts'

const good = (at: number, rtt: number) => ({at, rtt, failure: null})
const bad = (at: number) => ({at, rtt: null, failure: 'TCP_TIMEOUT'})

describe('binning', () => {
  it('gives each of few samples a column of its own', () => {
    const bins = binSamples([good(0, 1), good(50, 2), bad(99)], 100, 10)
    expect(bins.map(({from, rtt, failed}) => [from, rtt?.median ?? null, failed])).toEqual([
      [0, 1, 0],
      [50, 2, 0],
      [90, null, 1],
    ])
  })

  it('keeps the extremes and counts the failures of a column', () => {
    const [bin] = binSamples([good(0, 5), good(1, 1), good(2, 3), bad(3)], 100, 2)
    expect(bin).toEqual({from: 0, to: 50, rtt: {min: 1, median: 3, max: 5}, sent: 4, failed: 1})
  })

  it('never makes more columns than asked for, and loses no sample', () => {
    const samples = Array.from({length: 5000}, (_, at) => good(at, 1))
    const bins = binSamples(samples, 4999)
    expect(bins.length).toBeLessThanOrEqual(600)
    expect(bins.reduce((sum, {sent}) => sum + sent, 0)).toBe(5000)
  })

  it('holds a sample at the very end, and a run of no length', () => {
    expect(binSamples([good(100, 1)], 100, 4)).toHaveLength(1)
    expect(binSamples([good(0, 1)], 0, 4)).toHaveLength(1)
  })
})

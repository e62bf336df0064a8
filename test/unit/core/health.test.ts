import {describe, expect, it} from 'vitest'
import {type Checks, detectionTime, silenceAllowed, slowedGap} from '../../../src/core/health.ts'

describe('the detection time', () => {
  it.each<[string, Checks, number, number]>([
    ['the tunnel client of the sources', {interval: 30_000, timeout: 5000, fall: 1}, 35_000, 20_000],
    ['its mobile preset', {interval: 60_000, timeout: 5000, fall: 1}, 65_000, 35_000],
    ['its enterprise preset', {interval: 15_000, timeout: 5000, fall: 1}, 20_000, 12_500],
    ['three failures', {interval: 30_000, timeout: 5000, fall: 3}, 95_000, 80_000],
    ['checks that overlap', {interval: 2000, timeout: 5000, fall: 2}, 9000, 8000],
    [
      'fast checks around the flip',
      {interval: 30_000, timeout: 5000, fall: 3, health: {fastInterval: 2000}},
      39_000,
      24_000,
    ],
    [
      'fast checks that are slower than the interval',
      {interval: 1000, timeout: 500, fall: 2, health: {fastInterval: 9000}},
      2500,
      2000,
    ],
    [
      'a suspicion that is held',
      {interval: 10_000, timeout: 1000, fall: 1, health: {fastInterval: 2000, hold: {suspect: 5000}}},
      17_000,
      12_000,
    ],
    [
      'inactivity of 10s at a tick of 5s',
      {interval: 5000, timeout: 5000, fall: 4, health: {inactive: {after: 10_000, combine: 'any'}}},
      15_000,
      12_500,
    ],
    [
      'inactivity and failures together',
      {interval: 5000, timeout: 5000, fall: 4, health: {inactive: {after: 10_000, combine: 'all'}}},
      25_000,
      22_500,
    ],
  ])('of %s', (_what, checks, worst, mean) => {
    expect(detectionTime(checks)).toEqual({worst, mean})
  })

  it('grows by the jitter at worst, and hardly in the mean', () => {
    const time = detectionTime({interval: 10_000, timeout: 1000, fall: 2, health: {jitter: 0.1}})
    expect(time.worst).toBe(22_000)
    expect(time.mean).toBeCloseTo(16_008.3, 1)
  })

  it('is that of an accrual detector where it is the quicker one', () => {
    const phi = {threshold: 8, pause: 3000, minDeviation: 100, samples: 200}
    const time = detectionTime({interval: 1000, timeout: 5000, fall: 3, health: {phi}})
    expect(time.worst).toBeCloseTo(4561.2, 1)
    expect(time.mean).toBeCloseTo(4061.2, 1)
  })
})

describe('the silence that is allowed', () => {
  // Upper tail of the standard normal distribution, from its tables.
  it.each([
    [1, 1.2816],
    [2, 2.3263],
    [3, 3.0902],
    [8, 5.612],
    [15, 7.9413],
  ])('at phi %i is %f deviations beyond the mean', (threshold, deviations) => {
    const spec = {threshold, pause: 0, minDeviation: 1, samples: 100}
    expect(silenceAllowed(spec, {mean: 0, deviation: 0.5})).toBeCloseTo(deviations, 3)
  })
})

it('doubles the gap after more than three failures, from the interval and up to the longest', () => {
  const slowDown = {after: 3, factor: 2, max: 300_000}
  const gaps = [0, 1, 2, 3, 4, 5, 6, 7].map((failures) => slowedGap(60_000, failures, slowDown) / 1000)
  expect(gaps).toEqual([60, 60, 60, 60, 120, 240, 300, 300])
  expect(slowedGap(600_000, 9, slowDown)).toBe(600_000)
  expect(slowedGap(60_000, 9, undefined)).toBe(60_000)
})

import {describe, expect, it} from 'vitest'
import {planTimeScale, planValueScale} from '../../../../src/reporters/html/scale.ts'

describe('value axes', () => {
  it.each([
    {low: 180, high: 260, log: false, labels: ['100ms', '200ms']},
    {low: 2, high: 90, log: true, labels: ['3ms', '10ms', '30ms', '100ms']},
    {low: 0.2, high: 900, log: true, labels: ['1ms', '10ms', '100ms', '1s']},
    {low: 0, high: 0, log: false, labels: ['500us', '1ms']},
  ])('from $low to $high', ({low, high, log, labels}) => {
    const scale = planValueScale(low, high)
    expect(scale.log).toBe(log)
    expect(scale.ticks.map(({label}) => label)).toEqual(labels)
  })

  it('places values in order, within the axis', () => {
    const scale = planValueScale(0.1, 1000)
    const places = [0, 0.1, 5, 1000, 1e9].map(scale.place)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(Math.min(...places)).toBe(0)
    expect(Math.max(...places)).toBe(1)
  })
})

describe('time axes', () => {
  it.each([
    {end: 24_103, labels: ['0s', '5s', '10s', '15s', '20s']},
    {end: 3_600_000, labels: ['0s', '10m', '20m', '30m', '40m', '50m', '1h']},
    {end: 0, labels: ['0s']},
  ])('up to $end', ({end, labels}) => {
    expect(planTimeScale(end).ticks.map(({label}) => label)).toEqual(labels)
  })
})

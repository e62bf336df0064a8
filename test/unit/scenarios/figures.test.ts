import {describe, expect, it} from 'vitest'
import {flapCount, measureImpacts, targetFigures} from '../../../src/scenarios/figures.ts'
import type {Round} from '../../../src/scenarios/windows.ts'
import {makePoints, makeSeries} from '../../support/series.ts'

const round = (faults: Round['faults']): Round => ({start: 0, baselineEnd: 2000, faults, end: 10_000})

describe('measureImpacts', () => {
  it('estimates downtime as the largest gap less one interval, within one interval of the truth', () => {
    const truth = {from: 3030, to: 4560}
    const points = makePoints({end: 10_000, interval: 100, isDown: (at) => at >= truth.from && at < truth.to})
    const [impact] = measureImpacts(
      makeSeries(points),
      round([{fault: 'f', name: 'f', from: 3000, to: 4500}]),
    )
    const length = truth.to - truth.from
    expect(impact?.downtime.low).toBeLessThanOrEqual(length)
    expect(impact?.downtime.high).toBeGreaterThanOrEqual(length)
    expect(Math.abs((impact?.downtime.value ?? 0) - length)).toBeLessThanOrEqual(100)
    expect(impact?.lost).toBe(15)
  })

  it('is exactly zero when nothing was lost', () => {
    const [impact] = measureImpacts(
      makeSeries(makePoints({end: 10_000, interval: 100})),
      round([{fault: 'f', name: 'f', from: 3000, to: 4000}]),
    )
    expect(impact?.downtime).toEqual({value: 0, low: 0, high: 0})
    expect(impact?.recovery).toEqual({value: 0, low: 0, high: 0})
    expect(impact?.detection).toBeNull()
  })

  it('measures detection from the injection and recovery from the removal', () => {
    const points = makePoints({end: 10_000, interval: 100, isDown: (at) => at >= 3000 && at < 5000})
    const series = makeSeries(points, {
      states: [
        [3250, 'connected', 'reconnecting'],
        [5600, 'reconnecting', 'connected'],
      ],
    })
    const [impact] = measureImpacts(series, round([{fault: 'f', name: 'f', from: 3000, to: 5000}]))
    expect(impact?.detection?.value).toBe(250)
    expect(impact?.recovery?.value).toBe(600)
  })

  it('counts a recovery during the fault as zero, and none at all as null', () => {
    const points = makePoints({end: 10_000, interval: 100, isDown: (at) => at >= 3000})
    const early = makeSeries(points, {
      states: [
        [3200, 'connected', 'reconnecting'],
        [3900, 'reconnecting', 'connected'],
      ],
    })
    const never = makeSeries(points, {states: [[3200, 'connected', 'reconnecting']]})
    const faults = [{fault: 'f', name: 'f', from: 3000, to: 5000}]
    expect(measureImpacts(early, round(faults))[0]?.recovery?.value).toBe(0)
    expect(measureImpacts(never, round(faults))[0]?.recovery).toBeNull()
  })

  it('counts who has given up as down to the end, although nothing is sampled any more', () => {
    const points = makePoints({end: 3400, interval: 100, isDown: (at) => at >= 3000})
    const series = makeSeries(points, {states: [[3300, 'connected', 'failed']]})
    const [impact] = measureImpacts(series, round([{fault: 'f', name: 'f', from: 3000, to: 5000}]))
    expect(impact?.downtime.value).toBe(7000)
  })

  it('has no recovery for who is still down from the disturbance before, or is down again', () => {
    const points = makePoints({end: 10_000, interval: 100, isDown: (at) => at >= 3000 && at < 4000})
    const faults = [
      {fault: 'f', name: 'f', from: 3000, to: 4000},
      {fault: 'g', name: 'g', from: 6000, to: 7000},
    ]
    const recoveries = (states: Parameters<typeof makeSeries>[1]): readonly unknown[] =>
      measureImpacts(makeSeries(points, states), round(faults)).map(({recovery}) => recovery?.value ?? null)
    const down = [3200, 'connected', 'reconnecting'] as const
    expect(recoveries({states: [down]})).toEqual([null, null])
    expect(recoveries({states: [down, [7500, 'reconnecting', 'connected']]})).toEqual([null, 500])
    expect(
      recoveries({
        states: [down, [4100, 'reconnecting', 'connected'], [5000, 'connected', 'reconnecting']],
      }),
    ).toEqual([null, null])
  })

  it('counts an outage that lasts to the end as downtime up to the last sample', () => {
    const points = makePoints({end: 10_000, interval: 100, isDown: (at) => at >= 3000})
    const [impact] = measureImpacts(
      makeSeries(points),
      round([{fault: 'f', name: 'f', from: 3000, to: 5000}]),
    )
    expect(impact?.downtime.value).toBeGreaterThanOrEqual(6900)
  })

  it('keeps two separate faults apart and joins overlapping ones', () => {
    const points = makePoints({
      end: 10_000,
      interval: 100,
      isDown: (at) => (at >= 3000 && at < 3500) || (at >= 7000 && at < 8000),
    })
    const apart = measureImpacts(
      makeSeries(points),
      round([
        {fault: 'a', name: 'a', from: 3000, to: 3500},
        {fault: 'b', name: 'b', from: 7000, to: 8000},
      ]),
    )
    expect(apart.map((impact) => impact.lost)).toEqual([5, 10])
    const joined = measureImpacts(
      makeSeries(points),
      round([
        {fault: 'a', name: 'a', from: 3000, to: 7500},
        {fault: 'b', name: 'b', from: 7000, to: 8000},
      ]),
    )
    expect(joined).toHaveLength(1)
  })
})

describe('targetFigures', () => {
  it('reports the worst of all rounds and leaves out what lies between them', () => {
    const points = makePoints({
      end: 20_000,
      interval: 100,
      isDown: (at) =>
        (at >= 3000 && at < 3500) || (at >= 13_000 && at < 14_500) || (at > 10_000 && at < 10_300),
    })
    const rounds: Round[] = [
      {start: 0, baselineEnd: 3000, faults: [{fault: 'f', name: 'f', from: 3000, to: 3500}], end: 10_000},
      {
        start: 10_500,
        baselineEnd: 13_000,
        faults: [{fault: 'f', name: 'f', from: 13_000, to: 14_500}],
        end: 20_000,
      },
    ]
    const figures = targetFigures(makeSeries(points), rounds)
    const byName = Object.fromEntries(figures.map((figure) => [figure.name, figure]))
    expect(byName['api.downtime']?.value).toBe(1500)
    expect(byName['api.downtime']?.note).toBe('worst of 2')
    expect(byName['api.lost']?.value).toBe(20)
  })
})

describe('flapCount', () => {
  it('counts losses of the connection beyond one per disturbance', () => {
    const series = makeSeries(makePoints({end: 10_000, interval: 100}), {
      states: [
        [3100, 'connected', 'reconnecting'],
        [3500, 'reconnecting', 'connected'],
        [3900, 'connected', 'reconnecting'],
        [4500, 'reconnecting', 'connected'],
      ],
    })
    const hit = {fault: 'f', name: 'f', from: 3000, to: 4000}
    expect(flapCount(series, round([hit]))).toBe(1)
    // What it survives excuses nothing.
    expect(flapCount(series, round([hit, {fault: 'g', name: 'g', from: 6000, to: 7000}]))).toBe(1)
    expect(flapCount(series, round([]))).toBe(2)
  })
})

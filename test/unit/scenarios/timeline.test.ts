import {describe, expect, it} from 'vitest'
import {planTimeline} from '../../../src/scenarios/timeline.ts'
import {disturbances, spansOf} from '../../../src/scenarios/windows.ts'

describe('planTimeline', () => {
  it('orders overlapping faults by time', () => {
    const actions = planTimeline([
      {at: 1000, lasts: 5000, fault: 'a'},
      {at: 3000, lasts: 1000, fault: 'b'},
    ])
    expect(actions.map((action) => `${action.at} ${action.type} ${action.entry}`)).toEqual([
      '1000 inject 0',
      '3000 inject 1',
      '4000 remove 1',
      '6000 remove 0',
    ])
  })

  it('removes before it injects at the same instant', () => {
    const actions = planTimeline([
      {at: 2000, lasts: 1000, fault: 'b'},
      {at: 1000, lasts: 1000, fault: 'a'},
    ])
    expect(actions.map((action) => `${action.at} ${action.type} ${action.entry}`)).toEqual([
      '1000 inject 1',
      '2000 remove 1',
      '2000 inject 0',
      '3000 remove 0',
    ])
  })
})

describe('spansOf', () => {
  const round = {
    start: 0,
    baselineEnd: 1000,
    end: 9000,
    faults: [
      {fault: 'a', from: 1000, to: 3000},
      {fault: 'b', from: 2000, to: 4000},
    ],
  }

  it('joins overlapping faults', () => {
    expect(disturbances(round)).toEqual([{from: 1000, to: 4000}])
  })

  it.each([
    ['baseline', [{from: 0, to: 1000}]],
    ['fault', [{from: 1000, to: 4000}]],
    ['recovery', [{from: 4000, to: 9000}]],
    ['drill', [{from: 0, to: 9000}]],
  ] as const)('knows the span of %s', (during, spans) => {
    expect(spansOf(during, round)).toEqual(spans)
  })

  it('has no recovery without a fault', () => {
    expect(spansOf('recovery', {...round, faults: []})).toEqual([])
  })
})

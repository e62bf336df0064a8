import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {BondCollector, type BondSeries, bondField, bondFigures} from '../../../src/scenarios/bond-figures.ts'
import type {Round} from '../../../src/scenarios/windows.ts'

const switched = (at: number, to: string | null, device = 'bond0'): RunEvent => ({
  at,
  type: 'bond-switched',
  device,
  mode: 'active-backup',
  from: null,
  to,
  because: '',
})
const round: Round = {
  start: 0,
  baselineEnd: 1000,
  faults: [{fault: 'f', name: 'dark', from: 1000, to: 3000}],
  end: 5000,
}

function seriesOf(events: readonly RunEvent[]): BondSeries | undefined {
  const collector = new BondCollector()
  for (const event of events) collector.add(event)
  const series: {bond?: BondSeries} = {}
  collector.give('api', series)
  return series.bond
}

const story = [
  switched(0, 'e0'),
  switched(0, 'f0', 'bond1'),
  {at: 50, type: 'bond-used', device: 'bond0', targets: ['api']} as const,
  switched(1200, null),
  switched(1400, 'e1'),
  switched(3100, 'e0'),
]

describe('a target behind a bond', () => {
  const bond = seriesOf(story)
  const ask = (field: string, from: number, to: number) =>
    bondField(bond, {field, rounds: [round], spans: [{from, to}]})

  it('has the member that was in use at the end of the part that is asked about', () => {
    expect([ask('member', 0, 1000), ask('member', 1000, 1300), ask('member', 1000, 3000)]).toEqual([
      'e0',
      null,
      'e1',
    ])
  })

  it('has all of them in their order, as a list and in the figure of the verdict', () => {
    expect(ask('members', 0, 5000)).toEqual(['e0', 'none', 'e1', 'e0'])
    expect(ask('switches', 0, 5000)).toBe(3)
    expect(bondFigures('api', bond, [round])).toEqual([
      {name: 'api.switches', value: 3, unit: 'count', low: 3, high: 3, note: 'e0 → none → e1 → e0'},
    ])
  })

  it('has no member at all where no bond carries it', () => {
    const none = seriesOf(story.filter(({type}) => type !== 'bond-used'))
    expect(none).toBeUndefined()
    expect(bondField(none, {field: 'member', rounds: [round], spans: [{from: 0, to: 1}]})).toBeUndefined()
    expect(bondFigures('api', none, [round])).toEqual([])
    expect(ask('loss', 0, 5000)).toBeUndefined()
  })
})

import {describe, expect, it} from 'vitest'
import type {AlertState} from '../../../src/core/alert-events.ts'
import type {RunEvent} from '../../../src/core/events.ts'
import {alertFigures} from '../../../src/scenarios/alert-figures.ts'
import type {During} from '../../../src/scenarios/drill-spec.ts'
import {fieldValue} from '../../../src/scenarios/fields.ts'
import {areBack} from '../../../src/scenarios/recovery.ts'
import {SeriesCollector, type TargetSeries} from '../../../src/scenarios/series.ts'
import type {Round} from '../../../src/scenarios/windows.ts'

const rounds: Round[] = [
  {
    start: 0,
    baselineEnd: 1000,
    faults: [
      {fault: 'blip', name: 'blip', from: 1000, to: 1300},
      {fault: 'outage', name: 'outage', from: 3000, to: 6000},
    ],
    end: 9000,
  },
]

const rule = {name: 'Down', expr: 'up == 0', for: 0, keepFiringFor: 0, labels: {}}
const alert = (at: number, state: AlertState, target = 'api'): RunEvent => ({
  type: 'alert',
  rule: 'Down',
  labels: {target},
  state,
  since: at,
  value: 1,
  annotations: {},
  at,
})

function seriesOf(events: readonly RunEvent[]): TargetSeries {
  const collector = new SeriesCollector()
  for (const event of [{type: 'alert-rule-added', rule, at: 0} as const, ...events]) collector.add(event)
  const series = collector.all().get('Down')
  if (!series) throw new Error('the rule has no series')
  return series
}

const COURSE = [
  alert(1100, 'pending'),
  alert(1300, 'inactive'),
  alert(3500, 'pending'),
  alert(4000, 'firing'),
  alert(6200, 'resolved'),
]

describe('what an alert did', () => {
  it.each<{field: string; during: During; value: unknown}>([
    {field: 'fired', during: 'drill', value: 1},
    {field: 'fired', during: {fault: 'blip'}, value: 0},
    {field: 'fires', during: {fault: 'outage'}, value: 1000},
    {field: 'resolves', during: {fault: 'outage'}, value: 200},
    // It was due after both, and came after one only.
    {field: 'fires', during: 'drill', value: Number.POSITIVE_INFINITY},
    {field: 'resolves', during: {fault: 'blip'}, value: undefined},
    {field: 'resolves', during: 'drill', value: 200},
    {field: 'loss', during: 'drill', value: undefined},
  ])('$field during $during is $value', ({field, during, value}) => {
    expect(fieldValue(seriesOf(COURSE), {field, during, rounds})).toBe(value)
  })

  it('is not over while it fires again', () => {
    const again = seriesOf([...COURSE, alert(7000, 'firing')])
    expect(fieldValue(again, {field: 'resolves', during: 'drill', rounds})).toBe(Number.POSITIVE_INFINITY)
    expect(fieldValue(again, {field: 'fired', during: 'drill', rounds})).toBe(2)
  })

  it('keeps the wait for recovery going until all its alerts are over', () => {
    const all = (events: readonly RunEvent[]): boolean =>
      areBack(new Map([['Down', seriesOf(events)]]), [], 6000)
    expect(all(COURSE)).toBe(true)
    expect(all([...COURSE, alert(3600, 'firing', 'other')])).toBe(false)
    expect(all([])).toBe(true)
  })

  it('goes into the figures of the drill', () => {
    const values = alertFigures(seriesOf(COURSE), rounds).map(({name, value}) => [name, value])
    expect(Object.fromEntries(values)).toEqual({'Down.fired': 1, 'Down.fires': 1000, 'Down.resolves': 200})
    expect(alertFigures(seriesOf([]), rounds).map(({value}) => value)).toEqual([0, null, null])
  })
})

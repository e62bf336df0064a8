import {describe, expect, it} from 'vitest'
import {makeFailure} from '../../../src/core/codes/index.ts'
import {fieldValue} from '../../../src/scenarios/fields.ts'
import type {During} from '../../../src/scenarios/drill-spec.ts'
import type {Round} from '../../../src/scenarios/windows.ts'
import {makePoints, makeSeries} from '../../support/series.ts'

const rounds: Round[] = [
  {start: 0, baselineEnd: 3000, faults: [{fault: 'f', name: 'f', from: 3000, to: 5000}], end: 10_000},
]
const series = makeSeries(
  makePoints({
    end: 10_000,
    interval: 100,
    isDown: (at) => at >= 3000 && at < 5000,
    rtt: (at) => (at < 3000 ? 10 : 20),
  }),
  {
    states: [
      [50, 'connecting', 'connected'],
      [3200, 'connected', 'reconnecting'],
      [5400, 'reconnecting', 'connected'],
    ],
  },
)

describe('fieldValue', () => {
  it.each<{field: string; during: During; value: unknown}>([
    {field: 'loss', during: 'baseline', value: 0},
    {field: 'loss', during: 'fault', value: 1},
    {field: 'loss', during: {fault: 'f'}, value: 1},
    {field: 'loss', during: {fault: 'other'}, value: undefined},
    {field: 'downtime', during: {fault: 'f'}, value: 2000},
    {field: 'downtime', during: {fault: 'other'}, value: undefined},
    {field: 'loss', during: 'drill', value: 0.2},
    {field: 'ok', during: 'recovery', value: true},
    {field: 'ok', during: 'drill', value: false},
    {field: 'lost', during: 'drill', value: 20},
    {field: 'rtt.p50', during: 'baseline', value: 10},
    {field: 'rtt.p50', during: 'recovery', value: 20},
    {field: 'rtt.p50', during: 'fault', value: undefined},
    {field: 'phase.tls', during: 'baseline', value: 10},
    {field: 'code', during: 'fault', value: 'TCP_TIMEOUT'},
    {field: 'code', during: 'baseline', value: null},
    {field: 'state', during: 'drill', value: 'connected'},
    {field: 'state', during: 'fault', value: 'reconnecting'},
    {field: 'states', during: 'drill', value: ['connected', 'reconnecting', 'connected']},
    {field: 'downtime', during: 'drill', value: 2000},
    {field: 'detection', during: 'drill', value: 200},
    {field: 'recovery', during: 'drill', value: 400},
    {field: 'flaps', during: 'drill', value: 0},
    {field: 'tls.version', during: 'drill', value: undefined},
  ])('$field during $during is $value', ({field, during, value}) => {
    expect(fieldValue(series, {field, during, rounds})).toEqual(value)
  })

  it.each([
    ['http.json.restarts', '2'],
    ['http.json.ice.state', 'connected'],
    ['http.json.nothing', null],
  ])('reads %s from the body of the last response', (field, value) => {
    const body = '{"restarts": 2, "ice": {"state": "connected"}}'
    const last = {...series.last, http: {body}} as unknown as typeof series.last
    const ask = (of: typeof series) => fieldValue(of, {field, during: 'drill', rounds})
    expect(ask({...series, last})).toBe(value)
    expect(
      ask({...series, last: {...last, http: {body: '<html>'}} as unknown as typeof last}),
    ).toBeUndefined()
    expect(ask({...series, last: null})).toBeUndefined()
  })

  it('makes a recovery that never happened infinite, so that no bound on it is met', () => {
    const lost = makeSeries(makePoints({end: 10_000, interval: 100, isDown: (at) => at >= 3000}), {
      states: [[3200, 'connected', 'reconnecting']],
    })
    expect(fieldValue(lost, {field: 'recovery', during: 'drill', rounds})).toBe(Number.POSITIVE_INFINITY)
  })

  it('leaves out of the baseline what was on its way when it ended', () => {
    const points = makePoints({end: 10_000, interval: 100, isDown: (at) => at === 2900})
    const late = makeSeries(points.map((one) => (one.ok ? one : {...one, endedAt: 3010})))
    expect(fieldValue(late, {field: 'loss', during: 'baseline', rounds})).toBe(0)
    expect(fieldValue(late, {field: 'lost', during: 'drill', rounds})).toBe(1)
  })

  it('takes the code of a failure that ended under the fault before that of one that its end has cut short', () => {
    const points = makePoints({end: 6000, interval: 100, isDown: (at) => at >= 4000 && at < 5000})
    const cut = points.map((one) =>
      one.ok || one.sentAt < 4900 ? one : {...one, endedAt: 5010, failure: makeFailure('TCP_RESET', 'over')},
    )
    const code = (from: number): unknown =>
      fieldValue(makeSeries(cut.filter((one) => one.ok || one.sentAt >= from)), {
        field: 'code',
        during: {fault: 'f'},
        rounds,
      })
    expect(code(4000)).toBe('TCP_TIMEOUT')
    expect(code(4900)).toBe('TCP_RESET')
  })

  it('can not tell the detection of an outage that did not happen', () => {
    const calm = makeSeries(makePoints({end: 10_000, interval: 100}))
    expect(fieldValue(calm, {field: 'detection', during: 'drill', rounds})).toBeUndefined()
  })
})

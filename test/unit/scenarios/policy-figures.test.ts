import {describe, expect, it} from 'vitest'
import type {RunEvent, TargetInfo} from '../../../src/core/events.ts'
import type {During} from '../../../src/scenarios/drill-spec.ts'
import {fieldValue} from '../../../src/scenarios/fields.ts'
import {SeriesCollector} from '../../../src/scenarios/series.ts'
import type {Round} from '../../../src/scenarios/windows.ts'

/** Two outages, the second of which is warned of. */
const rounds: Round[] = [
  {
    start: 0,
    baselineEnd: 1000,
    faults: [
      {fault: 'a', name: 'a', from: 1000, to: 3000},
      {fault: 'b', name: 'b', from: 5000, to: 7000},
    ],
    end: 9000,
  },
]

const INFO: TargetInfo = {
  name: 'api',
  url: 'tcp://127.0.0.1:1',
  kind: 'tcp',
  role: 'target',
  interval: 100,
  timeout: 300,
  policy: 'p',
}

const failure = {code: 'TCP_REFUSED'} as never
const attempt = (at: number, took: number, ok = false): RunEvent => ({
  type: 'attempt',
  target: 'api',
  attempt: 1,
  phase: 'gradual',
  took,
  failure: ok ? null : failure,
  at,
})
const lost = (at: number): RunEvent => ({
  type: 'state-changed',
  target: 'api',
  from: 'connected',
  to: 'reconnecting',
  because: '',
  at,
})
const back = (at: number): RunEvent => ({
  type: 'state-changed',
  target: 'api',
  from: 'reconnecting',
  to: 'connected',
  because: '',
  at,
})
const warning = (at: number, active: boolean): RunEvent => ({
  type: 'early-warning',
  target: 'api',
  active,
  because: '',
  at,
})
const denied = (at: number): RunEvent => ({
  type: 'attempt-denied',
  target: 'api',
  attempt: 1,
  phase: 'gradual',
  code: 'PEER_RATE',
  until: null,
  because: '',
  at,
})
const refreshed = (at: number): RunEvent => ({
  type: 'strategy-step',
  target: 'api',
  attempt: 1,
  strategy: 'refresh',
  result: 'helped',
  text: '',
  at,
})

function valueOf(events: readonly RunEvent[], field: string, during: During = 'drill'): unknown {
  const collector = new SeriesCollector()
  for (const event of [{type: 'target-added', target: INFO, at: 0} as const, ...events]) collector.add(event)
  const series = collector.all().get('api')
  return series && fieldValue(series, {field, during, rounds})
}

// Ends at 1100, 1300, 1700 and 3200 after 0, 50, 100 and 20 ms: waits of 150, 300 and 1480.
const LADDER = [attempt(1100, 0), attempt(1300, 50), attempt(1700, 100), attempt(3200, 20, true)]

describe('what a policy did', () => {
  it.each<{field: string; during?: During; value: unknown}>([
    {field: 'attempt.min', value: 0},
    {field: 'attempt.max', value: 100},
    {field: 'attempt.max', during: 'baseline', value: undefined},
    {field: 'wait.min', value: 150},
    {field: 'wait.max', value: 1480},
    {field: 'wait.max', during: {fault: 'a'}, value: 300},
    {field: 'wait.min', during: {fault: 'b'}, value: undefined},
  ])('$field during $during is $value', ({field, during, value}) => {
    expect(valueOf(LADDER, field, during)).toEqual(value)
  })

  it('does not take the time that a connection stood for a wait', () => {
    expect(valueOf([attempt(1100, 0, true), attempt(2900, 0)], 'wait.max')).toBeUndefined()
  })

  it('counts attempts that were held back, and steps by their strategy', () => {
    const events = [denied(1200), denied(1400), denied(4000), refreshed(1500)]
    expect(valueOf(events, 'denied')).toBe(3)
    expect(valueOf(events, 'denied', {fault: 'a'})).toBe(2)
    expect(valueOf(events, 'strategy.refresh')).toBe(1)
    expect(valueOf(events, 'strategy.refresh', 'recovery')).toBe(0)
    expect(valueOf(events, 'strategy.stop')).toBe(0)
  })

  it('counts warnings when they begin', () => {
    expect(valueOf([warning(1100, true), warning(1500, false), warning(5100, true)], 'warnings')).toBe(2)
  })

  it.each([
    {name: 'a warning before the loss', events: [warning(1200, true), lost(1900)], value: 700},
    {name: 'a loss without a warning', events: [lost(1900)], value: 0},
    {name: 'a warning after the loss', events: [lost(1900), warning(2000, true)], value: 0},
    {
      name: 'a warning that ends with the loss',
      events: [warning(1200, true), warning(1899, false), lost(1900)],
      value: 700,
    },
    {
      name: 'a warning that was over',
      events: [warning(1200, true), warning(1500, false), lost(1900)],
      value: 0,
    },
    {
      name: 'a warning that lasts while it is lost twice',
      events: [warning(1200, true), lost(1900), back(2000), lost(2100)],
      value: 700,
    },
    {
      name: 'two losses, by the one that was warned of later',
      events: [warning(1200, true), warning(1900, false), lost(1900), warning(5300, true), lost(5400)],
      value: 100,
    },
    {name: 'a loss in the baseline', events: [lost(900)], value: undefined},
    {name: 'no loss', events: [warning(1200, true)], value: undefined},
  ])('tells how long before it was warned: $name', ({events, value}) => {
    expect(valueOf(events, 'warned')).toBe(value)
  })
})

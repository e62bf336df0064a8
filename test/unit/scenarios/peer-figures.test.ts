import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import type {PeerHealth, PeerState} from '../../../src/core/peer-events.ts'
import {fieldValue} from '../../../src/scenarios/fields.ts'
import {isPeerSettled, peerFigures} from '../../../src/scenarios/peer-figures.ts'
import {SeriesCollector} from '../../../src/scenarios/series.ts'
import type {Round} from '../../../src/scenarios/windows.ts'

const health = (more: Partial<PeerHealth> = {}): PeerHealth => ({
  ...{state: 'connected', idle: 0, failures: 0, restarts: 0, restartsTotal: 0, selected: 'a → b', locals: []},
  ...{sent: 0, received: 0, forged: 0, unknown: 0, sendErrors: 0},
  ...more,
})
const state = (at: number, to: PeerState, more?: Partial<PeerHealth>, peer = 'office'): RunEvent => ({
  ...{at, type: 'peer-state', peer, from: 'new', to, because: 'told'},
  health: health({state: to, ...more}),
})
const check = (at: number, more: Partial<PeerHealth>): RunEvent => ({
  ...{at, type: 'peer-check', peer: 'office'},
  health: health(more),
})
const added: RunEvent = {
  at: 0,
  type: 'peer-added',
  info: {
    ...{name: 'office', role: 'controlling', remote: [], check: 200},
    detection: {worst: 1000, mean: 800},
  },
}
/** A fault from 3000 to 6000. */
const ROUND: Round = {
  ...{start: 0, baselineEnd: 3000, end: 10_000},
  faults: [{fault: 'f1', name: 'cut', from: 3000, to: 6000}],
}

function ask(events: readonly RunEvent[], field: string, during: 'drill' | 'baseline' | 'fault' = 'drill') {
  const collector = new SeriesCollector()
  for (const event of [added, ...events]) collector.add(event)
  const series = collector.all().get('office')
  return series && fieldValue(series, {field, during, rounds: [ROUND]})
}

const LOST = [state(100, 'checking'), state(500, 'connected'), state(4200, 'disconnected')]
const BACK = [...LOST, state(6400, 'checking'), state(6900, 'connected', {restarts: 2, restartsTotal: 2})]

describe('a peer of a drill', () => {
  it('has its states from the end of the baseline on, the one it had then first', () => {
    expect(ask(BACK, 'states')).toEqual(['connected', 'disconnected', 'checking', 'connected'])
    expect(ask(BACK, 'state')).toBe('connected')
    expect(ask(BACK, 'state', 'fault')).toBe('disconnected')
  })

  it('tells how long it took to be noticed, and to be back', () => {
    expect(ask(BACK, 'detection')).toBe(1200)
    expect(ask(BACK, 'downtime')).toBe(2700)
    expect(ask(BACK, 'recovery')).toBe(900)
  })

  it('that never came back has a bound that is not met, and one that was never lost has nothing to judge', () => {
    expect(ask(LOST, 'recovery')).toBe(Number.POSITIVE_INFINITY)
    expect(ask(LOST, 'detection')).toBe(1200)
    expect(ask(LOST.slice(0, 2), 'recovery')).toBeUndefined()
  })

  it('counts restarts, those that were refunded included, and tells what counts now', () => {
    const refunded = [...BACK, check(9000, {restarts: 0, restartsTotal: 2})]
    expect(ask(BACK, 'restarts_used')).toBe(2)
    expect(ask(refunded, 'restarts')).toBe(2)
    expect(ask(refunded, 'restarts_used')).toBe(0)
    expect(ask(refunded, 'restarts', 'baseline')).toBe(0)
  })

  it('counts forged packets in the part that is asked about', () => {
    const flood = [...LOST.slice(0, 2), check(2800, {forged: 90}), check(5900, {forged: 240})]
    expect(ask(flood, 'forged', 'baseline')).toBe(90)
    expect(ask(flood, 'forged', 'fault')).toBe(150)
    expect(ask(flood, 'forged')).toBe(240)
  })

  it('counts what could not be sent, and names the codes that came in the part', () => {
    const failed = [
      check(2800, {sendErrors: 2, sendCodes: {ECONNREFUSED: 2}}),
      check(5900, {sendErrors: 7, sendCodes: {ECONNREFUSED: 2, EPERM: 5}}),
    ]
    expect(ask(failed, 'send_errors', 'fault')).toBe(5)
    expect(ask(failed, 'send_codes', 'fault')).toEqual(['EPERM'])
    expect(ask(failed, 'send_codes')).toEqual(['ECONNREFUSED', 'EPERM'])
    expect(ask(LOST, 'send_codes')).toEqual([])
  })

  it('tells how often it was lost, of its glares, and which restarts the other side took up', () => {
    const won = [...BACK, check(9000, {restartsTotal: 2, restartsWon: 1, glares: 1})]
    expect([ask(won, 'lost'), ask(won, 'restarts_won'), ask(won, 'glares')]).toEqual([1, 1, 1])
    expect(ask([...LOST.slice(0, 2), state(4200, 'closed')], 'lost')).toBe(1)
    expect([ask(BACK, 'restarts_won'), ask(BACK, 'glares')]).toEqual([0, 0])
  })

  it('is waited for until it is connected, or given up', () => {
    const settled = (events: readonly RunEvent[]): boolean => {
      const collector = new SeriesCollector()
      for (const event of [added, ...events]) collector.add(event)
      const peer = collector.all().get('office')?.peer
      return peer !== undefined && isPeerSettled(peer)
    }
    expect(settled([])).toBe(false)
    expect(settled(LOST)).toBe(false)
    expect(settled(BACK)).toBe(true)
    expect(settled([...LOST, state(9000, 'failed')])).toBe(true)
  })

  it('has figures of its own', () => {
    const collector = new SeriesCollector()
    for (const event of [added, ...BACK]) collector.add(event)
    const peer = collector.all().get('office')?.peer ?? {changes: [], records: []}
    const figures = peerFigures('office', peer, [ROUND])
    expect(figures.map(({name, value}) => [name, value])).toEqual([
      ['office.detection', 1200],
      ['office.downtime', 2700],
      ['office.recovery', 900],
      ['office.restarts', 2],
      ['office.forged', 0],
    ])
  })
})

describe('so many peers that are alike', () => {
  const joined = (name: string): RunEvent => ({...added, info: {...added.info, name, set: 'crowd'}})
  const events = [
    ...['crowd-1', 'crowd-2', 'crowd-3'].map(joined),
    ...['crowd-1', 'crowd-2', 'crowd-3'].map((name) => state(500, 'connected', {}, name)),
    state(4200, 'disconnected', {sendErrors: 4, sendCodes: {EPERM: 4}}, 'crowd-2'),
    state(5400, 'failed', {restarts: 2, restartsTotal: 2, sendErrors: 4, sendCodes: {EPERM: 4}}, 'crowd-2'),
  ]
  const collector = new SeriesCollector()
  for (const event of events) collector.add(event)

  it.each([
    ['lost', 1],
    ['restarts', 2],
    ['forged', 0],
    ['detection', 1200],
    ['downtime', Number.POSITIVE_INFINITY],
    ['send_errors', 4],
    ['send_codes', ['EPERM']],
    ['state', null],
    ['path', undefined],
  ])('have the %s of all', (field, expected) => {
    const series = collector.all().get('crowd')
    expect(series && fieldValue(series, {field, during: 'drill', rounds: [ROUND]})).toEqual(expected)
    const baseline = {field: 'state', during: 'baseline', rounds: [ROUND]} as const
    expect(series && fieldValue(series, baseline)).toBe('connected')
  })

  it('have figures together and none each, and are waited for together', () => {
    const [all, one] = ['crowd', 'crowd-2'].map((name) => collector.all().get(name)?.peer)
    if (!all || !one) throw new Error('no such series')
    expect(peerFigures('crowd', all, [ROUND]).map(({name, value}) => [name, value])).toEqual([
      ['crowd.lost', 1],
      ['crowd.detection', 1200],
      ['crowd.downtime', null],
      ['crowd.recovery', null],
      ['crowd.restarts', 2],
      ['crowd.forged', 0],
      ['crowd.send_errors', 4],
    ])
    expect(peerFigures('crowd-2', one, [ROUND])).toEqual([])
    expect([isPeerSettled(all), isPeerSettled(one)]).toEqual([true, true])
  })
})

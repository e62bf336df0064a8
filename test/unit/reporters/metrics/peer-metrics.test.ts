import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../../src/core/events.ts'
import type {Labels} from '../../../../src/core/metrics.ts'
import type {PeerHealth} from '../../../../src/core/peer-events.ts'
import {MetricsFold} from '../../../../src/reporters/metrics/metrics-fold.ts'
import {MonitorFacts} from '../../../../src/reporters/monitor-facts.ts'
import {makeMonitorStatus} from '../../../../src/reporters/monitor-status.ts'

const START = '2026-11-21T09:00:00.000Z'
const RUN: RunEvent = {
  at: 0,
  type: 'run-started',
  run: {
    ...{id: 'r', command: 'monitor', purpose: 'monitor', title: '', version: '0.1.0', seed: 1},
    ...{started: START, platform: 'linux', backends: []},
  },
}
const added: RunEvent = {
  at: 0,
  type: 'peer-added',
  info: {
    ...{name: 'office', role: 'controlling', remote: [], check: 5000, maxRestarts: 3},
    detection: {worst: 15_000, mean: 12_500},
    consent: {interval: 5000, timeout: 30_000},
  },
}
const health = (more: Partial<PeerHealth> = {}): PeerHealth => ({
  ...{state: 'connected', idle: 1000, consent: 1500, failures: 0, restarts: 0, restartsTotal: 0},
  ...{selected: 'a → b', locals: [], sent: 10, received: 9, forged: 0, unknown: 0, sendErrors: 0},
  ...more,
})
const check = (at: number, more?: Partial<PeerHealth>): RunEvent => ({
  ...{at, type: 'peer-check', peer: 'office'},
  health: health(more),
})
const state = (at: number, to: PeerHealth['state'], more?: Partial<PeerHealth>): RunEvent => ({
  ...{at, type: 'peer-state', peer: 'office', from: 'new', to, because: ''},
  health: health({state: to, ...more}),
})

/** The last value of each series, and what went into histograms. */
function seriesOf(events: readonly RunEvent[]): ReadonlyMap<string, number> {
  const values = new Map<string, number>()
  const keyOf = (name: string, labels: Labels): string =>
    [name.replace('netdrill_peer_', ''), ...Object.values(labels).filter((label) => label !== 'office')].join(
      ' ',
    )
  const fold = new MetricsFold({
    add: (name, value, labels) =>
      values.set(keyOf(name, labels), (values.get(keyOf(name, labels)) ?? 0) + value),
    set: (name, value, labels) => values.set(keyOf(name, labels), value),
    observe: (name, value, labels) => values.set(keyOf(name, labels), value),
  })
  for (const event of events) fold.add(event)
  return values
}

describe('series of peers', () => {
  it('exist at zero from the start', () => {
    const series = seriesOf([RUN, added])
    for (const name of ['restarts_total', 'send_errors_total', 'downtime_seconds_total', 'restarts_used'])
      expect(series.get(name)).toBe(0)
    for (const kind of ['sent', 'received', 'forged', 'unknown'])
      expect(series.get(`packets_total ${kind}`)).toBe(0)
    expect(series.get('state new')).toBe(1)
    expect(series.has('last_activity_timestamp_seconds')).toBe(false)
  })

  it('count what a record counts, once', () => {
    const series = seriesOf([
      RUN,
      added,
      state(100, 'connected'),
      check(5000, {sent: 12, received: 11, forged: 700}),
      check(10_000, {sent: 20, received: 15, forged: 900, sendErrors: 2, failures: 2}),
    ])
    expect(series.get('packets_total sent')).toBe(20)
    expect(series.get('packets_total received')).toBe(15)
    expect(series.get('packets_total forged')).toBe(900)
    expect(series.get('send_errors_total')).toBe(2)
    expect(series.get('consecutive_failures')).toBe(2)
    expect(series.get('last_activity_timestamp_seconds')).toBe(Date.parse(START) / 1000 + 9)
  })

  it('tell the refund of restarts, and keep those that there were', () => {
    const series = seriesOf([
      RUN,
      added,
      check(5000, {restarts: 2, restartsTotal: 2}),
      check(70_000, {restarts: 0, restartsTotal: 2}),
    ])
    expect(series.get('restarts_used')).toBe(0)
    expect(series.get('restarts_total')).toBe(2)
  })

  it('count the time from lost to connected, through checks in vain', () => {
    const lost = [RUN, added, state(100, 'connected'), state(10_000, 'disconnected'), check(12_000)]
    expect(seriesOf(lost).get('downtime_seconds_total')).toBe(2)
    const healed = [...lost, state(13_000, 'checking'), state(14_500, 'connected'), check(20_000)]
    expect(seriesOf(healed).get('downtime_seconds_total')).toBe(4.5)
    expect(seriesOf(healed).get('outage_seconds')).toBe(4.5)
    const failed = [...lost, state(13_000, 'failed'), state(14_000, 'closed'), check(20_000)]
    expect(seriesOf(failed).get('downtime_seconds_total')).toBe(4)
    expect(seriesOf(failed).has('outage_seconds')).toBe(false)
  })

  it('have the state, one of all, and begin anew with a peer that is added again', () => {
    const removed: RunEvent = {at: 6000, type: 'peer-removed', peer: 'office', because: 'no longer there'}
    const events = [RUN, added, state(100, 'connected', {sent: 5}), state(5000, 'closed', {sent: 6}), removed]
    const series = seriesOf([...events, {...added, at: 7000}, check(8000, {sent: 3})])
    expect([...series].filter(([name, value]) => name.startsWith('state ') && value === 1)).toEqual([
      ['state new', 1],
    ])
    expect(series.get('packets_total sent')).toBe(9)
  })
})

describe('the status of a peer', () => {
  it('has its consent and the restarts that are left', () => {
    const facts = new MonitorFacts()
    for (const event of [RUN, added, state(100, 'connected', {restarts: 1})]) facts.add(event)
    expect(makeMonitorStatus(facts, 2000).peers).toMatchObject([
      {
        name: 'office',
        state: 'connected',
        restarts_left: 2,
        consent_seconds: {since_answer: 1.5, interval: 5, timeout: 30},
      },
    ])
  })
})

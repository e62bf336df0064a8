import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../../src/core/events.ts'
import type {Labels} from '../../../../src/core/metrics.ts'
import {MetricsFold} from '../../../../src/reporters/metrics/metrics-fold.ts'
import {MonitorFacts} from '../../../../src/reporters/monitor-facts.ts'
import {makeMonitorStatus} from '../../../../src/reporters/monitor-status.ts'

/** The last value of each series, as `name{label=value} 3`. */
function seriesOf(events: readonly RunEvent[]): readonly string[] {
  const values = new Map<string, number>()
  const keyOf = (name: string, labels: Labels): string =>
    `${name}{${Object.entries(labels)
      .map(([label, value]) => `${label}=${value}`)
      .join(',')}}`
  const fold = new MetricsFold({
    add: (name, value, labels) =>
      values.set(keyOf(name, labels), (values.get(keyOf(name, labels)) ?? 0) + value),
    set: (name, value, labels) => values.set(keyOf(name, labels), value),
    observe: () => undefined,
  })
  for (const event of events) fold.add(event)
  return [...values].map(([key, value]) => `${key} ${value}`)
}

const members = ['direct', 'relay'].map((name) => ({name, target: name}))
const added: RunEvent = {
  at: 0,
  type: 'group-added',
  group: {name: 'uplink', mode: 'active-backup', members, interval: 1000},
}
const switched = (from: string | null, to: string | null, kind: 'start' | 'down' | 'failback'): RunEvent => ({
  at: 1,
  type: 'path-switched',
  group: 'uplink',
  from,
  to,
  kind,
  because: '',
  took: 1,
})

describe('series of groups', () => {
  it('begin at zero, and count what was left because it no longer served', () => {
    expect(seriesOf([added])).toContain('netdrill_fallback_total{group=uplink} 0')
    const series = seriesOf([
      added,
      switched(null, 'direct', 'start'),
      switched('direct', 'relay', 'down'),
      switched('relay', 'direct', 'failback'),
      switched('direct', 'relay', 'down'),
    ])
    expect(series).toContain('netdrill_fallback_total{group=uplink} 2')
    expect(series).toContain('netdrill_path_switches_total{group=uplink,kind=down} 2')
    expect(series).toContain('netdrill_path_switches_total{group=uplink,kind=failback} 1')
    expect(series).toContain('netdrill_path_active{group=uplink,path=relay} 1')
    expect(series).toContain('netdrill_path_active{group=uplink,path=direct} 0')
  })

  it('tell the mode, and how often it has changed', () => {
    const auto: RunEvent = {
      at: 0,
      type: 'group-added',
      group: {name: 'best', mode: 'auto', members, interval: 1000},
    }
    const mode = (from: 'mptcp' | null, to: 'single' | 'mptcp'): RunEvent => ({
      at: 1,
      type: 'mode-changed',
      group: 'best',
      from,
      to,
      because: '',
    })
    expect(seriesOf([added])).toContain('netdrill_group_mode{group=uplink,mode=active-backup} 1')
    expect(seriesOf([auto])).toContain('netdrill_group_mode_changes_total{group=best} 0')
    const series = seriesOf([auto, mode(null, 'mptcp'), mode('mptcp', 'single')])
    expect(series.filter((line) => line.startsWith('netdrill_group_mode'))).toEqual([
      'netdrill_group_mode{group=best,mode=single} 1',
      'netdrill_group_mode{group=best,mode=active-backup} 0',
      'netdrill_group_mode{group=best,mode=mptcp} 0',
      'netdrill_group_mode_changes_total{group=best} 1',
    ])
  })

  it('tell the state, and none of a group that is gone', () => {
    const changed: RunEvent = {
      at: 1,
      type: 'group-changed',
      group: 'uplink',
      from: 'connecting',
      to: 'degraded',
      because: '',
      healthy: 1,
      of: 2,
    }
    const state = 'netdrill_group_state{group=uplink,state=degraded}'
    expect(seriesOf([added, changed])).toContain(`${state} 1`)
    expect(seriesOf([added, changed, {at: 2, type: 'group-removed', group: 'uplink'}])).toContain(
      `${state} 0`,
    )
  })

  it('tell that the own network is suspected', () => {
    expect(seriesOf([{at: 0, type: 'own-network', suspected: true, because: ''}])).toEqual([
      'netdrill_own_network_suspected{} 1',
    ])
  })
})

const rule = {name: 'Down', expr: 'x > 1', for: 0, keepFiringFor: 0, labels: {}}
const alert = (at: number, state: 'pending' | 'firing' | 'resolved'): RunEvent => ({
  at,
  type: 'alert',
  rule: 'Down',
  labels: {target: 'api'},
  state,
  since: 1000,
  value: 3,
  annotations: {summary: 'gone'},
})

describe('series of alerts', () => {
  it('are 1 for the state that the alert is in', () => {
    const of = (state: string): string =>
      `netdrill_alert_state{target=api,alertname=Down,alertstate=${state}}`
    expect(seriesOf([alert(1, 'pending')])).toEqual([`${of('pending')} 1`, `${of('firing')} 0`])
    expect(seriesOf([alert(1, 'pending'), alert(2, 'firing')])).toEqual([
      `${of('pending')} 0`,
      `${of('firing')} 1`,
    ])
    expect(seriesOf([alert(2, 'firing'), alert(3, 'resolved')])).toEqual([
      `${of('pending')} 0`,
      `${of('firing')} 0`,
    ])
  })

  it('count messages by what became of them', () => {
    const notified = {at: 1, type: 'notified', receiver: 'desk', about: '', attempts: 1, because: ''} as const
    expect(
      seriesOf([
        {...notified, result: 'delivered'},
        {...notified, result: 'failed'},
      ]),
    ).toEqual([
      'netdrill_notifications_total{receiver=desk,result=delivered} 1',
      'netdrill_notifications_total{receiver=desk,result=failed} 1',
      'netdrill_notifications_total{receiver=desk,result=dropped} 0',
    ])
  })
})

describe('the status of alerts', () => {
  const statusOf = (...events: readonly RunEvent[]): unknown => {
    const facts = new MonitorFacts()
    for (const event of [{at: 0, type: 'alert-rule-added', rule} as const, ...events]) facts.add(event)
    return makeMonitorStatus(facts, 5000).alerts
  }

  it('shows every rule with its alerts', () => {
    expect(statusOf()).toEqual([{name: 'Down', expr: 'x > 1', state: 'inactive', failed: null, alerts: []}])
    expect(statusOf(alert(1000, 'pending'), alert(2000, 'firing'))).toEqual([
      {
        name: 'Down',
        expr: 'x > 1',
        state: 'firing',
        failed: null,
        alerts: [
          {
            labels: {target: 'api'},
            state: 'firing',
            since_seconds: 4,
            value: 3,
            annotations: {summary: 'gone'},
          },
        ],
      },
    ])
    expect(statusOf(alert(1000, 'firing'), alert(2000, 'resolved'))).toMatchObject([{state: 'inactive'}])
  })

  it('says why a rule could not be evaluated, and forgets a rule that is gone', () => {
    const failed: RunEvent = {at: 1, type: 'alert-rule-failed', rule: 'Down', because: 'two of a kind'}
    expect(statusOf(failed)).toMatchObject([{failed: 'two of a kind'}])
    expect(statusOf(alert(1, 'firing'), {at: 2, type: 'alert-rule-removed', rule: 'Down'})).toEqual([])
  })
})

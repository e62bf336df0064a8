import {describe, expect, it} from 'vitest'
import type {GroupEvent} from '../../../src/core/group-events.ts'
import {MonitorFacts} from '../../../src/reporters/monitor-facts.ts'
import {makeMonitorStatus} from '../../../src/reporters/monitor-status.ts'

const members = [
  {name: 'direct', target: 'a'},
  {name: 'relay', target: 'b'},
]
const ADDED: GroupEvent = {
  type: 'group-added',
  group: {name: 'uplink', mode: 'active-backup', members, interval: 100},
}
const change = {group: 'uplink', because: 'told', of: 2}

describe('groups in the status of a watch', () => {
  it('tell the state, the path and the last switch', () => {
    const facts = new MonitorFacts()
    const events: readonly GroupEvent[] = [
      ADDED,
      {type: 'path-switched', ...change, from: null, to: 'direct', kind: 'start', took: 0},
      {type: 'group-changed', ...change, from: 'idle', to: 'connected', healthy: 2},
      {type: 'path-switched', ...change, from: 'direct', to: 'relay', kind: 'down', took: 0},
      {type: 'group-changed', ...change, from: 'connected', to: 'degraded', healthy: 1},
      {type: 'own-network', suspected: true, because: 'told'},
    ]
    for (const event of events) facts.add({...event, at: 1000})
    const status = makeMonitorStatus(facts, 3000)
    expect(status.groups).toEqual([
      {
        name: 'uplink',
        mode: 'active-backup',
        state: 'degraded',
        since_seconds: 2,
        members,
        healthy: 1,
        path: 'relay',
        current_mode: 'active-backup',
        mode_changes: 0,
        last_mode_change: null,
        switches: 1,
        last_switch: {seconds_ago: 2, kind: 'down', because: 'told'},
        stream: null,
        report: null,
        status: {mode: 'relay', latency: null, quality: null, retries: 0},
      },
    ])
    expect(status.own_network_suspected).toBe(true)
  })

  it('keep how a group stood when the watch ended, and forget one that was removed', () => {
    const facts = new MonitorFacts()
    facts.add({...ADDED, at: 0})
    facts.add({at: 1, type: 'group-changed', ...change, from: 'idle', to: 'disconnected', healthy: 0})
    expect(makeMonitorStatus(facts, 2).groups[0]?.state).toBe('idle')
    facts.add({at: 3, type: 'group-removed', group: 'uplink'})
    expect(makeMonitorStatus(facts, 4).groups).toEqual([])
  })

  it('tell the mode in use, and why it has changed', () => {
    const facts = new MonitorFacts()
    facts.add({at: 0, type: 'group-added', group: {name: 'best', mode: 'auto', members: [], interval: 100}})
    expect(makeMonitorStatus(facts, 0).groups).toMatchObject([{mode: 'auto', current_mode: null}])
    facts.add({at: 0, type: 'mode-changed', group: 'best', from: null, to: 'mptcp', because: 'first'})
    facts.add({at: 1000, type: 'mode-changed', group: 'best', from: 'mptcp', to: 'single', because: 'told'})
    expect(makeMonitorStatus(facts, 3000).groups).toMatchObject([
      {current_mode: 'single', mode_changes: 1, last_mode_change: {seconds_ago: 2, because: 'told'}},
    ])
  })
})

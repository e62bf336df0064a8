import {expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import type {MptcpFacts, SubflowFacts} from '../../../src/core/facts.ts'
import {NetworkMetrics} from '../../../src/reporters/metrics/network-metrics.ts'

const at = 0

/** The series after these events, as `name{labels} value`. */
function series(events: readonly RunEvent[]): readonly string[] {
  const values = new Map<string, number>()
  const keyOf = (name: string, labels: object): string => `${name} ${Object.values(labels).join(' ')}`
  const metrics = new NetworkMetrics({
    add: (name, value, labels) =>
      values.set(keyOf(name, labels), (values.get(keyOf(name, labels)) ?? 0) + value),
    set: (name, value, labels) => values.set(keyOf(name, labels), value),
    observe: () => {},
  })
  for (const event of events) metrics.add(event)
  return [...values].map(([key, value]) => `${key} ${value}`.replace('netdrill_', ''))
}

const flow = (local: string, sent: number, received: number): SubflowFacts => ({
  local,
  remote: 'server:1',
  rtt: 5,
  backoff: 0,
  unacked: 0,
  heardAgo: 0,
  ackedAgo: 0,
  sentAgo: 0,
  retransmits: 0,
  sent,
  acked: sent,
  received,
})

it('counts changes of links, and tells whether a target has one', () => {
  const lost: RunEvent = {at, type: 'link-lost', target: 'a', device: 'eth0', cause: 'carrier', because: ''}
  const change: RunEvent = {at, type: 'network-changed', what: 'carrier-lost', device: 'eth0', subject: ''}
  const restored: RunEvent = {at, type: 'link-restored', target: 'b', device: 'eth0', because: ''}
  expect(series([change, change, lost, restored])).toEqual([
    'network_changes_total eth0 carrier-lost 2',
    'link_usable a 0',
    'link_usable b 1',
  ])
})

it('has the mode of a multipath connection, and the bytes of its subflows by own address', () => {
  const mode = {because: '', trigger: null, retryIn: null, token: null, from: null}
  const mptcp: MptcpFacts = {
    used: true,
    subflows: 3,
    paths: [],
    fallback: null,
    local: '',
    remote: '',
    counters: {},
    flows: [flow('10.0.0.1:5', 10, 1), flow('10.0.0.1:6', 5, 1), flow('[fd00::1]:7', 3, 4)],
  }
  const outcome = {status: 'ok' as const, reading: {phase: {}, mptcp}, took: 1}
  const all = series([
    {at, type: 'mptcp-changed', target: 'a', to: 'single-path', ...mode},
    {at, type: 'sample', target: 'a', sample: {seq: 0, sentAt: 0, outcome}},
  ])
  expect(all).toEqual([
    'mptcp_mode a multipath 0',
    'mptcp_mode a single-path 1',
    'mptcp_mode a tcp 0',
    'mptcp_fallbacks_total a 0',
    'mptcp_subflows a 3',
    'mptcp_subflow_bytes a 10.0.0.1 sent 15',
    'mptcp_subflow_bytes a [fd00::1] sent 3',
    'mptcp_subflow_bytes a 10.0.0.1 received 2',
    'mptcp_subflow_bytes a [fd00::1] received 4',
  ])
})

it('has the members of a bond as the kernel tells them, and counts its switches from 0', () => {
  const member = {state: 'backup', up: true, failures: 0, speed: 1e9}
  const members = [
    {...member, device: 'e0', state: 'active'},
    {...member, device: 'e1', up: false, failures: 2, speed: null},
  ]
  const counts = {packets: 1, errors: 0, dropped: 0, carrierChanges: 1}
  const bond = {mode: 'active-backup', active: 'e0', members}
  const change = {at, type: 'bond-switched', device: 'bond0', mode: 'active-backup', because: ''} as const
  expect(
    series([
      {...change, from: null, to: 'e1'},
      {...change, from: 'e1', to: 'e0'},
      {at, type: 'interface-seen', interface: {device: 'bond0', ...counts, speed: 1e9, bond}},
    ]).filter((line) => !line.startsWith('interface_count')),
  ).toEqual([
    'bond_switches_total bond0 1',
    'interface_speed_bits_per_second bond0 1000000000',
    'bond_member_up bond0 e0 1',
    'bond_member_active bond0 e0 1',
    'bond_member_failures bond0 e0 0',
    'interface_speed_bits_per_second e0 1000000000',
    'bond_member_up bond0 e1 0',
    'bond_member_active bond0 e1 0',
    'bond_member_failures bond0 e1 2',
  ])
})

import {describe, expect, it} from 'vitest'
import {FollowGroups} from '../../../src/connections/groups/follow-groups.ts'
import {makeFailure} from '../../../src/core/codes/index.ts'
import {connectionQuality} from '../../../src/core/connection-quality.ts'
import type {ConnectionState, RunEvent} from '../../../src/core/events.ts'
import type {GroupSpec} from '../../../src/core/group-spec.ts'
import type {HealthReport} from '../../../src/reporters/connection-reports.ts'
import {MonitorFacts} from '../../../src/reporters/monitor-facts.ts'
import {type MonitorStatus, makeMonitorStatus} from '../../../src/reporters/monitor-status.ts'
import {sampleOf, stateOf} from '../../support/group-events.ts'

const STARTED = '2026-11-21T09:00:00.000Z'

function started(): RunEvent {
  const run = {
    id: 'monitor-1',
    command: 'monitor',
    title: '',
    version: '0',
    seed: 1,
    started: STARTED,
    platform: '',
    backends: [],
  }
  return {at: 0, type: 'run-started', run}
}

function added(name: string, policy: string | null = null): RunEvent {
  const target = {name, url: '', kind: 'tcp', role: 'target', interval: 1000, timeout: 500, policy} as const
  return {at: 0, type: 'target-added', target}
}

function attemptOf(target: string, at: number, code: 'TCP_REFUSED' | null): RunEvent {
  const failure = code && makeFailure(code, 'told')
  return {at, type: 'attempt', target, attempt: 1, phase: 'immediate', took: 20, failure}
}

/** The status at the time of the last event; groups follow as in a watch. */
function statusAfter(events: readonly RunEvent[], groups: readonly GroupSpec[] = []): MonitorStatus {
  const facts = new MonitorFacts()
  const followed = new FollowGroups()
  facts.add(started())
  for (const event of followed.replace(groups, () => 1000)) facts.add({...event, at: 0})
  for (const event of events) for (const one of [event, ...followed.add(event)]) facts.add(one)
  return makeMonitorStatus(facts, facts.at)
}

describe('the quality of a path', () => {
  it.each([
    [{loss: 0, rtt: 0, jitter: 0}, 1],
    [{loss: 0, rtt: 1000, jitter: 0}, 0.5],
    [{loss: 0, rtt: 200, jitter: 200}, 0.5],
    [{loss: 0.1, rtt: 0, jitter: 0}, 0.9],
    [{loss: 0.4, rtt: 250, jitter: 62.5}, 0.4],
    [{loss: 0, rtt: 20, jitter: 1}, 0.9766],
    [{loss: 1, rtt: null, jitter: 0}, 0],
    [{loss: 0, rtt: null, jitter: 0}, 0],
  ])('of %j is %f', (input, quality) => {
    expect(connectionQuality(input)).toBeCloseTo(quality, 4)
  })
})

describe('the tracker of a target', () => {
  it('counts the attempts of its policy, not the samples beside them', () => {
    const [target] = statusAfter([
      added('a', 'patient'),
      attemptOf('a', 100, null),
      stateOf('a', 'connected', 100),
      sampleOf('a', 10, 1000),
      sampleOf('a', null, 2000),
      stateOf('a', 'reconnecting', 2000),
      attemptOf('a', 3000, 'TCP_REFUSED'),
      sampleOf('a', null, 3500),
      attemptOf('a', 4000, 'TCP_REFUSED'),
    ]).targets
    expect(target?.tracker).toEqual({
      id: 'a',
      state: 'Retrying',
      attempt_count: 2,
      consecutive_failures: 2,
      last_attempt: '2026-11-21T09:00:03.980Z',
      last_success: '2026-11-21T09:00:01.000Z',
      last_error: {code: 'TCP_REFUSED', text: 'told'},
    })
    expect(target?.state_names).toEqual({
      tunnel_client: 'Reconnecting',
      webrtc_health: 'Disconnected',
      retry_framework: 'Retrying',
    })
  })

  it('counts samples where there is no policy, and starts over with a success', () => {
    const events = [
      added('a'),
      sampleOf('a', null, 1000),
      stateOf('a', 'reconnecting', 1000, 'connecting'),
      sampleOf('a', null, 2000),
      sampleOf('a', 10, 3000),
      stateOf('a', 'connected', 3000, 'reconnecting'),
    ]
    expect(statusAfter(events.slice(0, 4)).targets[0]?.tracker).toMatchObject({
      attempt_count: 2,
      consecutive_failures: 2,
      last_success: null,
    })
    expect(statusAfter(events).targets[0]?.tracker).toMatchObject({
      attempt_count: 0,
      consecutive_failures: 0,
      last_success: '2026-11-21T09:00:03.000Z',
    })
  })

  it('knows what was heard lately', () => {
    const rtts = [...Array.from({length: 30}, () => 500), ...Array.from({length: 18}, () => 10), null, null]
    const events = rtts.map((rtt, index) => sampleOf('a', rtt, 1000 + index))
    const [target] = statusAfter([added('a'), stateOf('a', 'connected', 1), ...events]).targets
    expect(target?.activity).toEqual({
      last_activity: '2026-11-21T09:00:01.047Z',
      samples: 20,
      lost: 2,
      errors: {network: 2},
      bytes: 0,
      rtt_seconds: {p50: 0.01, p95: 0.01, max: 0.01},
      quality: 0.8911,
    })
  })
})

describe('the statistics of all connections', () => {
  it('have nine figures whose parts make up the whole', () => {
    const states: ConnectionState[] = [
      'connected',
      'degraded',
      'suspect',
      'connecting',
      'reconnecting',
      'failed',
      'exhausted',
    ]
    const names = states.map((_, index) => `t${index}`)
    const {totals} = statusAfter([
      ...names.map((name) => added(name)),
      ...names.map((name, index) => stateOf(name, states[index] ?? 'idle', 10)),
      sampleOf('t0', 10, 20),
      sampleOf('t1', 10, 20),
      sampleOf('t4', null, 20),
      sampleOf('t4', null, 30),
    ])
    expect(totals).toEqual({
      total: 7,
      connected: 3,
      connecting: 1,
      retrying: 1,
      failed: 1,
      exhausted: 1,
      total_attempts: 4,
      total_failures: 2,
      success_rate: 0.5,
      down: 3,
    })
  })

  it('have no success rate before the first attempt', () => {
    expect(statusAfter([added('a')]).totals).toMatchObject({total_attempts: 0, success_rate: null})
  })
})

function shortOf(report: HealthReport): unknown[] {
  const {is_healthy: healthy, connected_peers: up, min_peers_threshold: least} = report
  return [healthy, up, least, report.failed_connections, report.recovering_connections]
}

describe('the reports of groups', () => {
  const quorum: GroupSpec = {
    mode: 'quorum',
    name: 'nodes',
    members: ['a', 'b', 'c', 'd'].map((name) => ({name, target: name})),
    needed: 3,
    leaveBelow: 2,
  }

  it('count the members of a quorum as they are, and keep it healthy until it is left', () => {
    const up = ['a', 'b', 'c', 'd'].flatMap((name) => [added(name), stateOf(name, 'connected', 10)])
    const seen = [
      up,
      [stateOf('a', 'reconnecting', 60_000)],
      [stateOf('b', 'exhausted', 90_000, 'reconnecting')],
      [stateOf('c', 'failed', 120_000, 'connected')],
      [stateOf('a', 'connected', 150_000, 'reconnecting'), stateOf('b', 'connected', 180_000, 'exhausted')],
    ]
    const reports = seen.map(
      (_, index) => statusAfter(seen.slice(0, index + 1).flat(), [quorum]).groups[0]?.report,
    )
    expect(reports.map((one) => one && shortOf(one))).toEqual([
      [true, 4, 3, 0, 0],
      [true, 3, 3, 0, 1],
      [true, 2, 3, 1, 1],
      [false, 1, 3, 2, 1],
      [true, 3, 3, 1, 0],
    ])
    expect(reports[0]).toEqual({
      is_healthy: true,
      connected_peers: 4,
      min_peers_threshold: 3,
      failed_connections: 0,
      recovering_connections: 0,
      timestamp: '2026-11-21T09:00:00.010Z',
    })
  })

  it('give mode, latency, quality and retries of the path in use', () => {
    const paths: GroupSpec = {
      mode: 'active-backup',
      name: 'uplink',
      paths: [
        {name: 'direct', target: 'a'},
        {name: 'relay', target: 'b'},
      ],
      failover: {onQuality: false, maxRtt: 1000, maxLoss: 1},
      failback: {policy: 'never', holdDown: 0, minImprovement: 0},
      switches: {most: 6, within: 600_000},
    }
    const up = ['a', 'b'].flatMap((name) => [
      added(name),
      stateOf(name, 'connected', 10),
      ...[1, 2, 3].map((index) => sampleOf(name, name === 'a' ? 20 : 100, 1000 * index)),
    ])
    expect(statusAfter(up, [paths]).groups[0]?.status).toEqual({
      mode: 'direct',
      latency: 0.02,
      quality: 0.9804,
      retries: 0,
    })
    const lost = [...up, stateOf('a', 'reconnecting', 4000), sampleOf('b', 100, 4000)]
    const retried = [...lost, sampleOf('a', null, 5000), sampleOf('a', null, 6000), sampleOf('b', 100, 6000)]
    expect(statusAfter(retried, [paths]).groups[0]?.status).toEqual({
      mode: 'relay',
      latency: 0.1,
      quality: 0.9091,
      retries: 2,
    })
    const none = [...retried, stateOf('b', 'reconnecting', 7000)]
    expect(statusAfter(none, [paths]).groups[0]?.status).toMatchObject({mode: null, quality: 0})
  })
})

it('leaves time in which netdrill did not run out of the downtime', () => {
  const status = statusAfter([
    added('a'),
    stateOf('a', 'connected', 10),
    stateOf('a', 'reconnecting', 1000),
    {at: 61_000, type: 'observer-gap', length: 50_000, because: 'stopped', since: 11_000},
    stateOf('a', 'connected', 63_000, 'reconnecting'),
  ])
  expect(status.targets[0]?.downtime_seconds).toBe(12)
})

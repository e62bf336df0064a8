import {describe, expect, it} from 'vitest'
import {makeFailure} from '../../../../src/core/codes/index.ts'
import type {ConnectionState, RunEvent} from '../../../../src/core/events.ts'
import type {Labels, MetricSink} from '../../../../src/core/metrics.ts'
import {METRICS} from '../../../../src/reporters/metrics/definitions.ts'
import {MetricsFold} from '../../../../src/reporters/metrics/metrics-fold.ts'

/** Keeps what was recorded, by name and labels. */
class Recorder implements MetricSink {
  readonly values = new Map<string, number>()
  readonly observed = new Map<string, number[]>()

  add(name: string, value: number, labels: Labels): void {
    const key = keyOf(name, labels)
    this.values.set(key, (this.values.get(key) ?? 0) + value)
  }
  set(name: string, value: number, labels: Labels): void {
    this.values.set(keyOf(name, labels), value)
  }
  observe(name: string, value: number, labels: Labels): void {
    const key = keyOf(name, labels)
    this.observed.set(key, [...(this.observed.get(key) ?? []), value])
  }
}

function keyOf(name: string, labels: Labels): string {
  if (!METRICS.some((metric) => metric.name === name)) throw new Error(`${name} is not defined`)
  const text = Object.entries(labels).map(([label, value]) => `${label}=${value}`)
  return `${name.replace('netdrill_', '')}{${text.join(',')}}`
}

const STARTED = '2026-01-02T03:04:05.000Z'
const EPOCH = Date.parse(STARTED) / 1000

function started(policy: string | null): readonly RunEvent[] {
  const run = {
    id: 'r',
    command: 'monitor',
    title: 't',
    version: '1.2.3',
    seed: 1,
    started: STARTED,
    platform: 'p',
    backends: [],
  }
  const target = {
    name: 'api',
    url: 'tcp://h:1',
    kind: 'tcp',
    role: 'target' as const,
    interval: 1000,
    timeout: 500,
    policy,
  }
  return [
    {at: 0, type: 'run-started', run},
    {at: 0, type: 'target-added', target},
  ]
}

const sample = (at: number, rtt: number | null): RunEvent => ({
  at,
  type: 'sample',
  target: 'api',
  sample: {
    seq: 0,
    sentAt: at,
    outcome:
      rtt === null
        ? {status: 'failed', failure: makeFailure('TCP_TIMEOUT', 'silent'), partial: {phase: {}}, took: 500}
        : {status: 'ok', reading: {rtt, phase: {connect: rtt, total: rtt}}, took: rtt},
  },
})
const state = (at: number, from: ConnectionState, to: ConnectionState): RunEvent => ({
  at,
  type: 'state-changed',
  target: 'api',
  from,
  to,
  because: '',
})

function record(events: readonly RunEvent[]): Recorder {
  const recorder = new Recorder()
  const fold = new MetricsFold(recorder)
  for (const event of events) fold.add(event)
  return recorder
}

describe('the metrics of a watch', () => {
  it('exist at zero before anything has happened, each failure too', () => {
    const {values} = record(started(null))
    expect(values.get('connection_attempts_total{target=api}')).toBe(0)
    expect(values.get('connection_failures_total{target=api,category=network,code=TCP_REFUSED}')).toBe(0)
    expect(values.get('connection_state{target=api,state=idle}')).toBe(1)
    expect(values.get('connection_state{target=api,state=connected}')).toBe(0)
    expect(values.get('last_success_timestamp_seconds{target=api}')).toBe(EPOCH)
    expect(values.get('build_info{version=1.2.3}')).toBe(1)
  })

  it('count samples as attempts where there is no policy, and keep timeouts out of the latency', () => {
    const {values, observed} = record([
      ...started(null),
      sample(1000, 20),
      sample(2000, null),
      sample(3000, null),
    ])
    expect(values.get('connection_attempts_total{target=api}')).toBe(3)
    expect(values.get('connection_failures_total{target=api,category=network,code=TCP_TIMEOUT}')).toBe(2)
    expect(values.get('errors_total{target=api}')).toBe(2)
    expect(values.get('consecutive_failures{target=api}')).toBe(2)
    expect(values.get('last_success_timestamp_seconds{target=api}')).toBe(EPOCH + 1)
    expect(observed.get('connection_latency_seconds{target=api,step=connect}')).toEqual([0.02])
    expect(observed.get('health_check_duration_seconds{target=api,result=failed}')).toEqual([0.5, 0.5])
  })

  it('count the attempts of a policy by phase, and samples beside them as health checks only', () => {
    const attempt = (number: number, phase: string, at: number, failed: boolean): RunEvent => ({
      at,
      type: 'attempt',
      target: 'api',
      attempt: number,
      phase,
      took: 5,
      failure: failed ? makeFailure('TCP_REFUSED', 'refused') : null,
    })
    const {values} = record([
      ...started('tunnel-client'),
      attempt(1, 'initial', 0, true),
      sample(500, null),
      attempt(2, 'immediate', 5000, true),
      attempt(3, 'immediate', 10_000, false),
    ])
    expect(values.get('connection_attempts_total{target=api}')).toBe(3)
    expect(values.get('connection_failures_total{target=api,category=network,code=TCP_REFUSED}')).toBe(2)
    expect(values.get('retry_attempts_total{target=api,phase=immediate}')).toBe(2)
    expect(values.get('last_success_timestamp_seconds{target=api}')).toBe(EPOCH + 10)
  })

  it('let the downtime grow during an outage, and observe its length at the end', () => {
    const outage = [...started(null), state(1000, 'connected', 'reconnecting'), sample(3000, null)]
    const during = record(outage)
    expect(during.values.get('downtime_seconds_total{target=api}')).toBe(2)
    const after = record([...outage, state(4500, 'reconnecting', 'connected'), sample(6000, 1)])
    expect(after.values.get('downtime_seconds_total{target=api}')).toBe(3.5)
    expect(after.observed.get('outage_seconds{target=api}')).toEqual([3.5])
    expect(after.values.get('connection_state{target=api,state=reconnecting}')).toBe(0)
    expect(after.values.get('connection_state{target=api,state=connected}')).toBe(1)
  })

  it('share their histograms where there are too many targets to scrape one of each', () => {
    const [run, target] = started(null)
    if (run?.type !== 'run-started' || target?.type !== 'target-added') throw new Error('no start')
    const crowd = Array.from({length: 1001}, (_, index): RunEvent => {
      const info = {...target.target, name: `t${index}`}
      return {at: 0, type: 'target-added', target: info}
    })
    const {observed, values} = record([run, ...crowd, target, sample(1000, 20)])
    expect(observed.get('connection_latency_seconds{step=connect}')).toEqual([0.02])
    expect(values.get('connection_attempts_total{target=api}')).toBe(1)
    expect(values.has('connection_failures_total{target=t900,category=network,code=TCP_REFUSED}')).toBe(false)
  })

  it('count what the observer missed, and its gaps', () => {
    const {values} = record([
      ...started(null),
      {at: 1, type: 'slot-missed', target: 'api', seq: 3, because: 'busy'},
      {at: 2, type: 'observer-gap', length: 1500, because: 'suspended'},
    ])
    expect(values.get('missed_samples_total{target=api}')).toBe(1)
    expect(values.get('observer_gap_seconds_total{}')).toBe(1.5)
  })
})

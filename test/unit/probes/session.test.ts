import {describe, expect, it} from 'vitest'
import {makeFailure} from '../../../src/core/codes/index.ts'
import type {RunEvent, TargetInfo} from '../../../src/core/events.ts'
import type {Outcome} from '../../../src/core/outcome.ts'
import {seededRandom} from '../../../src/core/random.ts'
import type {ExtraReply, MeasureRun, Prober} from '../../../src/probes/probe.ts'
import {type SessionSpec, runSession} from '../../../src/probes/session.ts'
import {resolvePolicy} from '../../../src/policies/resolve.ts'
import {FakeClock} from '../../support/fake-clock.ts'

const OK: Outcome = {status: 'ok', reading: {rtt: 1, phase: {}}, took: 1}
const fail = (code: 'TCP_REFUSED' | 'TCP_TIMEOUT' | 'TLS_CERT_EXPIRED'): Outcome => ({
  status: 'failed',
  failure: makeFailure(code, 'no'),
  partial: {phase: {}},
  took: 1,
})

interface Step {
  readonly takes: number
  readonly outcome: Outcome
}

class StubProber implements Prober {
  readonly method = null
  readonly runs: MeasureRun[] = []
  extra: (extra: ExtraReply) => void = () => {}
  readonly #clock: FakeClock
  readonly #steps: readonly Step[]

  constructor(clock: FakeClock, steps: readonly Step[]) {
    this.#clock = clock
    this.#steps = steps
  }

  onExtra(listener: (extra: ExtraReply) => void): void {
    this.extra = listener
  }

  async measure(run: MeasureRun): Promise<Outcome> {
    const step = this.#steps[this.runs.length] ?? {takes: 1, outcome: OK}
    this.runs.push(run)
    await this.#clock.sleep(step.takes, run.signal).catch(() => {})
    return step.outcome
  }

  async close(): Promise<void> {
    return Promise.resolve()
  }
}

const INFO: TargetInfo = {
  name: 't',
  url: 'tcp://h:1',
  kind: 'tcp',
  role: 'target',
  interval: 1000,
  timeout: 3000,
  policy: null,
}

interface Played {
  readonly events: RunEvent[]
  readonly prober: StubProber
  readonly clock: FakeClock
  readonly stop: AbortController
  readonly done: Promise<void>
}

function play(steps: readonly Step[], spec: Partial<SessionSpec> = {}): Played {
  const clock = new FakeClock()
  const events: RunEvent[] = []
  const prober = new StubProber(clock, steps)
  const stop = new AbortController()
  const full = {info: INFO, count: 3, duration: null, policy: null, ...spec}
  const run = {origin: 0, emit: (event: RunEvent) => events.push(event), signal: stop.signal}
  const done = runSession(full, prober, {clock, random: seededRandom(1)}, run)
  return {events, prober, clock, stop, done}
}

const told = (events: readonly RunEvent[]): string[] =>
  events.map((event) => {
    if (event.type === 'sample')
      return `${event.at} sample ${event.sample.seq} ${event.sample.outcome.status}`
    if (event.type === 'slot-missed') return `${event.at} missed ${event.seq}`
    if (event.type === 'attempt') return `${event.at} attempt ${event.attempt} ${event.failure?.code ?? 'ok'}`
    return `${event.at} ${event.type}`
  })

describe('a series of samples', () => {
  it('keeps its absolute schedule and ends right after the last sample', async () => {
    const {events, clock, done} = play([])
    await clock.advance(2001)
    await done
    expect(told(events)).toEqual(['0 target-added', '1 sample 1 ok', '1001 sample 2 ok', '2001 sample 3 ok'])
    expect(clock.pending).toBe(0)
  })

  it('counts the slots that a slow sample costs, and keeps the schedule of the rest', async () => {
    const {events, clock, done} = play([{takes: 2500, outcome: fail('TCP_TIMEOUT')}], {count: 2})
    await clock.advance(3001)
    await done
    expect(told(events)).toEqual([
      '0 target-added',
      '2500 sample 1 failed',
      '2500 missed 2',
      '2500 missed 3',
      '3001 sample 4 ok',
    ])
  })

  it.each([
    [1000, 2],
    [1050, 2],
    [1051, 3],
  ])('after a sample of %i ms uses slot %i', async (takes, seq) => {
    const {prober, clock, done} = play([{takes, outcome: OK}], {count: 2})
    await clock.advance(3000)
    await done
    expect(prober.runs[1]?.seq).toBe(seq)
  })

  it('begins no sample beyond its duration', async () => {
    const {prober, clock, done} = play([], {count: null, duration: 2500})
    await clock.advance(10_000)
    await done
    expect(prober.runs).toHaveLength(3)
  })

  it('ends at once on abort, without the sample under way', async () => {
    const {events, clock, stop, done} = play([
      {takes: 1, outcome: OK},
      {takes: 900, outcome: OK},
    ])
    await clock.advance(1200)
    stop.abort(new Error('enough'))
    await done
    expect(told(events)).toEqual(['0 target-added', '1 sample 1 ok'])
    expect(clock.pending).toBe(0)
  })

  it('does not begin when it is aborted already', async () => {
    const clock = new FakeClock()
    const prober = new StubProber(clock, [])
    const events: RunEvent[] = []
    const run = {
      origin: 0,
      emit: (event: RunEvent) => events.push(event),
      signal: AbortSignal.abort(new Error('no')),
    }
    const spec = {info: INFO, count: 3, duration: null, policy: null}
    await runSession(spec, prober, {clock, random: seededRandom(1)}, run)
    expect(prober.runs).toEqual([])
  })

  it('stops when this machine lacks what the probe needs', async () => {
    const because = {code: 'CAPABILITY_MISSING', text: 'no', advice: []} as const
    const {prober, clock, done} = play([{takes: 1, outcome: {status: 'skipped', because}}])
    await clock.advance(10_000)
    await done
    expect(prober.runs).toHaveLength(1)
  })

  it('takes a timeout that was noticed far too late for its own fault', async () => {
    const {events, clock, done} = play([{takes: 9000, outcome: fail('TCP_TIMEOUT')}], {count: 1})
    await clock.advance(9000)
    await done
    expect(told(events)).toEqual(['0 target-added', '9000 observer-gap', '9000 sample 1 skipped'])
  })

  it('tells when the wall clock jumped', async () => {
    const {events, clock, done} = play([], {count: 2})
    await clock.advance(500)
    clock.epoch += 60_000
    await clock.advance(600)
    await done
    expect(events.filter((event) => event.type === 'observer-gap')).toMatchObject([
      {length: 60_000, at: 1000},
    ])
  })

  it('passes on late and duplicate replies', async () => {
    const {events, prober, clock, done} = play([], {count: 1})
    await clock.advance(1)
    await done
    prober.extra({kind: 'duplicate', seq: 1, rtt: 4})
    expect(events.at(-1)).toMatchObject({type: 'reply-extra', target: 't', seq: 1, kind: 'duplicate', rtt: 4})
  })
})

describe('a series with a policy', () => {
  const {policy} = resolvePolicy('tunnel-client')

  it('shows every attempt, and is ok after a retry', async () => {
    const steps = [
      {takes: 1, outcome: fail('TCP_REFUSED')},
      {takes: 1, outcome: fail('TCP_REFUSED')},
    ]
    const {events, prober, clock, done} = play(steps, {count: 1, policy})
    await clock.advance(600_000)
    await done
    const types = events.map((event) => event.type)
    expect(types.filter((type) => type === 'attempt')).toHaveLength(3)
    expect(types.filter((type) => type === 'attempt-scheduled')).toHaveLength(2)
    expect(events.at(-1)).toMatchObject({type: 'sample', sample: {seq: 1, outcome: {status: 'ok'}}})
    expect(prober.runs.map((run) => run.seq)).toEqual([1, 1, 1])
    expect(prober.runs[0]?.timeout).toBe(policy.attemptTimeout)
  })

  it('does not retry what no retry helps', async () => {
    const {events, clock, done} = play([{takes: 1, outcome: fail('TLS_CERT_EXPIRED')}], {count: 1, policy})
    await clock.advance(600_000)
    await done
    const sample = events.find((event) => event.type === 'sample')
    expect(events.filter((event) => event.type === 'attempt')).toHaveLength(1)
    expect(sample).toMatchObject({sample: {outcome: {failure: {code: 'TLS_CERT_EXPIRED'}}}})
  })

  it('ends a wait between attempts on abort', async () => {
    const {events, clock, stop, done} = play([{takes: 1, outcome: fail('TCP_REFUSED')}], {count: 1, policy})
    await clock.advance(2)
    stop.abort(new Error('enough'))
    await done
    expect(events.some((event) => event.type === 'sample')).toBe(false)
    expect(clock.pending).toBe(0)
  })
})

/**
 * A drill of 25 s as its event stream: two targets and a control every 200 ms, one fault that refuses connections
 * (5 s to 14 s) and one that adds delay (12 s to 22 s). `test/fixtures/runs/refused-and-slow.jsonl` holds the same
 * events; write it again with `node test/support/record-run.ts`.
 */
import {readFileSync, writeFileSync} from 'node:fs'
import {makeFailure} from '../../src/core/codes/index.ts'
import type {DrillPhase, RunEvent} from '../../src/core/events.ts'
import type {Proof} from '../../src/core/fault-events.ts'
import type {Figure} from '../../src/core/figures.ts'
import {seededRandom} from '../../src/core/random.ts'

const FILE = new URL('../fixtures/runs/refused-and-slow.jsonl', import.meta.url)
const INTERVAL = 200
const REFUSED = {from: 5010, to: 14_008}
const SLOW = {from: 12_012, to: 22_006}

/** The events as they lie in the fixture file. */
export function readRun(): readonly RunEvent[] {
  return readFileSync(FILE, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent)
}

/** The same events, made afresh. */
export function recordRun(): readonly RunEvent[] {
  const events = [...opening(), ...phases(), ...faults(), ...reconnection(), ...samples(), ...closing()]
  return events.toSorted((a, b) => a.at - b.at)
}

const refusal = makeFailure('TCP_REFUSED', 'connection refused by 127.0.0.1:41001', {cause: 'ECONNREFUSED'})

function opening(): readonly RunEvent[] {
  const target = (name: string, url: string, role: 'target' | 'control'): RunEvent => ({
    at: 2,
    type: 'target-added',
    target: {
      name,
      url,
      kind: url.split(':')[0] ?? '',
      role,
      interval: INTERVAL,
      timeout: 1000,
      policy: role === 'target' ? 'tunnel-client' : null,
    },
  })
  return [
    {
      at: 0,
      type: 'run-started',
      run: {
        id: '20270115-080000-refused-and-slow',
        command: 'netdrill drill run demo',
        title: 'A refused and a slow connection',
        version: '0.1.0',
        seed: 42,
        started: '2027-01-15T08:00:00.000Z',
        platform: 'linux 6.12 x64, node v24.21.0',
        backends: ['userspace proxy: no right to change the kernel (CAP_NET_ADMIN is missing)'],
      },
    },
    target('api', 'tcp://127.0.0.1:41001', 'target'),
    target('web', 'tls://127.0.0.1:41002', 'target'),
    target('control', 'tcp://127.0.0.1:41003', 'control'),
    {
      at: 3,
      type: 'fault-added',
      fault: {
        id: 'f1',
        name: 'refuse',
        kind: 'proxy',
        summary: 'refuses new connections to api',
        backend: 'userspace proxy',
        at: 5000,
        until: 14_000,
      },
    },
    {
      at: 3,
      type: 'fault-added',
      fault: {
        id: 'f2',
        name: 'slow',
        kind: 'proxy',
        summary: '80ms delay ± 10ms to web',
        backend: 'userspace proxy',
        at: 12_000,
        until: 22_000,
      },
    },
  ]
}

function phases(): readonly RunEvent[] {
  const list: readonly [number, DrillPhase, number | null][] = [
    [1, 'setup', null],
    [400, 'baseline', 5000],
    [5000, 'inject', null],
    [5014, 'observe', 14_000],
    [12_000, 'inject', null],
    [12_016, 'observe', 22_000],
    [22_120, 'recover', 52_120],
    [23_410, 'cleanup', null],
  ]
  return list.map(([at, phase, ends]): RunEvent => ({at, type: 'phase-started', phase, ends}))
}

function faults(): readonly RunEvent[] {
  const proof = (what: string, asked: string, measured: string): Proof => ({
    what,
    asked,
    measured,
    verdict: 'verified',
  })
  return [
    {
      at: REFUSED.from,
      type: 'fault-applied',
      fault: 'f1',
      took: 3.4,
      until: 14_000,
      readback: 'listener closed',
    },
    {
      at: SLOW.from,
      type: 'fault-applied',
      fault: 'f2',
      took: 2.1,
      until: 22_000,
      readback: 'latency=80 jitter=10',
    },
    {at: REFUSED.to, type: 'fault-removed', fault: 'f1', took: 1.2, because: 'ended', restored: true},
    {
      at: REFUSED.to + 4,
      type: 'fault-measured',
      fault: 'f1',
      proofs: [
        proof('new connections to api', 'all refused', '45 of 45 refused'),
        proof('control', 'untouched', '0 of 45 failed'),
      ],
    },
    {at: SLOW.to, type: 'fault-removed', fault: 'f2', took: 1.1, because: 'ended', restored: true},
    {
      at: SLOW.to + 3,
      type: 'fault-measured',
      fault: 'f2',
      proofs: [
        proof('delay to web', '80ms ± 10ms', '80.9ms (p50 above the baseline)'),
        proof('control', 'untouched', 'p50 0.21ms, baseline 0.2ms'),
      ],
    },
  ]
}

/** The ladder of the policy: at once, three quick tries, then longer waits. */
function reconnection(): readonly RunEvent[] {
  type State = 'idle' | 'connecting' | 'connected' | 'reconnecting'
  const changed = (at: number, target: string, [from, to]: [State, State], because: string): RunEvent => ({
    at,
    type: 'state-changed',
    target,
    from,
    to,
    because,
  })
  const names = ['api', 'web', 'control']
  const tries: readonly [number, number, string][] = [
    [1, 5410, 'immediate'],
    [2, 6412, 'immediate'],
    [3, 7911, 'immediate'],
    [4, 10_213, 'gradual'],
    [5, 13_415, 'gradual'],
    [6, 16_618, 'gradual'],
  ]
  return [
    ...names.map((name) => changed(400, name, ['idle', 'connecting'], 'the watch began')),
    ...names.map((name) => changed(403, name, ['connecting', 'connected'], 'first answer')),
    changed(5408, 'api', ['connected', 'reconnecting'], '2 failures in a row, TCP_REFUSED'),
    ...tries.flatMap(([attempt, due, phase], index): readonly RunEvent[] => {
      const isLast = index === tries.length - 1
      const at = index === 0 ? 5409 : (tries[index - 1]?.[1] ?? 0) + 2
      const because = attempt === 1 ? 'first attempt at once' : `TCP_REFUSED, attempt ${attempt - 1} failed`
      return [
        {at, type: 'attempt-scheduled', target: 'api', attempt, phase, due, because},
        {
          at: due + 1,
          type: 'attempt',
          target: 'api',
          attempt,
          phase,
          took: 0.6,
          failure: isLast ? null : refusal,
        },
      ]
    }),
    changed(16_620, 'api', ['reconnecting', 'connected'], 'attempt 6 succeeded'),
  ]
}

function samples(): readonly RunEvent[] {
  const random = seededRandom(42)
  const events: RunEvent[] = []
  for (const [place, target] of ['api', 'web', 'control'].entries()) {
    for (let seq = 0; 400 + seq * INTERVAL < 23_400; seq++) {
      const sentAt = 400 + seq * INTERVAL + place * 7
      events.push(sample(target, seq, sentAt, random.next()))
    }
  }
  return events
}

function sample(target: string, seq: number, sentAt: number, luck: number): RunEvent {
  const down = target === 'api' && sentAt >= REFUSED.from && sentAt < 16_618
  const slow = target === 'web' && sentAt >= SLOW.from && sentAt < SLOW.to
  const base = target === 'web' ? 2.4 : 0.2
  const rtt = Number((base * (1 + luck * 0.4) + (slow ? 75 + luck * 12 : 0)).toFixed(3))
  const took = down ? 0.4 : rtt
  const at = Number((sentAt + took).toFixed(3))
  if (down) {
    const outcome = {status: 'failed', failure: refusal, partial: {phase: {}}, took} as const
    return {at, type: 'sample', target, sample: {seq, sentAt, outcome}}
  }
  const reading = {address: '127.0.0.1', family: 4, rtt, phase: {connect: rtt, total: rtt}} as const
  return {at, type: 'sample', target, sample: {seq, sentAt, outcome: {status: 'ok', reading, took}}}
}

function closing(): readonly RunEvent[] {
  const ms = (name: string, value: number, note?: string): Figure => ({
    name,
    value,
    unit: 'ms',
    low: Math.max(0, value - INTERVAL),
    high: value + INTERVAL,
    ...(note === undefined ? {} : {note}),
  })
  const exact = (name: string, value: number, unit: Figure['unit']): Figure => ({
    name,
    value,
    unit,
    low: value,
    high: value,
  })
  const count = (name: string, value: number): Figure => exact(name, value, 'count')
  return [
    {
      at: 24_100,
      type: 'figures',
      figures: [
        ms('api.downtime', 11_600),
        ms('api.detection', 398),
        ms('api.recovery', 2612, 'from the end of the fault'),
        count('api.attempts', 6),
        count('api.lost', 58),
        exact('api.availability', 0.4957, 'ratio'),
        exact('web.downtime', 0, 'ms'),
        exact('web.recovery', 0, 'ms'),
        count('web.attempts', 0),
        count('web.lost', 0),
        exact('web.availability', 1, 'ratio'),
      ],
    },
    {at: 24_101, type: 'expectation', text: 'api.downtime < 15s', met: true, actual: '11.6s ± 200ms'},
    {at: 24_101, type: 'expectation', text: 'api.detection < 1s', met: true, actual: '398ms ± 200ms'},
    {at: 24_101, type: 'expectation', text: 'web.rtt.p95 < 200ms during fault', met: true, actual: '88.1ms'},
    {
      at: 24_102,
      type: 'verdict',
      verdict: 'pass',
      reasons: ['both faults were proven', 'all 3 expectations were met'],
      exit: 0,
    },
    {
      at: 24_103,
      type: 'run-ended',
      journal: '/home/user/.local/state/netdrill/runs/20270115-080000-refused-and-slow.jsonl',
    },
  ]
}

if (import.meta.main) {
  writeFileSync(
    FILE,
    `${recordRun()
      .map((event) => JSON.stringify(event))
      .join('\n')}\n`,
  )
}

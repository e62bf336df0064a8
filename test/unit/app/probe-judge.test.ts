import {describe, expect, it} from 'vitest'
import {type ExitStyle, judgeProbe, readExpectations} from '../../../src/app/probe-judge.ts'
import {makeFailure} from '../../../src/core/codes/index.ts'
import type {RunEvent} from '../../../src/core/events.ts'
import type {Outcome} from '../../../src/core/outcome.ts'
import type {ProbeResult} from '../../../src/core/probe-result.ts'
import {SummaryFold} from '../../../src/probes/summary.ts'
import {renderNagios} from '../../../src/reporters/probe-nagios.ts'

const OK: Outcome = {status: 'ok', reading: {rtt: 10, phase: {}}, took: 10}
const LOST: Outcome = {
  status: 'failed',
  failure: makeFailure('PING_TIMEOUT', 'no | answer'),
  partial: {phase: {}},
  took: 1,
}
const UNRESOLVED: Outcome = {
  status: 'failed',
  failure: makeFailure('DNS_NXDOMAIN', 'no such name'),
  partial: {phase: {}},
  took: 1,
}
const skipped = (code: 'CAPABILITY_MISSING' | 'OBSERVER_GAP'): Outcome => ({
  status: 'skipped',
  because: {code, text: 'can not', advice: []},
})
const RETRIED: RunEvent = {
  at: 1,
  type: 'attempt',
  target: 't',
  attempt: 2,
  phase: 'immediate',
  took: 1,
  failure: null,
}

interface Case {
  readonly steps: readonly (Outcome | RunEvent)[]
  readonly expect?: readonly string[]
  readonly signal?: 'SIGINT' | 'SIGTERM'
  readonly style?: ExitStyle
}

function judge({steps, expect: texts = [], signal, style = 'netdrill'}: Case): ProbeResult {
  const fold = new SummaryFold({target: 't', kind: 'ping', started: ''})
  for (const [index, step] of steps.entries()) {
    const sample = 'type' in step ? null : {seq: index + 1, sentAt: 0, outcome: step}
    fold.add(sample ? {at: 0, type: 'sample', target: 't', sample} : (step as RunEvent))
  }
  return judgeProbe(fold.result(), readExpectations('ping', texts), {signal: signal ?? null, style})
}

describe('the verdict on a probe', () => {
  it.each<[string, Case, string, number]>([
    ['all well', {steps: [OK, OK]}, 'pass', 0],
    ['one lost', {steps: [OK, LOST]}, 'fail', 1],
    ['one lost, which is allowed', {steps: [OK, LOST], expect: ['loss <= 50%']}, 'pass', 0],
    [
      'a lost one does not excuse another condition',
      {steps: [OK, LOST], expect: ['rtt.p95 < 1s']},
      'fail',
      1,
    ],
    ['a failure that was asked for', {steps: [LOST], expect: ['code == PING_TIMEOUT']}, 'pass', 0],
    ['another failure than asked for', {steps: [UNRESOLVED], expect: ['code == PING_TIMEOUT']}, 'fail', 1],
    ['a condition not met', {steps: [OK], expect: ['rtt.p95 < 1ms']}, 'fail', 1],
    ['a value that was not measured', {steps: [OK], expect: ['ping.ttl > 60']}, 'fail', 1],
    ['nothing could be measured', {steps: [skipped('CAPABILITY_MISSING')]}, 'skipped', 6],
    ['nobody was there to measure', {steps: [skipped('OBSERVER_GAP')]}, 'skipped', 3],
    ['a gap among good samples', {steps: [OK, skipped('OBSERVER_GAP')]}, 'pass', 0],
    ['interrupted', {steps: [OK], signal: 'SIGINT'}, 'interrupted', 130],
    ['terminated', {steps: [OK], signal: 'SIGTERM'}, 'interrupted', 143],
    ['nagios: well', {steps: [OK], style: 'nagios'}, 'pass', 0],
    ['nagios: some lost', {steps: [OK, LOST], style: 'nagios'}, 'fail', 1],
    ['nagios: all lost', {steps: [LOST], style: 'nagios'}, 'fail', 2],
    ['nagios: a condition', {steps: [OK], expect: ['rtt.avg < 1ms'], style: 'nagios'}, 'fail', 2],
    ['nagios: only after a retry', {steps: [RETRIED, OK], style: 'nagios'}, 'pass', 1],
    ['nagios: not possible', {steps: [skipped('CAPABILITY_MISSING')], style: 'nagios'}, 'skipped', 3],
    ['nagios: interrupted', {steps: [OK], signal: 'SIGINT', style: 'nagios'}, 'interrupted', 3],
    ['ping: any reply', {steps: [LOST, OK], style: 'ping'}, 'fail', 0],
    ['ping: no reply', {steps: [LOST], style: 'ping'}, 'fail', 1],
    ['ping: interrupted after a reply', {steps: [OK], signal: 'SIGINT', style: 'ping'}, 'interrupted', 0],
    ['ping: no such name', {steps: [UNRESOLVED], style: 'ping'}, 'fail', 2],
    ['ping: a condition', {steps: [OK], expect: ['rtt.avg < 1ms'], style: 'ping'}, 'fail', 1],
  ])('%s', (_, kase, verdict, exit) => {
    expect(judge(kase)).toMatchObject({verdict, exit})
  })

  it('makes an unmet condition a failure of its own, unless something failed', () => {
    const unmet = judge({steps: [OK], expect: ['rtt.p95 < 1ms']})
    expect(unmet).toMatchObject({code: 'EXPECT_MISMATCH', stage: 'assert', ok: true})
    expect(unmet.failure?.message).toBe('rtt.p95 < 1ms: it is 10ms')
    expect(judge({steps: [LOST], expect: ['rtt.p95 < 1ms']}).code).toBe('PING_TIMEOUT')
  })

  it('refuses a condition about what this kind never has, with its place', () => {
    expect(() => readExpectations('ping', ['tls.days_left > 3'])).toThrow(/ping probe has no tls\.days_left/)
    expect(() => readExpectations('ping', ['downtime < 3s'])).toThrow(/has no downtime/)
    expect(() => readExpectations('tls', ['tls.days_left > 3', 'tcp.banner has x'])).not.toThrow()
  })

  it('keeps the bar out of the text of a plugin', () => {
    const line = renderNagios(judge({steps: [LOST]}))
    expect(line).toBe('PING CRITICAL - t, PING_TIMEOUT: no / answer, loss 100% | loss=100%;;;0;100')
  })
})

import {describe, expect, it} from 'vitest'
import {makeFailure} from '../../../src/core/codes/index.ts'
import type {RunEvent} from '../../../src/core/events.ts'
import type {Outcome, Reading} from '../../../src/core/outcome.ts'
import {resultField} from '../../../src/probes/result-field.ts'
import {type Measured, SummaryFold} from '../../../src/probes/summary.ts'

const HEAD = {target: 't', kind: 'ping', started: '2026-01-01T00:00:00.000Z'}

const ok = (rtt: number, more: Partial<Reading> = {}): Outcome => ({
  status: 'ok',
  reading: {rtt, phase: {wait: rtt, total: rtt}, address: '10.0.0.2', family: 4, ...more},
  took: rtt,
})
const lost: Outcome = {
  status: 'failed',
  failure: makeFailure('PING_TIMEOUT', 'silent'),
  partial: {phase: {total: 1000}, address: '10.0.0.2', family: 4},
  took: 1000,
}

function fold(steps: readonly (Outcome | RunEvent)[]): Measured {
  const summary = new SummaryFold(HEAD)
  let seq = 0
  for (const step of steps) {
    if ('type' in step) summary.add(step)
    else {
      seq++
      const sample = {seq, sentAt: seq * 100, outcome: step}
      summary.add({at: seq * 100 + 50, type: 'sample', target: 't', sample})
    }
  }
  return summary.result()
}

describe('the result of a series', () => {
  it('has statistics over what came back, and loss over what was sent', () => {
    const result = fold([ok(10), ok(20), lost, ok(30)])
    expect(result).toMatchObject({
      ok: false,
      sent: 4,
      received: 3,
      loss: 0.25,
      code: 'PING_TIMEOUT',
      stage: 'receive',
      category: 'network',
      blame: 'path',
      failures: {PING_TIMEOUT: 1},
      attempts: 1,
      flaky: false,
      address: '10.0.0.2',
      duration: 450,
    })
    // By hand: mean 20, deviation 10; jitter 10/16, then (10 − 10/16)/16 more.
    expect(result.rtt).toMatchObject({min: 10, avg: 20, p50: 20, p95: 30, max: 30, stddev: 10})
    expect(result.rtt?.jitter).toBeCloseTo(0.625 + (10 - 0.625) / 16, 10)
    expect(result.phase).toEqual({wait: 20, total: 20})
  })

  it('has no statistics without a reply', () => {
    expect(fold([lost, lost])).toMatchObject({rtt: null, loss: 1, ok: false, phase: {total: 1000}})
    expect(fold([])).toMatchObject({ok: false, sent: 0, loss: 0, code: null, samples: []})
  })

  it('counts duplicates, late and reordered replies without crediting them', () => {
    const extra = (seq: number, kind: 'late' | 'duplicate'): RunEvent => ({
      at: 0,
      type: 'reply-extra',
      target: 't',
      seq,
      kind,
      rtt: 5,
    })
    const result = fold([
      ok(1),
      extra(1, 'duplicate'),
      lost,
      ok(1),
      extra(2, 'late'),
      ok(1),
      lost,
      extra(5, 'late'),
    ])
    expect(result).toMatchObject({
      received: 3,
      duplicates: 1,
      dup: 1 / 3,
      late: 2,
      reorder: 1 / 5,
      loss: 2 / 5,
    })
  })

  it('counts missed slots and skipped samples apart from loss', () => {
    const missed: RunEvent = {at: 1, type: 'slot-missed', target: 't', seq: 2, because: ''}
    const because = {code: 'OBSERVER_GAP', text: 'late', advice: []} as const
    const result = fold([ok(1), missed, missed, {status: 'skipped', because}])
    expect(result).toMatchObject({
      ok: true,
      sent: 1,
      received: 1,
      loss: 0,
      missed: 2,
      skipped: 1,
      skip: because,
    })
  })

  it('calls a sample flaky that succeeded after a retry', () => {
    const attempt = (n: number): RunEvent => ({
      at: 1,
      type: 'attempt',
      target: 't',
      attempt: n,
      phase: 'immediate',
      took: 1,
      failure: null,
    })
    const result = fold([attempt(1), attempt(2), attempt(3), ok(1), ok(1)])
    expect(result).toMatchObject({ok: true, flaky: true, attempts: 3})
    expect(result.samples.map(({attempts}) => attempts)).toEqual([3, 1])
    expect(fold([attempt(1), attempt(2), lost])).toMatchObject({flaky: false, attempts: 2})
  })

  it('knows the last failure of a sample that was not ended', () => {
    const failure = makeFailure('TCP_REFUSED', 'refused')
    const attempt: RunEvent = {
      at: 1,
      type: 'attempt',
      target: 't',
      attempt: 2,
      phase: 'immediate',
      took: 1,
      failure,
    }
    expect(fold([ok(1), attempt])).toMatchObject({sent: 1, attempts: 2, code: 'TCP_REFUSED', failures: {}})
  })

  it('ignores the events of other targets', () => {
    const other = {
      at: 1,
      type: 'sample',
      target: 'other',
      sample: {seq: 1, sentAt: 0, outcome: lost},
    } as const
    expect(fold([other])).toMatchObject({sent: 0})
  })

  it('averages only the phases that were measured', () => {
    const result = fold([ok(10, {phase: {resolve: 4, wait: 10, total: 14}}), ok(20)])
    expect(result.phase).toEqual({resolve: 4, wait: 15, total: 17})
  })
})

describe('fields of conditions', () => {
  const result = fold([ok(10, {ping: {ttl: 61, bytes: 64, sequence: 1, duplicate: false}}), ok(20)])

  it.each([
    ['ok', true],
    ['code', null],
    ['loss', 0],
    ['rtt.p95', 20],
    ['phase.wait', 15],
    ['ping.ttl', 61],
    ['family', 4],
  ])('%s is %j', (field, value) => {
    expect(resultField(result, field)).toBe(value)
  })

  it.each(['dns.rcode', 'tls.days_left', 'http.status', 'phase.tls', 'rtt.p42', 'nonsense', 'state'])(
    '%s was not measured',
    (field) => {
      expect(resultField(result, field)).toBeUndefined()
    },
  )
})

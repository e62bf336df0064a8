import {describe, expect, it} from 'vitest'
import {parseProfile} from '../../../src/config/link-profiles/document.ts'
import {writeDist, writeProfile} from '../../../src/config/link-profiles/write.ts'
import {isUserError} from '../../../src/core/errors.ts'
import type {RunEvent} from '../../../src/core/events.ts'
import type {Outcome} from '../../../src/core/outcome.ts'
import {describeRecorded, tellRecorded} from '../../../src/probes/recording/describe-recorded.ts'
import {fitLoss} from '../../../src/probes/recording/fit-loss.ts'
import {makeProfile} from '../../../src/probes/recording/make-profile.ts'
import {PathRecorder, type PathSeries} from '../../../src/probes/recording/path-recorder.ts'
import {makeFailure} from '../../../src/core/codes/index.ts'

const WHEN = {at: '2026-11-21T10:00:00.000Z', file: 'office.yaml'}

function added(name: string, kind: string): RunEvent {
  const pace = {interval: 20, timeout: 1000}
  return {at: 0, type: 'target-added', target: {name, url: name, kind, role: 'target', policy: null, ...pace}}
}

function sample(target: string, seq: number, outcome: Outcome): RunEvent {
  return {at: seq, type: 'sample', target, sample: {seq, sentAt: seq, outcome}}
}

const ok = (rtt: number): Outcome => ({status: 'ok', reading: {rtt, phase: {}}, took: rtt})

function failed(
  code: Parameters<typeof makeFailure>[0],
  partial: Extract<Outcome, {status: 'failed'}>['partial'] = {phase: {}},
): Outcome {
  return {status: 'failed', failure: makeFailure(code, 'seen'), partial, took: 1}
}

function fold(kind: string, outcomes: readonly Outcome[], extras: readonly RunEvent[] = []): PathSeries {
  const recorder = new PathRecorder()
  const events = [added('a', kind), ...outcomes.map((one, index) => sample('a', index + 1, one)), ...extras]
  for (const event of events) recorder.add(event)
  const series = recorder.series()
  if (!series) throw new Error('no target')
  return series
}

const extra = (seq: number, kind: 'late' | 'duplicate', rtt: number): RunEvent => ({
  at: seq,
  type: 'reply-extra',
  target: 'a',
  seq,
  kind,
  rtt,
})

describe('what is recorded', () => {
  it('counts silence as loss, and skipped samples as nothing', () => {
    const skipped: Outcome = {status: 'skipped', because: {code: 'OBSERVER_GAP', text: '', advice: []}}
    const series = fold('ping', [ok(5), failed('PING_TIMEOUT'), skipped, ok(7)])
    expect(series).toMatchObject({rtts: [5, 7], fates: ['answered', 'lost', null, 'answered']})
  })

  it('takes a late answer as an answer, with its time, and sees that it was overtaken', () => {
    const series = fold(
      'ping',
      [failed('PING_TIMEOUT'), ok(5)],
      [extra(1, 'late', 1200), extra(2, 'duplicate', 6)],
    )
    expect(series).toMatchObject({rtts: [1200, 5], late: 1, overtaken: 1, duplicates: 1})
    expect(series.fates).toEqual(['answered', 'answered'])
  })

  it('takes the handshake where there is one, also of a request that failed later', () => {
    const slow: Outcome = {status: 'ok', reading: {rtt: 90, phase: {connect: 10, wait: 80}}, took: 90}
    const series = fold('http', [slow, failed('HTTP_TIMEOUT', {phase: {connect: 11}}), failed('TCP_TIMEOUT')])
    expect(series).toMatchObject({rtts: [10, 11], fates: ['answered', 'answered', 'lost']})
  })

  it('tells a name that was not resolved, and a way that is closed, from a loss and from an answer', () => {
    const late = failed('DNS_TIMEOUT')
    const closed = failed('NET_UNREACHABLE', {phase: {connect: 3000}})
    const series = fold('http', [late, closed])
    expect(series).toMatchObject({rtts: [], fates: [null, null]})
    expect([...series.others.keys()]).toEqual(['DNS_TIMEOUT', 'NET_UNREACHABLE'])
    expect(fold('ping', [late]).fates).toEqual([null])
    expect(fold('dns', [failed('DNS_TIMEOUT')]).fates).toEqual(['lost'])
  })

  it('keeps to one target: the first, or the one that was named', () => {
    const events = [added('a', 'ping'), added('b', 'ping'), sample('a', 1, ok(1)), sample('b', 1, ok(2))]
    for (const [wanted, rtt] of [
      [null, 1],
      ['b', 2],
    ] as const) {
      const recorder = new PathRecorder(wanted)
      for (const event of events) recorder.add(event)
      expect(recorder.series()?.rtts).toEqual([rtt])
    }
    expect(new PathRecorder('c').series()).toBeNull()
  })
})

describe('a profile', () => {
  const many = Array.from({length: 120}, (_, index) => ok(20 + (index % 5)))

  it('is refused where too few answered, with what to do', () => {
    const refusal = caught(() => makeProfile(fold('ping', many.slice(0, 99))))
    expect(refusal).toMatchObject({exit: 3, problems: [{code: 'PROFILE_SAMPLES'}]})
    expect(refusal.problems[0]?.message).toContain('99 answers from a are too few')
    expect(refusal.problems[0]?.advice?.[0]).toContain('--count 1000')
  })

  it('is refused where much failed that is no loss', () => {
    const refused = Array.from({length: 20}, () => failed('TCP_REFUSED'))
    const refusal = caught(() => makeProfile(fold('tcp', [...many, ...refused])))
    expect(refusal.problems[0]?.message).toContain('20 of 140 samples of a failed with TCP_REFUSED')
  })

  it('has bursts where losses follow each other, and none where they do not', () => {
    const lone = many.map((one, index) => (index % 12 === 0 ? failed('PING_TIMEOUT') : one))
    expect(makeProfile(fold('ping', [...lone, ...many])).profile.loss).toMatchObject({model: 'random'})
    const bursts = many.map((one, index) => (index % 40 < 4 ? failed('PING_TIMEOUT') : one))
    const {profile, loss} = makeProfile(fold('ping', [...bursts, ...many]))
    expect(profile.loss).toMatchObject({model: 'gemodel', r: 0.25})
    expect(loss).toMatchObject({share: 12 / 240, burst: 4})
  })

  it('lets answers overtake each other where they did', () => {
    const series = fold('ping', [failed('PING_TIMEOUT'), ...many], [extra(1, 'late', 900)])
    expect(makeProfile(series).profile.keepOrder).toBe(false)
  })

  it('is written with its base, its assumption and its figures, and can be read', () => {
    const recorded = makeProfile(fold('ping', many))
    const text = writeProfile(describeRecorded(recorded, WHEN))
    expect(text).toMatch(/^# A link as netdrill saw it: ping a, 120 samples 20ms apart\./)
    expect(text).toContain('A round trip is an ICMP echo.')
    expect(text).toContain('half of rtt (11ms)')
    expect(text).toContain('profile: ./office.yaml')
    expect(text).toContain('target: "ping a"')
    expect(parseProfile('office.yaml', text)).toEqual(recorded.profile)
    expect(tellRecorded(recorded, 'office.yaml')).toBe(
      'recorded 120 answers in office.yaml: round trip 22ms ± 1.42ms, 0% lost',
    )
  })

  it('says of TCP that it hides losses', () => {
    const series = fold('tcp', many)
    expect(describeRecorded(makeProfile(series), WHEN).comments.join('\n')).toContain('ping sees losses')
  })

  it('becomes a table for tc alone, with the words that go with it', () => {
    const recorded = makeProfile(fold('ping', many))
    const text = writeDist(describeRecorded(recorded, WHEN), 'office')
    expect(text).toContain('# on one direction: netem delay 22ms 1.415ms distribution office')
    expect(
      text
        .split('\n')
        .filter((line) => /^-?\d/.test(line))
        .join(' ')
        .split(' '),
    ).toHaveLength(120)
  })

  it.each([
    ['rtt: 5', /has no unit/],
    ['rtt: 5ms\n  distribution: [1]', /distribution|array|>=2|at least/i],
    ['rtt: 5ms\n  speed: 3mbit', /speed/],
  ])('is refused as a document: %s', (body, message) => {
    const refusal = caught(() => parseProfile('a.yaml', `version: 1\nprofile:\n  ${body}\n`))
    expect(refusal.problems.map((problem) => problem.message).join('\n')).toMatch(message)
  })
})

describe('the fit of losses', () => {
  it('does not take the loss on the other side of a gap as a neighbour', () => {
    const gap = Array.from({length: 20}, () => ['lost', null, 'lost', 'answered', 'answered'] as const).flat()
    expect(fitLoss(gap).burst).toBe(1)
  })
})

function caught(call: () => unknown) {
  try {
    call()
  } catch (error) {
    if (isUserError(error)) return error
    throw error
  }
  throw new Error('it was accepted')
}

import {describe, expect, it} from 'vitest'
import type {ExpectedEffect, FaultPlan} from '../../../src/faults/fault.ts'
import {HOST} from '../../../src/core/place.ts'
import type {OtherFault} from '../../../src/scenarios/beside.ts'
import {type FaultEvidence, isProven, judgeProof} from '../../../src/scenarios/proof.ts'
import {makePoints, makeSeries} from '../../support/series.ts'

const plan = (effect: ExpectedEffect, backend = 'nft'): FaultPlan => ({
  id: 'f',
  name: 'f',
  kind: 'partition',
  backend,
  because: '',
  summary: 'asked',
  place: HOST,
  device: null,
  lasts: 2000,
  steps: [],
  blastRadius: [],
  effect,
  endsByKernel: true,
  warnings: [],
})

const evidence = (change: Partial<FaultEvidence>): FaultEvidence => ({
  plan: plan({blocked: 'drop'}),
  readback: 'there',
  asAsked: true,
  counters: {matched: 10, affected: 10},
  window: {from: 3000, to: 5000},
  baseline: {from: 0, to: 3000},
  affected: [makeSeries(makePoints({end: 8000, interval: 100, isDown: (at) => at >= 3000 && at < 5000}))],
  controls: [makeSeries(makePoints({end: 8000, interval: 100}), {name: 'control', role: 'control'})],
  ...change,
})

const verdicts = (change: Partial<FaultEvidence>): Record<string, string> =>
  Object.fromEntries(judgeProof(evidence(change)).map((proof) => [proof.what, proof.verdict]))

const slow = (added: number, jitter = 0): FaultEvidence['affected'] => [
  makeSeries(
    makePoints({
      end: 8000,
      interval: 100,
      rtt: (at) => 1 + (at >= 3000 && at < 5000 ? added + (at % 200 === 0 ? jitter : -jitter) : 0),
    }),
  ),
]

describe('judgeProof', () => {
  it('proves a block that let nothing through', () => {
    expect(isProven(judgeProof(evidence({})))).toBe(true)
  })

  it('measures the delay of plain HTTP through a proxy by the wait for its answer', () => {
    const points = makePoints({
      end: 8000,
      interval: 100,
      rtt: (at) => 7 + (at >= 3000 && at < 5000 ? 100 : 0),
    })
    const affected = [
      makeSeries(
        points.map((point) => ({...point, phase: {connect: 0.2, wait: point.phase.total ?? 0}})),
        {kind: 'http'},
      ),
    ]
    const asked = plan({rtt: {mean: 100, spread: 0}}, 'proxy')
    expect(verdicts({plan: asked, affected})['api round trip']).toBe('verified')
    const unharmed = affected.map((series) => ({...series, points: series.points.slice(0, 30)}))
    expect(verdicts({plan: asked, affected: unharmed})['api round trip']).toBe('no-traffic')
  })

  it('does not accept a command that succeeded without effect', () => {
    const unharmed = [makeSeries(makePoints({end: 8000, interval: 100}))]
    expect(verdicts({affected: unharmed})['api blocked']).toBe('not-effective')
  })

  it('does not accept a kernel that says something else than was asked', () => {
    expect(verdicts({asAsked: false, readback: ''})['read-back (nft)']).toBe('not-effective')
  })

  it('tells a fault that met no traffic from one that changed none', () => {
    expect(verdicts({counters: {matched: 0, affected: 0}})['counter (nft)']).toBe('no-traffic')
    expect(verdicts({counters: {matched: 9, affected: 0}})['counter (nft)']).toBe('not-effective')
  })

  it.each([
    {added: 100, verdict: 'verified'},
    {added: 97, verdict: 'verified'},
    {added: 60, verdict: 'out-of-tolerance'},
    {added: 200, verdict: 'out-of-tolerance'},
    {added: 0, verdict: 'not-effective'},
  ])('judges 100 ms asked and $added ms measured as $verdict', ({added, verdict}) => {
    const effect = {rtt: {mean: 100, spread: 0}}
    expect(verdicts({plan: plan(effect, 'netem'), affected: slow(added)})['api round trip']).toBe(verdict)
  })

  it('widens the tolerance by the asked jitter, not without bound', () => {
    const effect = {rtt: {mean: 100, spread: 20}}
    expect(verdicts({plan: plan(effect, 'netem'), affected: slow(100, 15)})['api round trip']).not.toBe(
      'not-effective',
    )
    expect(verdicts({plan: plan(effect, 'netem'), affected: slow(30, 5)})['api round trip']).toBe(
      'out-of-tolerance',
    )
  })

  it('judges loss by the 99 % interval of what datagram probes lost', () => {
    const lossy = (every: number): FaultEvidence['affected'] => [
      makeSeries(
        makePoints({
          end: 8000,
          interval: 10,
          isDown: (at) => at >= 3000 && at < 5000 && (at / 10) % every === 0,
        }),
        {kind: 'ping'},
      ),
    ]
    const effect = {loss: 0.1}
    expect(verdicts({plan: plan(effect, 'netem'), affected: lossy(10)})['api loss']).toBe('verified')
    expect(verdicts({plan: plan(effect, 'netem'), affected: lossy(3)})['api loss']).toBe('out-of-tolerance')
    expect(verdicts({plan: plan(effect, 'netem'), affected: lossy(100_000)})['api loss']).toBe(
      'not-effective',
    )
  })

  describe('beside another fault on the same target', () => {
    const other = (effect: ExpectedEffect, more: Partial<OtherFault> = {}): OtherFault => ({
      ...{name: 'other', effect, felt: ['api'], begun: 3490, from: 3500, to: 5500, gone: 5510},
      ...more,
    })
    const own = plan({rtt: {mean: 100, spread: 0}}, 'carrier')
    /** 100 ms from 3 s to 5 s, and so much more from 3.5 s on. */
    const measured = (more: number): FaultEvidence['affected'] => [
      makeSeries(
        makePoints({
          end: 8000,
          interval: 100,
          rtt: (at) => 1 + (at >= 3000 && at < 5000 ? 100 : 0) + (at >= 3500 && at < 5500 ? more : 0),
        }),
      ),
    ]
    const delay = (affected: FaultEvidence['affected'], others: readonly OtherFault[]) =>
      judgeProof(evidence({plan: own, affected, others})).find(({what}) => what === 'api round trip')

    it('takes off what that adds to the samples that met it', () => {
      // Else the median is that of the samples that met both.
      expect(delay(measured(60), [])).toMatchObject({verdict: 'out-of-tolerance'})
      expect(delay(measured(60), [other({rtt: {mean: 60, spread: 0}})])).toMatchObject({
        verdict: 'verified',
        asked: expect.stringMatching(/^\+100ms beside other, tolerance/) as string,
        measured: expect.stringMatching(/^\+100ms .*what they add taken off$/) as string,
      })
    })

    it('proves neither when one of two that begin and end together does nothing', () => {
      const together = other({rtt: {mean: 100, spread: 0}}, {begun: 2990, from: 3000, to: 5000, gone: 5010})
      expect(delay(measured(0), [together])).toMatchObject({verdict: 'not-effective'})
    })

    it('leaves out samples on whose way it came or went', () => {
      // It takes until 4.4 s to be in force: nothing that is under way from 3.5 s on is known.
      const late = other({rtt: {mean: 60, spread: 0}}, {begun: 3490, from: 4400, to: 4400, gone: 6000})
      expect(delay(measured(60), [late])).toMatchObject({
        verdict: 'verified',
        measured: expect.stringContaining('(n=4)') as string,
      })
    })

    it.each([
      ['one that only limits', other({rate: 1000})],
      ['one on other targets', other({rtt: {mean: 60, spread: 0}}, {felt: ['web']})],
      [
        'one that was over before',
        other({rtt: {mean: 60, spread: 0}}, {begun: 0, from: 10, to: 2000, gone: 2010}),
      ],
    ])('is not changed by %s', (_, one) => {
      expect(delay(measured(0), [one])).toEqual(delay(measured(0), []))
    })

    it('combines the chances of two losses', () => {
      // 1 - 0.8 × 0.75 = 40 %.
      const lossy = (of: number): FaultEvidence['affected'] => [
        makeSeries(
          makePoints({
            end: 8000,
            interval: 10,
            isDown: (at) => at >= 3000 && at < 5000 && (at / 10) % 10 < of,
          }),
          {kind: 'ping'},
        ),
      ]
      const change = {
        plan: plan({loss: 0.2}, 'carrier'),
        others: [other({loss: 0.25}, {begun: 2990, from: 3000, to: 5000, gone: 5010})],
      }
      const proofs = judgeProof(evidence({...change, affected: lossy(4)}))
      expect(proofs.find(({what}) => what === 'api loss')).toMatchObject({
        asked: '20%, 40% together beside other',
        verdict: 'verified',
      })
      expect(verdicts({...change, affected: lossy(2)})['api loss']).toBe('out-of-tolerance')
      expect(verdicts({...change, others: [], affected: lossy(4)})['api loss']).toBe('out-of-tolerance')
    })

    it('says nothing about loss while another lets nothing through', () => {
      const shut = other({blocked: 'drop'}, {begun: 2990, from: 3000, to: 5000, gone: 5010})
      const affected = [makeSeries(makePoints({end: 8000, interval: 10}), {kind: 'ping'})]
      expect(verdicts({plan: plan({loss: 0.2}), others: [shut], affected})['api loss']).toBe('no-traffic')
    })
  })

  it('names a control target that the fault touched', () => {
    const hit = [
      makeSeries(makePoints({end: 8000, interval: 100, isDown: (at) => at >= 3000 && at < 5000}), {
        name: 'control',
        role: 'control',
      }),
    ]
    expect(verdicts({controls: hit})['control untouched']).toBe('out-of-tolerance')
  })

  it('is never proven without any evidence', () => {
    expect(isProven(judgeProof(evidence({asAsked: null, counters: null, affected: [], controls: []})))).toBe(
      false,
    )
  })
})

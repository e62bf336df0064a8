import {describe, expect, it} from 'vitest'
import type {ExpectedEffect, FaultPlan} from '../../../src/faults/fault.ts'
import {HOST} from '../../../src/core/place.ts'
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

import {describe, expect, it} from 'vitest'
import {failureProofs} from '../../../src/scenarios/failure-proof.ts'
import {makePoints, makeSeries} from '../../support/series.ts'

const WINDOW = {from: 3000, to: 5000}
const fails = (all: boolean, codes = ['TCP_TIMEOUT']) =>
  ({kinds: ['tls'], codes, all}) as unknown as Parameters<typeof failureProofs>[1]

const series = (isDown: (at: number) => boolean, end = 8000) =>
  makeSeries(makePoints({end, interval: 100, isDown}), {name: 'api', kind: 'tls'})

describe('failures with the code of the fault', () => {
  const [code = ''] = series(() => true).points.flatMap(({failure}) => failure?.code ?? [])
  const inside = series((at) => at >= 3000 && at < 5000)

  it.each<[string, ReturnType<typeof series>, readonly [all: boolean, code: string], string]>([
    ['every sample', inside, [true, code], 'verified'],
    ['no sample', series(() => false), [true, code], 'not-effective'],
    ['half of them, where all should', series((at) => at >= 4000), [true, code], 'out-of-tolerance'],
    ['half of them, where some should', series((at) => at >= 4000), [false, code], 'verified'],
    ['another code', inside, [true, 'TLS_CERT_EXPIRED'], 'not-effective'],
    ['nothing measured', series(() => true, 2000), [true, code], 'no-traffic'],
  ])('in %s', (_what, one, [all, wanted], verdict) => {
    expect(failureProofs(one, fails(all, [wanted]), WINDOW)).toMatchObject([{what: 'api fails', verdict}])
  })

  it('names other codes, and says nothing about probes that can not see it', () => {
    expect(failureProofs(inside, fails(true, ['TLS_ALPN']), WINDOW)[0]?.measured).toContain(
      `; others ${code}`,
    )
    expect(failureProofs({...inside, info: {...inside.info, kind: 'ping'}}, fails(true), WINDOW)).toEqual([])
  })
})

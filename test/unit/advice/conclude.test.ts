import {describe, expect, it} from 'vitest'
import {concludeDiagnosis} from '../../../src/advice/conclude.ts'
import {diagnosisSchema} from '../../../src/advice/diagnosis-schema.ts'
import type {Observed} from '../../../src/advice/observed.ts'
import type {Diagnosis} from '../../../src/core/diagnosis.ts'
import type {ExitCode} from '../../../src/core/exit-codes.ts'
import {bad, observedOf, serviceOf, targetOf, walkOf} from '../../support/observed.ts'

const FRAME = {version: '0.1.0', started: '2026-11-21T00:00:00.000Z', duration: 12.3456789, interrupted: null}

function conclude(change: Partial<Observed>, interrupted: ExitCode | null = null): Diagnosis {
  return concludeDiagnosis(observedOf(change), {...FRAME, interrupted})
}

describe('concludeDiagnosis', () => {
  it('finds nothing wrong with a healthy walk, and gives what the schema promises', () => {
    const diagnosis = conclude({})
    expect(diagnosis).toMatchObject({verdict: 'nothing_wrong', exit: 0, cause: null, duration_ms: 12.346})
    expect(diagnosisSchema.parse(diagnosis)).toEqual(diagnosis)
  })

  it('names the layers that passed, without the one that is to blame', () => {
    const {not, exit} = conclude({service: serviceOf({http: bad('HTTP_SERVER_ERROR')})})
    expect({not, exit}).toEqual({
      not: ['link', 'resolver', 'name', 'route', 'gateway', 'ping', 'mtu', 'tcp', 'tls'],
      exit: 1,
    })
  })

  it.each([
    ['the time was over', {cut: true, service: null}, /--timeout/],
    [
      'ping is not possible here',
      {
        target: targetOf('ping://10.1.0.1'),
        addresses: [walkOf('10.1.0.1', {ping: {status: 'unseen', because: 'ping: no right'}})],
        service: null,
        unseen: ['ping: no right'],
      },
      /not possible here: ping: no right/,
    ],
    [
      'silence while this process slept',
      {addresses: [walkOf('10.1.0.1', {tcp: bad('TCP_TIMEOUT')})], service: null, stalled: 1500},
      /PORT_FILTERED was seen, but this process was not scheduled for 1.5s/,
    ],
  ] as const)('is inconclusive when %s', (_, change, says) => {
    const {verdict, exit, cause, inconclusive} = conclude(change)
    expect({verdict, exit, cause}).toEqual({verdict: 'inconclusive', exit: 3, cause: null})
    expect(inconclusive).toMatch(says)
  })

  it('does not doubt a refusal because this process slept', () => {
    const addresses = [walkOf('10.1.0.1', {tcp: bad('TCP_REFUSED')})]
    expect(conclude({addresses, service: null, stalled: 1500}).cause?.code).toBe('TCP_REFUSED')
  })

  it('tells an interruption in place of a cause', () => {
    const addresses = [walkOf('10.1.0.1', {tcp: bad('CANCELLED')})]
    expect(conclude({addresses, service: null}, 130)).toMatchObject({
      verdict: 'interrupted',
      exit: 130,
      cause: null,
    })
  })

  it('removes control characters that came from the network', () => {
    const service = serviceOf({http: bad('HTTP_SERVER_ERROR')})
    const target = {...targetOf('https://shop.example/')}
    const text = JSON.stringify(conclude({target, service, unseen: ['\u001B]0;x\u0007ping']}))
    expect(text).not.toMatch(/\\u001b/i)
  })
})

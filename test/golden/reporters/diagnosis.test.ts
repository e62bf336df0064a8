import {describe, expect, it} from 'vitest'
import {concludeDiagnosis} from '../../../src/advice/conclude.ts'
import type {Observed} from '../../../src/advice/observed.ts'
import {type FailureCode, makeFailure} from '../../../src/core/codes/index.ts'
import type {HttpFacts, TlsFacts} from '../../../src/core/facts.ts'
import type {Outcome} from '../../../src/core/outcome.ts'
import {renderDiagnosis} from '../../../src/reporters/diagnosis.ts'
import {good, observedOf, serviceOf, walkOf} from '../../support/observed.ts'

const FRAME = {version: '0.1.0', started: '2026-11-21T00:00:00.000Z', duration: 1234.5, interrupted: null}
const LOOK = {color: false, unicode: true, width: 80, verbose: false, quiet: false}

const TLS: TlsFacts = {
  version: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  group: 'X25519MLKEM768',
  alpn: 'h2',
  sni: 'shop.example',
  days_left: 61,
  names: ['shop.example'],
  issuer: 'CN=Example CA',
  subject: 'CN=shop.example',
  trusted: true,
  problems: [],
  name_matches: true,
  resumed: false,
  chain: [],
  alert: null,
  client_certificate_requested: false,
}
const HTTP: HttpFacts = {
  method: 'GET',
  url: 'https://shop.example/',
  status: 200,
  reason: 'OK',
  version: '1.1',
  alpn: 'http/1.1',
  header: {},
  body: '',
  body_cut: false,
  size: 0,
  truncated: false,
  retry_after: null,
  redirects: [],
  phase: {},
  proxy: null,
}
const tls = good({phase: {tls: 12.5}, tls: TLS})
const http = good({phase: {wait: 41}, http: HTTP})

function failed(code: FailureCode, message: string): Outcome {
  return {status: 'failed', failure: makeFailure(code, message), partial: {phase: {}}, took: 1}
}
const SILENT = failed('TCP_TIMEOUT', '10.1.0.1:443 did not answer within 2s')
const EXPIRED = failed('TLS_CERT_EXPIRED', 'the certificate of shop.example ended 3 days ago, on 2026-11-18')
const UNAVAILABLE = failed('HTTP_UNAVAILABLE', 'https://shop.example/ answered 503 Service Unavailable')
const refused = (address: string) => failed('TCP_REFUSED', `${address}:443 refused the connection`)

const SITUATIONS: readonly (readonly [what: string, seen: Partial<Observed>])[] = [
  ['healthy', {service: serviceOf({tls, http})}],
  ['closed-port', {addresses: [walkOf('10.1.0.1', {tcp: refused('10.1.0.1')})], service: null}],
  [
    'filtered-port',
    {
      addresses: [walkOf('10.1.0.1', {tcp: SILENT})],
      service: null,
      controls: [{target: 'https://other.example/', outcome: good(), clocks: null}],
    },
  ],
  ['expired-certificate', {service: serviceOf({tls: EXPIRED, http: EXPIRED})}],
  [
    'one-address-of-two',
    {
      addresses: [walkOf('10.1.0.1'), walkOf('10.1.0.2', {tcp: refused('10.1.0.2')})],
      service: serviceOf({tls, http}),
    },
  ],
  ['unavailable', {service: serviceOf({tls, http: UNAVAILABLE})}],
]

describe('a diagnosis for people', () => {
  it.each(SITUATIONS)('%s fits a screen of 24 lines and 80 columns', async (what, seen) => {
    const text = renderDiagnosis(concludeDiagnosis(observedOf(seen), FRAME), LOOK)
    const lines = text.trimEnd().split('\n')
    expect(lines.length).toBeLessThan(24)
    expect(lines.filter((line) => line.length > LOOK.width)).toEqual([])
    await expect(text).toMatchFileSnapshot(`texts/diagnosis-${what}.txt`)
  })

  it.each(SITUATIONS)('%s is told in 40 columns and in ASCII too', (_, seen) => {
    const look = {...LOOK, width: 40, unicode: false}
    const lines = renderDiagnosis(concludeDiagnosis(observedOf(seen), FRAME), look).split('\n')
    expect(lines.slice(1).filter((line) => line.length > 40 || /[✓✗–]/.test(line))).toEqual([])
  })
})

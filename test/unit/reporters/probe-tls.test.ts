import {describe, expect, test} from 'vitest'
import type {CertificateFacts, TlsEnumeration, TlsFacts} from '../../../src/core/facts.ts'
import {displayWidth} from '../../../src/core/width.ts'
import {renderTls} from '../../../src/reporters/probe-tls.ts'
import {chooseStyle} from '../../../src/reporters/style.ts'

const certificate = (subject: string, issuer: string): CertificateFacts => ({
  subject,
  issuer,
  names: ['example.org', 'www.example.org'],
  serial: '01',
  valid_from: '2026-01-02T00:00:00.000Z',
  valid_to: '2026-12-31T00:00:00.000Z',
  sha256: 'ab'.repeat(32),
  key: 'RSA 2048',
})

const FACTS: TlsFacts = {
  ...{version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', group: 'X25519MLKEM768', alpn: 'h2'},
  ...{sni: 'example.org', days_left: 40, names: ['example.org', 'www.example.org']},
  ...{issuer: 'CN=Example Issuing Authority', subject: 'CN=example.org'},
  ...{trusted: true, problems: [], name_matches: true, resumed: false, ocsp: 'absent', alert: null},
  chain: [
    certificate('CN=example.org', 'CN=Example Issuing Authority'),
    certificate('CN=Example Issuing Authority, O=An organization with a very long name Limited', 'CN=Root'),
    certificate('CN=Root', 'CN=Root'),
  ],
  client_certificate_requested: false,
}

const ENUMERATION: TlsEnumeration = {
  ...{versions: ['TLSv1.2', 'TLSv1'], ciphers: [], groups: ['X25519MLKEM768'], weakest: 'broken'},
  offers: [
    {
      ...{name: 'TLSv1.2', strength: 'strong', reason: null, order: 'server', group_order: 'client'},
      ciphers: [
        {
          ...{name: 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', id: '0xcca9', bits: 256},
          ...{group: 'x25519', strength: 'strong', reason: null},
        },
        {
          ...{name: 'TLS_DHE_RSA_WITH_AES_128_CBC_SHA', id: '0x0033', bits: 128, group: 'dhe1024'},
          ...{strength: 'weak', reason: 'DH of 1024 bits'},
        },
        {
          ...{name: 'TLS_RSA_WITH_NULL_SHA', id: '0x0002', bits: 0, group: null},
          ...{strength: 'broken', reason: 'no encryption'},
        },
      ],
      groups: [{name: 'X25519MLKEM768', strength: 'strong', reason: null, post_quantum: true}],
    },
    {
      ...{name: 'TLSv1', strength: 'weak', reason: 'obsolete', order: null, group_order: null},
      ...{ciphers: [], groups: []},
    },
  ],
  ...{unknown: ['SSLv3'], complete: false, connections: 30, took_ms: 1234},
  stopped: 'the server stopped answering what it had answered before, after 30 connections',
}

const render = (facts: Partial<TlsFacts>, color = false): readonly string[] =>
  renderTls({...FACTS, ...facts}, {style: chooseStyle(color), width: 80})
const line = (facts: Partial<TlsFacts>, label: string): string =>
  render(facts).find((text) => text.trimStart().startsWith(label)) ?? ''

describe('what is shown of a TLS server', () => {
  test('the chain, one certificate a line, in 80 columns', () => {
    const lines = render({})
    expect(lines.filter((text) => displayWidth(text) > 80)).toEqual([])
    const from = lines.findIndex((text) => text.includes('chain'))
    expect(lines.slice(from, from + 3)).toEqual([
      '  chain     CN=example.org  RSA 2048, until 2026-12-31',
      '            └ CN=Example Issuing Authority, O=An or…  RSA 2048, until 2026-12-31',
      '              └ CN=Root  RSA 2048, until 2026-12-31',
    ])
  })

  const response = {
    this_update: '2026-01-02T00:00:00Z',
    next_update: '2026-01-09T00:00:00Z',
    revoked_at: null,
  }
  test.each<[Partial<TlsFacts>, string]>([
    [{ocsp: 'absent'}, ''],
    [
      {ocsp: 'absent', must_staple: true},
      '  ocsp      nothing stapled, although the certificate demands it: some clients',
    ],
    [{ocsp: 'invalid'}, '  ocsp      stapled, but invalid: it proves nothing'],
    [
      {ocsp: 'good', ocsp_response: response},
      '  ocsp      stapled: good, as of 2026-01-02, newer by 2026-01-09',
    ],
    [
      {ocsp: 'revoked', ocsp_response: {...response, revoked_at: '2025-05-05T00:00:00Z', next_update: null}},
      '  ocsp      stapled: revoked on 2025-05-05, as of 2026-01-02',
    ],
  ])('OCSP: %j', (facts, text) => {
    expect(line(facts, 'ocsp')).toBe(text)
  })

  const resumption = {offered: true, accepted: true, full_ms: 9, resumed_ms: 4, saved_ms: 5}
  test.each([
    [{}, 'yes: handshake in 4.000 ms instead of 9.000 ms, 5.000 ms saved'],
    [{saved_ms: -5, resumed_ms: 14}, '5.000 ms longer'],
    [{accepted: false, resumed_ms: null, saved_ms: null}, 'did not take it up'],
    [{offered: false, accepted: false}, 'gave no session'],
  ])('resumption: %j', (given, text) => {
    expect(line({resumption: {...resumption, ...given}}, 'resumed')).toContain(text)
  })

  test('without a certificate nothing is said about trust', () => {
    expect(line({chain: []}, 'trusted')).toBe('')
  })

  test('a dialogue that failed names its step', () => {
    const starttls = {
      protocol: 'smtp',
      steps: [{name: 'greeting', took_ms: 1}],
      of: 3,
      took_ms: 1,
      agreed: false,
    }
    expect(line({starttls}, 'starttls')).toBe('  starttls  smtp: greeting; step 1 of 3 failed')
  })
})

describe('what is shown of an enumeration', () => {
  test('strength as a word, reasons, order, and why it is not complete', () => {
    const lines = render({enumeration: ENUMERATION})
    expect(lines.slice(lines.indexOf('offers') + 1)).toEqual([
      "  TLSv1.2  in the server's order",
      '    strong      TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
      '    weak        TLS_DHE_RSA_WITH_AES_128_CBC_SHA               DH of 1024 bits',
      '    broken      TLS_RSA_WITH_NULL_SHA                          no encryption',
      '  TLSv1  weak: obsolete',
      "  groups of TLSv1.2  in the client's order",
      '    strong      X25519MLKEM768  post-quantum',
      '  weakest   broken: no encryption (TLS_RSA_WITH_NULL_SHA)',
      '  unknown   no answer about SSLv3',
      '  partial   given up: the server stopped answering what it had answered before,',
      '            after 30 connections',
      '  asked     30 connections in 1234 ms',
    ])
  })

  test('colours say the same as the words', () => {
    const text = render({enumeration: ENUMERATION}, true).join('\n')
    expect(text).toContain('\u001b[31mbroken    \u001b[39m')
    expect(text).toContain('\u001b[32mstrong    \u001b[39m')
  })
})

import {describe, expect, test} from 'vitest'
import {parseCertificateDer, certificateFacts} from '../../../../src/probes/tls/certificate.ts'
import {nameText} from '../../../../src/probes/tls/distinguished-name.ts'
import {parseKeyExchange} from '../../../../src/probes/tls/handshake.ts'
import {splitRecords} from '../../../../src/probes/tls/records.ts'
import {readTranscript} from '../../../../src/probes/tls/transcript.ts'
import {recordedFlight} from '../../../support/tls-flights.ts'

const EMPTY = {received: new Uint8Array(), cut: false, secrets: []}

describe('a recorded flight', () => {
  test.each([
    [
      'tls13',
      {
        version: 'TLSv1.3',
        cipher: 'TLS_AES_256_GCM_SHA384',
        group: 'x25519',
        alert: {level: 'fatal', number: 116},
      },
    ],
    [
      'tls12',
      {
        version: 'TLSv1.2',
        cipher: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
        alert: {level: 'fatal', number: 40},
      },
    ],
  ] as const)('%s shows the chain, the request for a certificate and the alert', (version, expected) => {
    const side = readTranscript(recordedFlight(version))
    expect(side).toMatchObject({...expected, certificateRequested: true, damaged: false, foreign: null})
    expect(side.acceptedIssuers.map(nameText)).toEqual(['CN=Fixture Root'])
    const chain = side.chain?.map(parseCertificateDer).map((each) => each && certificateFacts(each))
    expect(chain).toMatchObject([
      {
        subject: 'CN=Fixture Leaf',
        issuer: 'CN=Fixture Root',
        names: ['localhost', '127.0.0.1', '::1'],
        key: 'EC prime256v1',
      },
      {subject: 'CN=Fixture Root', issuer: 'CN=Fixture Root', names: []},
    ])
  })

  test('without the secrets, TLS 1.3 tells no more than its ServerHello', () => {
    const side = readTranscript({...recordedFlight('tls13'), secrets: []})
    expect(side).toMatchObject({
      version: 'TLSv1.3',
      group: 'x25519',
      chain: null,
      certificateRequested: null,
      alert: null,
    })
  })

  test('with wrong secrets, nothing is made up', () => {
    const wrong = recordedFlight('tls13').secrets.map((line) => line.replace(/[0-9a-f]{2}$/, '00'))
    const side = readTranscript({...recordedFlight('tls13'), secrets: wrong})
    expect(side).toMatchObject({chain: null, certificateRequested: null, alert: null, damaged: false})
  })
})

describe('other beginnings', () => {
  test('silence says nothing', () => {
    expect(readTranscript(EMPTY)).toMatchObject({
      bytes: 0,
      foreign: null,
      hello: null,
      alert: null,
      damaged: false,
    })
  })

  test.each([
    ['text', Buffer.from('HTTP/1.1 200 OK'), true],
    ['one byte of a record', Uint8Array.of(22), false],
    ['a record of another major version', Uint8Array.of(22, 2, 0), true],
    ['a record that is too long', Uint8Array.of(22, 3, 3, 0xff, 0xff), true],
    ['half a record', Uint8Array.of(22, 3, 3, 0, 9, 1), false],
  ])('%s: foreign is %s', (_, received, foreign) => {
    expect(readTranscript({...EMPTY, received}).foreign !== null).toBe(foreign)
  })

  test('rubbish after a sound record is damage, not plain text', () => {
    const received = Buffer.concat([Uint8Array.of(21, 3, 3, 0, 2, 1, 112), Buffer.from('hello')])
    expect(readTranscript({...EMPTY, received})).toMatchObject({
      foreign: null,
      damaged: true,
      alert: {number: 112},
    })
  })

  test('close_notify does not hide the alert before it', () => {
    const received = Uint8Array.of(21, 3, 3, 0, 2, 2, 80, 21, 3, 3, 0, 2, 1, 0)
    expect(readTranscript({...EMPTY, received}).alert).toEqual({level: 'fatal', number: 80})
  })
})

test('records are split at their ends, whatever the content', () => {
  const stream = splitRecords(Uint8Array.of(20, 3, 3, 0, 1, 1, 22, 3, 1, 0, 0, 23, 3, 3, 0, 5, 1, 2))
  expect(stream.records.map(({type, fragment}) => [type, fragment.length])).toEqual([
    [20, 1],
    [22, 0],
  ])
  expect([stream.ends, stream.at]).toEqual(['partial', 11])
})

test.each([
  ['a named curve', [3, 0, 29, 1, 2], {group: 29}],
  ['a prime of 2048 bits', [1, 0, ...Array.from({length: 256}, () => 255)], {dheBits: 2048}],
  [
    'a prime of 6144 bits, whose length begins like a curve',
    [3, 0, ...Array.from({length: 768}, () => 255)],
    {dheBits: 6144},
  ],
  ['a curve that does not exist', [3, 250, 250, 1], null],
  ['nothing', [], null],
])('a key exchange with %s', (_, bytes, expected) => {
  expect(parseKeyExchange(Uint8Array.from(bytes))).toEqual(expected)
})

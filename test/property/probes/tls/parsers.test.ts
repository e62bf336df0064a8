import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {parseCertificateDer} from '../../../../src/probes/tls/certificate.ts'
import {derChildren, derOid, derTime, readDer} from '../../../../src/probes/tls/der.ts'
import {nameText} from '../../../../src/probes/tls/distinguished-name.ts'
import {ipOctets, ipText, parseGeneralNames} from '../../../../src/probes/tls/general-names.ts'
import {matchesDns} from '../../../../src/probes/tls/name-matching.ts'
import {judgeOcsp} from '../../../../src/probes/tls/ocsp.ts'
import {isSignedBy} from '../../../../src/probes/tls/path.ts'
import {splitRecords} from '../../../../src/probes/tls/records.ts'
import {readTranscript} from '../../../../src/probes/tls/transcript.ts'
import {pemToDer} from '../../../../src/probes/tls/trust-store.ts'
import {recordedFlight} from '../../../support/tls-flights.ts'

const FLIGHTS = [recordedFlight('tls12'), recordedFlight('tls13')] as const
const flight = fc.constantFrom(...FLIGHTS)

describe('whatever a server sends', () => {
  test('random bytes are read to the end without an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 400}), (received) => {
        const side = readTranscript({received, cut: false, secrets: []})
        expect(side.bytes).toBe(received.length)
        // Either it is no TLS, or the records cover the bytes up to where they stop.
        const {records, at} = splitRecords(received)
        expect(records.reduce((sum, {fragment}) => sum + 5 + fragment.length, 0)).toBe(at)
      }),
    )
  })

  test('random handshake messages are read without an exception', () => {
    const types = fc.constantFrom(2, 4, 8, 11, 12, 13, 14, 20, 22, 24)
    const message = fc
      .tuple(types, fc.uint8Array({maxLength: 120}))
      .map(([type, body]) => Buffer.concat([Buffer.from([type, 0, 0, body.length]), body]))
    fc.assert(
      fc.property(fc.array(message, {minLength: 1, maxLength: 6}), (messages) => {
        const content = Buffer.concat(messages)
        const header = Buffer.from([22, 3, 3, content.length >> 8, content.length & 255])
        const side = readTranscript({received: Buffer.concat([header, content]), cut: false, secrets: []})
        expect(side.foreign).toBeNull()
      }),
    )
  })

  test('a real flight that is cut anywhere tells a part of what the whole tells, and nothing else', () => {
    const whole = new Map(FLIGHTS.map((each) => [each, readTranscript(each)]))
    fc.assert(
      fc.property(flight, fc.nat(), (full, cut) => {
        const received = full.received.subarray(0, cut % (full.received.length + 1))
        const side = readTranscript({...full, received})
        const complete = whole.get(full)
        expect([side.foreign, side.damaged]).toEqual([null, false])
        for (const key of ['version', 'cipher', 'group', 'certificateRequested', 'alert', 'chain'] as const) {
          expect([null, complete?.[key]]).toContainEqual(side[key])
        }
      }),
    )
  })

  test('a real flight with flipped bits is read without an exception', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({min: 1, max: 255})), {minLength: 1, maxLength: 8})
    fc.assert(
      fc.property(flight, flips, (full, changes) => {
        const received = Uint8Array.from(full.received)
        for (const [at, mask] of changes) {
          const index = at % received.length
          received[index] = (received[index] ?? 0) ^ mask
        }
        const {bytes, chain} = readTranscript({...full, received})
        expect(bytes).toBe(received.length)
        for (const der of chain ?? []) parseCertificateDer(der)
      }),
    )
  })
})

describe('structures inside certificates', () => {
  test('random DER ends, and its parts lie inside it', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 200}), (bytes) => {
        const node = readDer(bytes)
        expect(node === null || node.raw.length <= bytes.length).toBe(true)
        const children = derChildren(node)
        expect(children.reduce((sum, child) => sum + child.raw.length, 0)).toBeLessThanOrEqual(
          node?.body.length ?? 0,
        )
        for (const child of children) {
          derOid(child)
          derTime(child)
        }
        nameText(bytes)
        parseGeneralNames(bytes)
        parseCertificateDer(bytes)
      }),
    )
  })

  test('a response of random bytes proves nothing', () => {
    const [leaf, issuer] = (readTranscript(FLIGHTS[0]).chain ?? []).map(parseCertificateDer)
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 200}), (bytes) => {
        expect(judgeOcsp(bytes, leaf ?? undefined, issuer ?? undefined, 0).status).toBe('invalid')
      }),
    )
  })

  test('a certificate with flipped bits is never one that its issuer signed', () => {
    const [der = new Uint8Array(), issuerDer = new Uint8Array()] = readTranscript(FLIGHTS[0]).chain ?? []
    const issuer = parseCertificateDer(issuerDer)
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({min: 1, max: 255}), (at, mask) => {
        const changed = Uint8Array.from(der)
        changed[at] = (changed[at] ?? 0) ^ mask
        const certificate = parseCertificateDer(changed)
        if (!certificate || !issuer) return
        expect(isSignedBy(certificate, issuer)).toBe(false)
      }),
      {numRuns: 200},
    )
  })

  test('PEM text with rubbish in it gives the sound certificates', () => {
    const der = readTranscript(FLIGHTS[0]).chain?.[0] ?? new Uint8Array()
    const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        fc.pre(!/-{5}/.test(before + after))
        expect(pemToDer([`${before}\n${pem}\n${after}`])).toHaveLength(1)
      }),
    )
  })
})

describe('names', () => {
  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/)
  const name = fc.array(label, {minLength: 3, maxLength: 5}).map((labels) => labels.join('.'))

  test('a name matches itself and the wildcard of its parent, and nothing longer', () => {
    fc.assert(
      fc.property(name, label, (host, more) => {
        const parent = host.slice(host.indexOf('.') + 1)
        expect(matchesDns(host, host.toUpperCase())).toBe(true)
        expect(matchesDns(host, `*.${parent}`)).toBe(true)
        expect(matchesDns(`${more}.${host}`, `*.${parent}`)).toBe(false)
        expect(matchesDns(parent, `*.${parent}`)).toBe(false)
      }),
    )
  })

  test('the text of an address is read back to the same octets', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({minLength: 4, maxLength: 4}), fc.uint8Array({minLength: 16, maxLength: 16})),
        (octets) => {
          expect(ipOctets(ipText(octets) ?? '')).toEqual(octets)
        },
      ),
    )
  })

  test('any standard text of an IPv6 address is understood', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const octets = ipOctets(text)
        expect(octets).toHaveLength(16)
        expect(ipOctets(ipText(octets ?? new Uint8Array()) ?? '')).toEqual(octets)
      }),
    )
  })
})

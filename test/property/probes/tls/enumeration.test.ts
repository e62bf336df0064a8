import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {ByteReader} from '../../../../src/probes/tls/bytes.ts'
import {encodeClientHello, type HelloPlan} from '../../../../src/probes/tls/enumerate/client-hello.ts'
import {ciphersOf, groupsOf, VERSIONS} from '../../../../src/probes/tls/enumerate/offered.ts'
import {readFlight} from '../../../../src/probes/tls/enumerate/server-flight.ts'
import {splitMessages} from '../../../../src/probes/tls/handshake.ts'
import {splitRecords} from '../../../../src/probes/tls/records.ts'
import {recordedFlight} from '../../../support/tls-flights.ts'

const plan: fc.Arbitrary<HelloPlan> = fc.constantFrom(...VERSIONS).chain((version) =>
  fc.record({
    version: fc.constant(version),
    ciphers: fc.shuffledSubarray([...ciphersOf(version)], {minLength: 1}),
    groups: fc.shuffledSubarray([...groupsOf(version)]),
    shares: fc.boolean(),
    sni: fc.option(fc.domain()),
    alpn: fc.subarray(['h2', 'http/1.1']),
    random: fc.uint8Array({minLength: 32, maxLength: 32}),
  }),
)

describe('a ClientHello', () => {
  test('is one record with one message, whose every length is right', () => {
    fc.assert(
      fc.property(plan, (given) => {
        const {records, ends} = splitRecords(encodeClientHello(given))
        expect([records.length, ends]).toEqual([1, 'complete'])
        const {messages, rest} = splitMessages(records[0]?.fragment ?? new Uint8Array())
        expect([messages.length, messages[0]?.type, rest?.length]).toEqual([1, 1, 0])
        const reader = new ByteReader(messages[0]?.body ?? new Uint8Array())
        expect(reader.number(2)).toBe(Math.min(given.version, 0x0303))
        expect(Uint8Array.from(reader.take(32))).toEqual(given.random)
        reader.vector(1)
        expect(reader.vector(2)).toHaveLength(given.ciphers.length * 2)
        expect(Buffer.from(reader.vector(1))).toEqual(Buffer.of(0))
        const extensions = new ByteReader(given.version === 0x0300 ? new Uint8Array() : reader.vector(2))
        const types: number[] = []
        extensions.each(() => {
          types.push(extensions.number(2))
          extensions.vector(2)
        })
        expect([reader.left, reader.short, extensions.short]).toEqual([0, false, false])
        expect(new Set(types).size).toBe(types.length)
        expect(types.includes(43)).toBe(given.version === 0x0304)
      }),
    )
  })
})

describe('the answer to it', () => {
  const flight = fc.constantFrom(recordedFlight('tls12'), recordedFlight('tls13'))

  test('random octets are read without an exception', () => {
    fc.assert(
      fc.property(plan, fc.uint8Array({maxLength: 400}), fc.boolean(), (given, bytes, ended) => {
        expect(readFlight(bytes, given, ended).type).not.toBe('accepted')
      }),
    )
  })

  test('a real flight that was changed accepts nothing that was not offered', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer({min: 1, max: 255})), {maxLength: 6})
    fc.assert(
      fc.property(plan, flight, changes, fc.nat(), (given, {received}, flips, cut) => {
        const bytes = Uint8Array.from(received.subarray(0, cut % (received.length + 1)))
        for (const [at, mask] of flips) {
          if (bytes.length > 0) bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ mask
        }
        const answer = readFlight(bytes, given, true)
        const accepted = answer.type === 'accepted' ? [answer.cipher] : []
        expect(given.ciphers).toEqual(expect.arrayContaining(accepted))
      }),
    )
  })

  test('every beginning of a flight wants more or says what the whole says', () => {
    const {received} = recordedFlight('tls12')
    const version = 0x0303
    const given = {ciphers: ciphersOf(version), groups: groupsOf(version), shares: false, sni: null, alpn: []}
    const hello: HelloPlan = {...given, version, random: new Uint8Array(32)}
    const whole = readFlight(received, hello, true)
    expect(whole.type).toBe('accepted')
    for (let length = 0; length < received.length; length++) {
      expect([{type: 'more'}, whole]).toContainEqual(readFlight(received.subarray(0, length), hello, false))
    }
  })
})

import {expect, test} from 'vitest'
import {decodeStun, encodeBindingRequest} from '../../../../src/probes/stun/message.ts'
import {mappingOf} from '../../../../src/probes/stun/mapping.ts'
import {addressAttribute, encodeStun, errorAttribute, xorMapped} from '../../../support/scripted-stun.ts'

/** RFC 5769 section 2.2 and 2.3; their MESSAGE-INTEGRITY is not checked here, their FINGERPRINT is. */
const SAMPLE_V4 = `0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643
000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96`
const SAMPLE_V6 = `010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3f179
bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c`

function octets(text: string): Buffer {
  return Buffer.from(text.replaceAll(/\s/g, ''), 'hex')
}

test('the sample responses of RFC 5769 are read', () => {
  const four = decodeStun(octets(SAMPLE_V4))
  expect(four).toMatchObject({
    class: 'success',
    method: 1,
    transaction: 'b7e7a701bc34d686fa87dfae',
    mapped: {address: '192.0.2.1', port: 32_853},
    legacy: false,
    software: 'test vector',
  })
  const six = decodeStun(octets(SAMPLE_V6))
  expect(six.mapped).toEqual({address: '2001:db8:1234:5678:11:2233:4455:6677', port: 32_853})
})

const transaction = Buffer.from('0102030405060708090a0b0c', 'hex')

test('our request is a binding request with a valid fingerprint', () => {
  const request = encodeBindingRequest(transaction)
  expect(decodeStun(request)).toMatchObject({
    class: 'request',
    method: 1,
    transaction: transaction.toString('hex'),
    mapped: null,
  })
})

test.for([
  ['too short', Buffer.alloc(19), /octets only/],
  ['another protocol', Buffer.alloc(20, 0xff), /first two bits/],
  ['RFC 3489 without cookie', Buffer.alloc(20), /magic cookie/],
  ['a wrong length', Buffer.concat([encodeStun({transaction, attributes: []}), Buffer.alloc(4)]), /and 4 do/],
  [
    'an attribute beyond the end',
    octets('0101000421 12a442 0102030405060708090a0b0c 00200008'),
    /longer than the message/,
  ],
  [
    'a wrong fingerprint',
    encodeStun({transaction, attributes: [], fingerprint: 'wrong'}),
    /fingerprint is wrong/,
  ],
  [
    'an address of an unknown family',
    encodeStun({transaction, attributes: [{type: 0x20, value: Buffer.from([0, 9, 0, 0, 1, 2, 3, 4])}]}),
    /address that is none/,
  ],
  [
    'an error code of three digits and more',
    encodeStun({transaction, attributes: [{type: 9, value: Buffer.from([0, 0, 4, 200])}]}),
    /error code is none/,
  ],
] as const)('%s is no STUN message', ([, bytes, because]) => {
  expect(() => decodeStun(bytes)).toThrow(because)
})

test('the masked address outranks the plain one, and the first of each type counts', () => {
  const attributes = [
    addressAttribute(0x0001, '10.0.0.1', 1),
    xorMapped('192.0.2.7', 4242),
    xorMapped('192.0.2.8', 4243),
  ]
  expect(decodeStun(encodeStun({transaction, attributes}))).toMatchObject({
    mapped: {address: '192.0.2.7', port: 4242},
    legacy: false,
  })
  const old = [addressAttribute(0x0001, '10.0.0.1', 1)]
  expect(decodeStun(encodeStun({transaction, attributes: old}))).toMatchObject({
    mapped: {address: '10.0.0.1', port: 1},
    legacy: true,
  })
})

test('an error response gives code, reason without control characters, and what was unknown', () => {
  const attributes = [
    errorAttribute(420, 'Un\u001B[31mknown'),
    {type: 0x000a, value: Buffer.from([0, 3, 0x7f, 0xff])},
  ]
  expect(decodeStun(encodeStun({type: 0x0111, transaction, attributes}))).toMatchObject({
    class: 'error',
    error: {code: 420, reason: 'Unknown'},
    unknown: [3, 0x7fff],
  })
})

test('unknown attributes count only where they have to be understood', () => {
  const attributes = [
    {type: 0x7001, value: Buffer.alloc(3)},
    {type: 0xc001, value: Buffer.alloc(0)},
  ]
  expect(decodeStun(encodeStun({transaction, attributes})).strange).toEqual([0x7001])
})

const one = {address: '192.0.2.1', port: 3478}
const otherPort = {address: '192.0.2.1', port: 3479}
const two = {address: '192.0.2.2', port: 3478}
const twoOtherPort = {address: '192.0.2.2', port: 3479}
const a = {address: '198.51.100.1', port: 1000}
const b = {address: '198.51.100.1', port: 1001}
const c = {address: '198.51.100.1', port: 1002}

test.for([
  ['one server', [[one, a]], null],
  [
    'two addresses that agree',
    [
      [one, a],
      [two, a],
    ],
    'endpoint-independent',
  ],
  [
    'two addresses that differ',
    [
      [one, a],
      [two, b],
    ],
    'address-dependent',
  ],
  [
    'two ports that agree',
    [
      [one, a],
      [otherPort, a],
    ],
    null,
  ],
  [
    'two ports that differ',
    [
      [one, a],
      [otherPort, b],
    ],
    'address-and-port-dependent',
  ],
  [
    'the other address with two ports',
    [
      [one, a],
      [two, b],
      [twoOtherPort, b],
    ],
    'address-dependent',
  ],
  [
    'every port another',
    [
      [one, a],
      [two, b],
      [twoOtherPort, c],
    ],
    'address-and-port-dependent',
  ],
  [
    'all the same',
    [
      [one, a],
      [two, a],
      [twoOtherPort, a],
    ],
    'endpoint-independent',
  ],
] as const)('the mapping by %s', ([, seen, mapping]) => {
  expect(mappingOf(seen.map(([server, mapped]) => ({server, mapped})))).toBe(mapping)
})

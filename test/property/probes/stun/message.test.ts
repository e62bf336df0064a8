import * as fc from 'fast-check'
import {expect, test} from 'vitest'
import {StunError, decodeStun, encodeBindingRequest} from '../../../../src/probes/stun/message.ts'
import {encodeStun} from '../../../support/scripted-stun.ts'

/** Gives what was read; any other error than the decoder's own passes through and fails the property. */
function tryToDecode(bytes: Uint8Array): ReturnType<typeof decodeStun> | null {
  try {
    return decodeStun(bytes)
  } catch (error) {
    if (error instanceof StunError) return null
    throw error
  }
}

test('any octets are read or refused', () => {
  const property = fc.property(fc.uint8Array({maxLength: 200}), (bytes) => void tryToDecode(bytes))
  expect(() => fc.assert(property)).not.toThrow()
})

const attribute = fc.record({
  type: fc.oneof(
    fc.constantFrom(0x0001, 0x0008, 0x0009, 0x000a, 0x0020, 0x8022, 0x8023, 0x8028, 0x802c),
    fc.nat(0xffff),
  ),
  value: fc.uint8Array({maxLength: 24}),
})

test('well-framed messages with any attributes are read or refused, and keep their transaction', () => {
  const property = fc.property(
    fc.uint8Array({minLength: 12, maxLength: 12}),
    fc.array(attribute, {maxLength: 6}),
    fc.nat(0x3fff),
    (octets, attributes, type) => {
      const transaction = Buffer.from(octets)
      const message = tryToDecode(encodeStun({type, transaction, attributes}))
      return message === null || message.transaction === transaction.toString('hex')
    },
  )
  expect(() => fc.assert(property)).not.toThrow()
})

test('one flipped bit never passes the fingerprint as the same message', () => {
  fc.assert(
    fc.property(fc.uint8Array({minLength: 12, maxLength: 12}), fc.nat(28 * 8 - 1), (transaction, bit) => {
      const bytes = Buffer.from(encodeBindingRequest(transaction))
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const message = tryToDecode(bytes)
      // Only the attribute's own type may change: then there is no fingerprint at all.
      expect(message === null || (bit >> 3 >= 20 && bit >> 3 < 22)).toBe(true)
    }),
  )
})

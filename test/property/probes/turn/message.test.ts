import fc from 'fast-check'
import {expect, test} from 'vitest'
import {
  type TurnRequest,
  StunError,
  decodeTurn,
  encodeTurn,
  lengthOfFirst,
} from '../../../../src/probes/turn/message.ts'

const octets = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({minLength: length, maxLength: length})
const credentials = fc.record({
  user: fc.string({maxLength: 30}),
  realm: fc.string({minLength: 1, maxLength: 30}).filter((text) => !text.includes('\uFFFD')),
  nonce: fc.uint8Array({maxLength: 40}),
  key: octets(16),
})

test('what is written can be read back, and proves its key and no other', () => {
  fc.assert(
    fc.property(
      octets(12),
      credentials,
      octets(16),
      fc.tuple(fc.ipV4(), fc.integer({min: 0, max: 65_535}), fc.uint8Array({maxLength: 50})),
      (transaction, login, other, [address, port, data]) => {
        const request: TurnRequest = {
          ...{type: 'send', transaction, credentials: login},
          ...{peer: {address, port}, data, lifetime: 7},
        }
        const bytes = encodeTurn(request)
        const message = decodeTurn(bytes)
        expect(lengthOfFirst(Buffer.from(bytes))).toBe(bytes.length)
        expect(message).toMatchObject({peer: {address, port}, lifetime: 7, realm: login.realm})
        expect(Buffer.from(message.data ?? []).equals(data)).toBe(true)
        expect(Buffer.from(message.nonce ?? []).equals(login.nonce)).toBe(true)
        expect(message.proves(login.key)).toBe(true)
        expect(message.proves(other)).toBe(Buffer.from(other).equals(login.key))
      },
    ),
  )
})

/** Null unless it throws. */
function thrownBy(act: () => unknown): unknown {
  try {
    act()
    return null
  } catch (error) {
    return error
  }
}

test('octets that are no message throw a StunError and nothing else', () => {
  const head = Buffer.from('010300002112a442', 'hex')
  const framed = fc.uint8Array({maxLength: 80}).map((rest) => {
    const bytes = Buffer.concat([head, Buffer.alloc(12), rest])
    bytes.writeUInt16BE(rest.length, 2)
    return bytes
  })
  const any = fc.oneof(
    fc.uint8Array({maxLength: 100}).map((each) => Buffer.from(each)),
    framed,
  )
  fc.assert(
    fc.property(any, (bytes) => {
      const acts = [() => decodeTurn(bytes).proves(Buffer.alloc(16)), () => lengthOfFirst(bytes)]
      for (const error of acts.map(thrownBy))
        expect(error === null || error instanceof StunError, String(error)).toBe(true)
    }),
  )
})

test('a changed octet under the proof is noticed', () => {
  fc.assert(
    fc.property(octets(12), credentials, fc.nat(), (transaction, login, place) => {
      const bytes = Buffer.from(encodeTurn({type: 'permission', transaction, credentials: login}))
      // Without the fingerprint, which would notice it first.
      const bare = Buffer.from(bytes.subarray(0, -8))
      bare.writeUInt16BE(bare.length - 20, 2)
      const at = 20 + (place % (bare.length - 20 - 24))
      const isProven = (): boolean => decodeTurn(bare).proves(login.key)
      expect(isProven()).toBe(true)
      bare[at] = (bare[at] ?? 0) ^ 0xff
      const proven = {value: false}
      const error = thrownBy(() => (proven.value = isProven()))
      expect(error instanceof StunError || !proven.value).toBe(true)
    }),
  )
})

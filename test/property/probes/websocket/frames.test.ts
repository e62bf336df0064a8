import fc from 'fast-check'
import {expect, test} from 'vitest'
import {
  FrameError,
  FrameReader,
  type FrameType,
  decodeClose,
  encodeClose,
  encodeFrame,
} from '../../../../src/probes/websocket/frames.ts'

/** As a server would send it: the same frame without its mask. */
function unmasked(type: FrameType, payload: Uint8Array): Uint8Array {
  const bytes = Buffer.from(encodeFrame(type, payload, new Uint8Array(4)))
  const long = (bytes[1] ?? 0) & 0x7f
  const mask = long === 127 ? 10 : long === 126 ? 4 : 2
  bytes[1] = long
  return Buffer.concat([bytes.subarray(0, mask), bytes.subarray(mask + 4)])
}

const TYPES = ['text', 'binary', 'ping', 'pong'] as const
const frame = fc.record({
  type: fc.constantFrom(...TYPES),
  payload: fc.oneof(fc.uint8Array({maxLength: 125}), fc.uint8Array({minLength: 126, maxLength: 400})),
})

test('frames come out as they went in, however the octets are cut', () => {
  fc.assert(
    fc.property(fc.array(frame, {maxLength: 6}), fc.array(fc.nat(500), {maxLength: 8}), (frames, cuts) => {
      const fit = frames.map(({type, payload}) => ({
        type,
        payload: type === 'ping' || type === 'pong' ? payload.subarray(0, 125) : payload,
      }))
      const all = Buffer.concat(fit.map(({type, payload}) => unmasked(type, payload)))
      const reader = new FrameReader()
      const edges = [...new Set([0, ...cuts.map((cut) => Math.min(cut, all.length)), all.length])].sort(
        (a, b) => a - b,
      )
      const got = edges.slice(1).flatMap((end, at) => reader.add(all.subarray(edges[at], end)))
      expect(got.map(({type, payload}) => [type, [...payload]])).toEqual(
        fit.map(({type, payload}) => [type, [...payload]]),
      )
      expect(reader.rest).toBe(0)
    }),
  )
})

test('the mask hides the payload and nothing else', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({maxLength: 125}),
      fc.uint8Array({minLength: 4, maxLength: 4}),
      (payload, mask) => {
        const bytes = encodeFrame('ping', payload, mask)
        expect(bytes.length).toBe(6 + payload.length)
        expect([...bytes.subarray(6)].map((octet, at) => octet ^ (mask[at % 4] ?? 0))).toEqual([...payload])
      },
    ),
  )
})

/** Whatever is thrown. */
function wrongWith(pieces: readonly Uint8Array[]): unknown {
  const reader = new FrameReader()
  try {
    for (const piece of pieces)
      for (const {type, payload} of reader.add(piece)) if (type === 'close') decodeClose(payload)
    return null
  } catch (error) {
    return error
  }
}

test('random octets give frames or a FrameError', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({maxLength: 60}), {maxLength: 5}), (pieces) => {
      expect(wrongWith(pieces) ?? new FrameError('')).toBeInstanceOf(FrameError)
    }),
  )
})

test.for([1000, 1001, 1011, 1014, 3000, 4999])('the close code %i may be sent', (code) => {
  expect(decodeClose(encodeClose(code, 'why'))).toEqual({code, reason: 'why'})
})

test.for([0, 999, 1004, 1005, 1006, 1015, 2999, 5000])('the close code %i may not be sent', (code) => {
  expect(() => decodeClose(encodeClose(code, ''))).toThrow(FrameError)
})

test.for([
  ['a masked frame', [0x81, 0x80, 0, 0, 0, 0]],
  ['a reserved bit', [0xc1, 0]],
  ['an unknown opcode', [0x83, 0]],
  ['a long ping', [0x89, 126, 0, 126]],
  ['a ping in pieces', [0x09, 0]],
  ['a continuation of nothing', [0x80, 0]],
  ['a message within another', [0x01, 0, 0x81, 0]],
  ['a frame of 2^62 octets', [0x82, 127, 0x40, 0, 0, 0, 0, 0, 0, 0]],
] as const)('%s breaks the protocol', ([, octets]) => {
  expect(() => new FrameReader().add(Uint8Array.from(octets))).toThrow(FrameError)
})

import fc from 'fast-check'
import {expect, test} from 'vitest'
import {
  LineCutter,
  type StreamLine,
  decodeLine,
  encodeLine,
  isProof,
  proofOf,
} from '../../../src/lab/stream-lines.ts'

const token = fc.stringMatching(/^[0-9a-f]{16}$/)
const address = fc.constantFrom('127.0.0.1', '192.0.2.7', '::1', '2001:db8::1')
const port = fc.integer({min: 1, max: 65_535})
const proof = fc.constantFrom('-', 'ab'.repeat(32))

const line: fc.Arbitrary<StreamLine> = fc.oneof(
  fc.record({word: fc.constant('hello' as const), session: token, nonce: token, proof}),
  fc.record({word: fc.constant('welcome' as const), nonce: token, proof}),
  fc.record({word: fc.constant('data' as const), session: token, seq: fc.nat()}),
  fc.record({word: fc.constant('dial' as const), token, address, port}),
  fc.record({word: fc.constant('dialled' as const), token, result: fc.constantFrom('ok', 'ECONNREFUSED')}),
  fc.constantFrom({word: 'refused' as const}, {word: 'bye' as const}),
)

test('lines come out as they went in, wherever the octets are cut and whatever stands between them', () => {
  const noise = fc.constantFrom('', 'hello\n', 'netdrill nothing\n', '\n', 'netdrill data zz 1\n')
  fc.assert(
    fc.property(fc.array(fc.tuple(line, noise)), fc.array(fc.integer({min: 1, max: 40})), (said, sizes) => {
      const octets = Buffer.concat(said.flatMap(([one, between]) => [encodeLine(one), Buffer.from(between)]))
      const cutter = new LineCutter()
      const heard: StreamLine[] = []
      let at = 0
      for (const size of [...sizes, octets.length + 1]) {
        heard.push(...cutter.add(octets.subarray(at, at + size)))
        at += size
      }
      expect(heard).toEqual(said.map(([one]) => one))
    }),
  )
})

test('no text makes the decoder throw, or gives a place that nobody can dial', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.nat({max: 99_999}), (one, other, number) => {
      for (const text of [one, `netdrill ${one}`, `netdrill dial 0123456789abcdef ${other} ${number}`]) {
        const decoded = decodeLine(text)
        expect(decoded?.word !== 'dial' || decoded.port < 65_536).toBe(true)
      }
    }),
  )
})

test('a line without an end does not grow for ever', () => {
  const cutter = new LineCutter()
  for (let index = 0; index < 100; index++) cutter.add(Buffer.alloc(100, 97))
  expect(cutter.add(Buffer.from('\nnetdrill bye\n'))).toEqual([{word: 'bye'}])
})

test('a proof is only good for its key, its side, its session and its nonce', () => {
  const given = proofOf('a secret key', 'peer', '00112233', '44556677')
  expect(isProof(given, proofOf('a secret key', 'peer', '00112233', '44556677'))).toBe(true)
  for (const other of [
    proofOf('another key', 'peer', '00112233', '44556677'),
    proofOf('a secret key', 'client', '00112233', '44556677'),
    proofOf('a secret key', 'peer', '00112234', '44556677'),
    proofOf('a secret key', 'peer', '00112233', '44556678'),
    proofOf(null, 'peer', '00112233', '44556677'),
  ])
    expect(isProof(given, other)).toBe(false)
})

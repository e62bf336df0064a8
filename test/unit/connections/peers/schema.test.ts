import {describe, expect, test} from 'vitest'
import {peerSpecs, peersSchema} from '../../../../src/connections/peers/schema.ts'
import {parseSignal} from '../../../../src/connections/peers/offer.ts'
import {decodePeerMessage, encodePeerMessage} from '../../../../src/connections/peers/stun-message.ts'
import {tellPeer} from '../../../../src/core/peer-story.ts'

const LEAST = {
  role: 'controlling',
  local: {ufrag: 'abcd', pwd: 'a'.repeat(22)},
  remote: {ufrag: 'efgh', pwd: 'b'.repeat(22)},
}

describe('a document', () => {
  test('with the least there is gets the usual figures', () => {
    const [spec] = peerSpecs(
      peersSchema.parse({two: {...LEAST, candidates: ['192.0.2.7:5000', '[2001:db8::7]:5000']}}),
    )
    expect(spec).toMatchObject({
      ...{name: 'two', check: 5000, consentInterval: 5000, consentTimeout: 30_000, keepalive: 2000},
      ...{inactive: 10_000, failures: 3, combine: 'any', maxRestarts: 3, onFailed: 'close', signal: null},
      candidates: [
        {address: '192.0.2.7', port: 5000},
        {address: '2001:db8::7', port: 5000},
      ],
    })
  })

  test.for([
    ['a short password', {local: {ufrag: 'abcd', pwd: 'short'}}],
    ['a candidate without a port', {candidates: ['192.0.2.7']}],
    ['a candidate that is a name', {candidates: ['example.org:5000']}],
    ['a keepalive that is as long as the silence that counts', {keepalive: '10s', inactive: '10s'}],
    ['two hooks', {signal: {http: 'https://example.org', command: ['x']}}],
    ['an unknown key', {restarts: 3}],
    ['so many that write one file', {count: 2, signal: {file: {out: 'a', in: 'b'}}}],
    ['so many that there are no ports for them', {count: 3, port: 65_534}],
    ['so many that the other side has no ports for them', {count: 3, candidates: ['192.0.2.7:65534']}],
  ] as const)('with %s is refused', ([, more]) => {
    expect(peersSchema.safeParse({two: {...LEAST, ...more}}).success).toBe(false)
  })

  test('with a count has so many peers, each with ports of its own and its like on the other side', () => {
    const specs = peerSpecs(
      peersSchema.parse({
        two: {
          ...LEAST,
          count: 3,
          port: 4000,
          candidates: ['192.0.2.7:5000'],
          signal: {peer: 'one', delay: '1s'},
        },
        one: {...LEAST, count: 3},
      }),
    )
    expect(specs.map(({name}) => name)).toEqual(['two-1', 'two-2', 'two-3', 'one-1', 'one-2', 'one-3'])
    expect(specs[2]).toMatchObject({
      ...{name: 'two-3', set: 'two', port: 4002, candidates: [{address: '192.0.2.7', port: 5002}]},
      signal: {type: 'peer', peer: 'one-3', delay: 1000},
    })
    expect(specs[4]).toMatchObject({name: 'one-2', set: 'one', port: 0})
  })

  test('with a name that is one of so many already is refused', () => {
    expect(peersSchema.safeParse({two: {...LEAST, count: 2}, 'two-2': LEAST}).success).toBe(false)
    expect(peersSchema.safeParse({two: {...LEAST, count: 1}, 'two-2': LEAST}).success).toBe(true)
  })

  test.for([
    [{file: {out: 'a', in: 'b'}}, {type: 'file', out: 'a', in: 'b'}],
    [{http: 'https://example.org/x'}, {type: 'http', url: 'https://example.org/x'}],
    [{command: ['hook', '-v']}, {type: 'command', argv: ['hook', '-v']}],
  ] as const)('with the hook %j', ([given, expected]) => {
    const [spec] = peerSpecs(peersSchema.parse({two: {...LEAST, signal: given}}))
    expect(spec?.signal).toEqual(expected)
  })
})

/** The sample request of RFC 5769 section 2.1, with its password. */
const SAMPLE =
  '000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b151263b36' +
  '00060009' +
  '6576746a3a68367659202020' +
  '000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf'
const PASSWORD = 'VOkJxbRl1RmTxUk/WvJxBt'

describe('messages with credentials', () => {
  test('the sample request of RFC 5769 is proven by its password and by no other', () => {
    const message = decodePeerMessage(Buffer.from(SAMPLE, 'hex'))
    expect(message).toMatchObject({
      class: 'request',
      username: 'evtj:h6vY',
      priority: 0x6e00_01ff,
      nominate: false,
    })
    expect(message.role).toEqual({name: 'controlled', tieBreaker: 0x932f_f9b1_5126_3b36n})
    expect(message.proves(PASSWORD)).toBe(true)
    expect(message.proves(`${PASSWORD}x`)).toBe(false)
  })

  test('what we write is what we read, and one changed octet proves nothing', () => {
    const bytes = encodePeerMessage({
      ...{class: 'request', transaction: '0102030405060708090a0b0c', username: 'abcd:efgh', nominate: true},
      role: {name: 'controlling', tieBreaker: 2n ** 64n - 1n},
      ...{priority: 7, password: PASSWORD},
    })
    const message = decodePeerMessage(bytes)
    expect(message).toMatchObject({username: 'abcd:efgh', nominate: true, priority: 7})
    expect(message.role?.tieBreaker).toBe(2n ** 64n - 1n)
    expect(message.proves(PASSWORD)).toBe(true)
    const bare = encodePeerMessage({
      class: 'request',
      transaction: '0102030405060708090a0b0c',
      username: 'abcd:efgh',
    })
    expect(decodePeerMessage(bare).proves(PASSWORD)).toBe(false)
  })

  test.for(['192.0.2.1', '2001:db8::1'])('the mapped address %s comes back', (address) => {
    const bytes = encodePeerMessage({
      ...{class: 'success', transaction: '0102030405060708090a0b0c', password: PASSWORD},
      mapped: {address, port: 40_000},
    })
    expect(decodePeerMessage(bytes).mapped).toEqual({address, port: 40_000})
  })
})

test.for([
  '',
  '{',
  '[]',
  '{"type":"offer"}',
  '{"type":"answer","id":"x","ufrag":"a b c d","pwd":"y","candidates":[]}',
])('the signal %j is none', (text) => expect(parseSignal(text)).toBeNull())

test('a story tells of states and steps, not of looks', () => {
  const told = tellPeer({
    at: 1,
    type: 'peer-state',
    peer: 'two',
    from: 'connected',
    to: 'disconnected',
    because: 'silence',
  })
  expect(told).toEqual([{at: 1, tone: 'bad', subject: 'two', text: 'connected → disconnected: silence'}])
  const step = tellPeer({
    at: 1,
    type: 'peer-step',
    peer: 'two',
    step: 'recover',
    level: 'warning',
    text: 'restart',
  })
  expect(step[0]?.tone).toBe('warning')
  expect(tellPeer({at: 1, type: 'abort-requested', because: ''})).toEqual([])
})

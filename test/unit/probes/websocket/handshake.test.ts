import {describe, expect, test} from 'vitest'
import {
  acceptFor,
  encodeUpgrade,
  readAnswer,
  upgradeProblem,
} from '../../../../src/probes/websocket/handshake.ts'

/** The example of RFC 6455 section 1.3. */
const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')

test('the accept key of the example in the RFC', () => {
  expect(acceptFor(KEY)).toBe(ACCEPT)
})

test('a request has what the RFC demands, and what was asked for', () => {
  const text = Buffer.from(
    encodeUpgrade({
      url: new URL('ws://example.org:8080/chat?room=1'),
      key: KEY,
      protocols: ['chat', 'talk'],
      headers: [['X-Token', 'a b']],
      origin: 'https://example.org',
      authorization: 'Bearer t',
    }),
  ).toString('latin1')
  expect(text.split('\r\n')).toEqual([
    'GET /chat?room=1 HTTP/1.1',
    'Host: example.org:8080',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${KEY}`,
    'Sec-WebSocket-Protocol: chat, talk',
    'Origin: https://example.org',
    'Authorization: Bearer t',
    'X-Token: a b',
    '',
    '',
  ])
})

describe('reading an answer', () => {
  const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nX: 1\r\nx: 2\r\n\r\n'

  test('takes it in pieces and keeps what follows', () => {
    for (let cut = 0; cut < head.length; cut++) {
      expect(readAnswer(bytes(head.slice(0, cut)))).toEqual({type: 'more'})
    }
    const whole = readAnswer(bytes(`${head}\u0081\u0001x`))
    expect(whole).toMatchObject({type: 'head', answer: {status: 101, reason: 'Switching Protocols'}})
    const found = whole.type === 'head' ? whole : null
    expect(found?.answer.headers.get('x')).toBe('1, 2')
    expect([...(found?.rest ?? [])]).toEqual([0x81, 1, 0x78])
  })

  test.for([
    'SSH-2.0-x\r\n',
    'HTTP/2 200\r\n\r\n',
    'HTTP/1.1 9 \r\n\r\n',
    `HTTP/1.1 200 OK\r\n${'a'.repeat(17_000)}`,
  ])('knows nonsense %#', (text) => expect(readAnswer(bytes(text)).type).toBe('nonsense'))
})

describe('a 101 that makes no connection', () => {
  const good = {upgrade: 'WebSocket', connection: 'keep-alive, Upgrade', 'sec-websocket-accept': ACCEPT}
  const problem = (headers: Readonly<Record<string, string | undefined>>): string | null => {
    const known = Object.entries({...good, ...headers}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    )
    return upgradeProblem({status: 101, reason: '', headers: new Map(known)}, {key: KEY, protocols: ['chat']})
  }

  test('none when all is right', () => {
    expect(problem({})).toBeNull()
    expect(problem({'sec-websocket-protocol': 'chat'})).toBeNull()
  })

  test.for([
    [{upgrade: undefined}, /Upgrade/],
    [{upgrade: 'h2c'}, /h2c/],
    [{connection: 'close'}, /Connection/],
    [{'sec-websocket-accept': undefined}, /lacks Sec-WebSocket-Accept/],
    [{'sec-websocket-accept': 'AAAA'}, /another request/],
    [{'sec-websocket-extensions': 'permessage-deflate'}, /extension/],
    [{'sec-websocket-protocol': 'other'}, /"other"/],
  ] as const)('%j', ([headers, words]) => expect(problem(headers)).toMatch(words))
})

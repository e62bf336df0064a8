import {describe, expect, test} from 'vitest'
import type {WebSocketFacts} from '../../../../src/core/facts.ts'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {websocket} from '../../../../src/probes/websocket/probe.ts'
import {type MeasureSetup, measureOnce} from '../../../support/measure-once.ts'
import {type Running, rawServer} from '../../../support/tls-servers.ts'
import {serverFrame, unmask, upgradingServer, wsServer} from '../../../support/websocket-servers.ts'

async function measure(server: Running, setup: MeasureSetup = {}, path = '/'): Promise<Outcome> {
  return measureOnce(websocket, `ws://127.0.0.1:${server.port}${path}`, setup)
}

async function measureAt(starting: Promise<Running>, setup: MeasureSetup = {}): Promise<Outcome> {
  const server = await starting
  try {
    return await measure(server, setup)
  } finally {
    await server.stop()
  }
}

function codeOf(outcome: Outcome): string {
  return outcome.status === 'failed' ? outcome.failure.code : outcome.status
}

function factsOf(outcome: Outcome): WebSocketFacts | undefined {
  if (outcome.status === 'skipped') return undefined
  return (outcome.status === 'ok' ? outcome.reading : outcome.partial).websocket
}

describe('a real server', () => {
  test('opens, gets its own pong and closes with the closing handshake', async () => {
    const seen: number[] = []
    const server = wsServer({onConnection: (socket) => socket.on('close', (code) => seen.push(code))})
    const outcome = await measureAt(server)
    expect(codeOf(outcome)).toBe('ok')
    expect(factsOf(outcome)).toMatchObject({
      ...{status: 101, ended: null, pings: 1, pongs: 1, stale: 0, clean: true, reused: false},
    })
    await expect.poll(() => seen).toEqual([1000])
    expect(outcome).toMatchObject({
      reading: {rtt: expect.any(Number), phase: {connect: expect.any(Number), wait: expect.any(Number)}},
    })
  })

  test('agrees on a subprotocol, says something and hears the answer', async () => {
    const server = wsServer({
      onConnection: (socket) =>
        socket.on('message', (text: Buffer) => socket.send(`echo of ${text.toString()}`)),
    })
    const options = {protocols: 'talk,chat', send: 'hello', expect_message: 'of hello'}
    const outcome = await measureAt(server, {options})
    expect(factsOf(outcome)).toMatchObject({protocol: 'chat', message: 'echo of hello', messages: 1})
    expect(codeOf(outcome)).toBe('ok')
  })

  test('a message that does not come is a failure that shows the last one', async () => {
    const server = wsServer({onConnection: (socket) => socket.send('good morning')})
    const outcome = await measureAt(server, {options: {expect_message: 'night'}, timeout: 300})
    expect(codeOf(outcome)).toBe('EXPECT_MISMATCH')
    expect(outcome).toMatchObject({failure: {message: expect.stringContaining('"good morning"')}})
  })

  test('a long message in pieces is put together', async () => {
    const server = wsServer({
      onConnection: (socket) => {
        socket.send('a'.repeat(70_000), {fin: false})
        socket.send(' the end', {fin: true})
        socket.send('after it')
      },
    })
    expect(codeOf(await measureAt(server, {options: {expect_message: 'after it'}}))).toBe('ok')
  })
})

describe('an upgrade that is refused', () => {
  test.for([
    [401, 'HTTP_UNAUTHORIZED'],
    [403, 'HTTP_FORBIDDEN'],
    [404, 'HTTP_CLIENT_ERROR'],
    [429, 'HTTP_RATE_LIMITED'],
    [500, 'HTTP_SERVER_ERROR'],
    [503, 'HTTP_UNAVAILABLE'],
  ] as const)('with %i is %s', async ([status, code]) => {
    const outcome = await measureAt(wsServer({verify: () => ({code: status})}))
    expect(codeOf(outcome)).toBe(code)
    expect(factsOf(outcome)).toMatchObject({status, ended: 'refused', pings: 0})
  })

  test('Retry-After is told', async () => {
    const server = wsServer({verify: () => ({code: 503, headers: {'Retry-After': '7'}})})
    expect(await measureAt(server)).toMatchObject({
      failure: {advice: expect.arrayContaining([expect.stringContaining('wait 7 s')])},
    })
  })

  test.for([
    ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', 'WS_NOT_UPGRADED'],
    ['HTTP/1.1 302 Found\r\nlocation: /login\r\n\r\n', 'WS_NOT_UPGRADED'],
    [
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      'WS_BAD_ACCEPT',
    ],
    ['SSH-2.0-OpenSSH_9.2\r\n', 'HTTP_MALFORMED'],
  ] as const)('by %j', async ([answer, code]) => {
    const server = rawServer((socket) => socket.once('data', () => socket.write(answer)))
    expect(codeOf(await measureAt(server))).toBe(code)
  })

  test('with the accept key of another request proves nothing', async () => {
    const outcome = await measureAt(
      upgradingServer(
        () => undefined,
        () => 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
      ),
    )
    expect(codeOf(outcome)).toBe('WS_BAD_ACCEPT')
    expect(outcome).toMatchObject({failure: {message: expect.stringContaining('another request')}})
  })

  test.for([
    ['a silent server', () => undefined, 'HTTP_TIMEOUT'],
    ['one that hangs up', (socket: {end: () => void}) => socket.end(), 'HTTP_CLOSED'],
    ['one that resets', (socket: {resetAndDestroy: () => void}) => socket.resetAndDestroy(), 'TCP_RESET'],
  ] as const)('%s', async ([, act, code]) => {
    const server = rawServer((socket) => socket.once('data', () => act(socket)))
    expect(codeOf(await measureAt(server, {timeout: 300}))).toBe(code)
  })
})

/** Five endings; each is told by its own code and its own word. */
describe('a connection that stood and ends', () => {
  test.for([
    [1000, 'bye', 'WS_CLOSED'],
    [1001, 'restart of the host', 'WS_CLOSED'],
    [1008, 'token expired', 'WS_CLOSED_POLICY'],
    [1013, '', 'WS_CLOSED_BUSY'],
    [4321, 'own word', 'WS_CLOSED'],
  ] as const)('by a close frame with %i', async ([code, reason, expected]) => {
    const server = wsServer({onConnection: (socket) => socket.on('ping', () => socket.close(code, reason))})
    const outcome = await measureAt(server, {options: {hold: '500ms'}, timeout: 3000})
    expect(codeOf(outcome)).toBe(expected)
    expect(factsOf(outcome)).toMatchObject({ended: 'close-frame', close_code: code, close_reason: reason})
  })

  test('by a FIN without a close frame', async () => {
    const server = upgradingServer((socket) => socket.once('data', () => socket.end()))
    const outcome = await measureAt(server)
    expect([codeOf(outcome), factsOf(outcome)?.ended]).toEqual(['WS_DROPPED', 'fin'])
  })

  test('by an RST', async () => {
    const server = upgradingServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
    const outcome = await measureAt(server)
    expect([codeOf(outcome), factsOf(outcome)?.ended]).toEqual(['TCP_RESET', 'rst'])
  })

  test('by silence, which only the missing pong tells', async () => {
    const outcome = await measureAt(wsServer({autoPong: false}), {options: {pong_timeout: '150ms'}})
    expect([codeOf(outcome), factsOf(outcome)?.ended]).toEqual(['WS_PONG_TIMEOUT', 'silence'])
    expect(factsOf(outcome)).toMatchObject({status: 101, pings: 1, pongs: 0})
  })

  test('by frames that break the protocol', async () => {
    const server = upgradingServer((_, send) => send(serverFrame(0x3, 'x')))
    const outcome = await measureAt(server)
    expect([codeOf(outcome), factsOf(outcome)?.ended]).toEqual(['WS_MALFORMED', 'malformed'])
  })

  test('while it is only watched, without pings', async () => {
    const server = wsServer({onConnection: (socket) => setTimeout(() => socket.close(1001, ''), 100)})
    const outcome = await measureAt(server, {options: {ping: false, hold: '2000ms'}})
    expect(codeOf(outcome)).toBe('WS_CLOSED')
  })
})

describe('a pong counts only with the nonce of its ping', () => {
  test('a replayed pong is a miss', async () => {
    let first: Buffer | null = null
    const server = await upgradingServer((socket, send) =>
      socket.on('data', (frame) => {
        first ??= unmask(frame)
        send(serverFrame(0xa, first))
      }),
    )
    try {
      expect(codeOf(await measure(server))).toBe('ok')
      const outcome = await measure(server, {options: {pong_timeout: '150ms'}})
      expect(codeOf(outcome)).toBe('WS_PONG_TIMEOUT')
      expect(factsOf(outcome)).toMatchObject({pongs: 0, stale: 1})
      expect(outcome).toMatchObject({failure: {message: expect.stringContaining('1 for other pings did')}})
    } finally {
      await server.stop()
    }
  })

  test('a late pong is a miss, and does not serve the next ping', async () => {
    const late: Buffer[] = []
    const server = upgradingServer((socket, send) =>
      socket.on('data', (frame) => {
        // Each ping is answered when the next one comes.
        const before = late.shift()
        late.push(unmask(frame))
        if (before) send(serverFrame(0xa, before))
      }),
    )
    const outcome = await measureAt(server, {
      options: {pong_timeout: '150ms', hold: '2000ms', ping_interval: '50ms'},
    })
    expect(codeOf(outcome)).toBe('WS_PONG_TIMEOUT')
  })

  test('an unasked pong is only counted', async () => {
    const server = wsServer({onConnection: (socket) => socket.pong('surprise')})
    const outcome = await measureAt(server)
    expect(codeOf(outcome)).toBe('ok')
    expect(factsOf(outcome)).toMatchObject({pongs: 1, stale: 1})
  })
})

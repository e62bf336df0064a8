import {afterEach, describe, expect, it} from 'vitest'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {http} from '../../../../src/probes/http/probe.ts'
import {type Running, plainHttp, rawHttp} from '../../../support/http-servers.ts'
import {measureOnce} from '../../../support/measure-once.ts'

let server: Running | null = null
afterEach(async () => {
  await server?.stop()
  server = null
})

const failureOf = (outcome: Outcome) => (outcome.status === 'failed' ? outcome.failure : null)
const SLOW = 400

async function probe(running: Running, options: Readonly<Record<string, unknown>> = {}): Promise<Outcome> {
  server = running
  return measureOnce(http, `http://127.0.0.1:${running.port}/`, {options, timeout: SLOW})
}

describe('what breaks an exchange', () => {
  it.each([
    ['an end without a response', '', 'end', 'HTTP_CLOSED'],
    ['an end within the head', 'HTTP/1.1 200 OK\r\nx: ', 'end', 'HTTP_CLOSED'],
    ['a reset without a response', '', 'reset', 'TCP_RESET'],
    ['something else than HTTP', '220 mail.example ESMTP\r\n', 'stay', 'HTTP_MALFORMED'],
    ['a TLS alert', Buffer.from([0x15, 3, 1, 0, 2, 2, 70]), 'end', 'HTTP_MALFORMED'],
    ['a damaged status line', 'HTTP/1.1 2x0 OK\r\n\r\n', 'end', 'HTTP_MALFORMED'],
    ['a header without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n', 'end', 'HTTP_MALFORMED'],
    ['a continue that nobody asked for', 'HTTP/1.1 100 Continue\r\n\r\n', 'stay', 'HTTP_MALFORMED'],
    [
      'a switch of protocols that nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\nmore',
      'end',
      'HTTP_MALFORMED',
    ],
    [
      'a damaged chunk',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n',
      'stay',
      'HTTP_MALFORMED',
    ],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd',
      'stay',
      'HTTP_MALFORMED',
    ],
    ['a body cut short', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc', 'end', 'HTTP_INCOMPLETE'],
    [
      'a body cut short on a connection to be closed',
      'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 10\r\n\r\nabc',
      'end',
      'HTTP_INCOMPLETE',
    ],
    [
      'chunks without an end',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n',
      'end',
      'HTTP_INCOMPLETE',
    ],
    [
      'chunks without an end on a connection to be closed',
      'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n',
      'end',
      'HTTP_INCOMPLETE',
    ],
    [
      'a head of 80 KiB',
      `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(80_000)}\r\n\r\n`,
      'stay',
      'HTTP_HEADERS_TOO_LARGE',
    ],
    ['silence', '', 'stay', 'HTTP_TIMEOUT'],
    ['a head that does not end', 'HTTP/1.1 200 OK\r\nx: y\r\n', 'stay', 'HTTP_TIMEOUT'],
    [
      'a body that does not end',
      'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc',
      'stay',
      'HTTP_BODY_TIMEOUT',
    ],
  ] as const)('%s', async (_, answer, then, code) => {
    const outcome = await probe(await rawHttp(answer, then))
    expect(failureOf(outcome)?.code, failureOf(outcome)?.message).toBe(code)
  })

  it('quotes what came in place of HTTP', async () => {
    const outcome = await probe(await rawHttp('220 mail.example ESMTP\u001b]0;x\u0007\r\n'))
    expect(failureOf(outcome)?.message).toContain('"220 mail.example ESMTP')
    expect(failureOf(outcome)?.message).not.toContain('\u001b')
  })

  it('keeps what it learned before a body stopped', async () => {
    const outcome = await probe(await rawHttp('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'))
    expect(outcome).toMatchObject({partial: {http: {status: 200, body: 'abc', size: 10, body_cut: true}}})
    expect(outcome).not.toHaveProperty('partial.rtt')
  })

  it("a user's abort is no failure of the target", async () => {
    server = await rawHttp('')
    const stop = new AbortController()
    const measured = measureOnce(http, `http://127.0.0.1:${server.port}/`, {signal: stop.signal})
    stop.abort(new Error('enough'))
    expect(failureOf(await measured)?.code).toBe('CANCELLED')
  })

  it('names the closed port', async () => {
    const gone = await rawHttp('')
    await gone.stop()
    const outcome = await measureOnce(http, `http://127.0.0.1:${gone.port}/`)
    expect(failureOf(outcome)).toMatchObject({code: 'TCP_REFUSED', stage: 'connect'})
  })
})

describe('what a status means', () => {
  it.each([
    [200, null],
    [204, null],
    [304, null],
    [301, null],
    [401, 'HTTP_UNAUTHORIZED'],
    [403, 'HTTP_FORBIDDEN'],
    [404, 'HTTP_CLIENT_ERROR'],
    [407, 'HTTP_PROXY_AUTH'],
    [408, 'HTTP_REQUEST_TIMEOUT'],
    [421, 'HTTP_MISDIRECTED'],
    [426, 'HTTP_VERSION_REFUSED'],
    [429, 'HTTP_RATE_LIMITED'],
    [500, 'HTTP_SERVER_ERROR'],
    [502, 'HTTP_BAD_GATEWAY'],
    [503, 'HTTP_UNAVAILABLE'],
    [504, 'HTTP_GATEWAY_TIMEOUT'],
  ])('%i', async (status, code) => {
    const outcome = await probe(
      await plainHttp((_request, response) => {
        response.writeHead(status, {'retry-after': '7'})
        response.end()
      }),
    )
    expect(failureOf(outcome)?.code ?? null).toBe(code)
    const reading =
      outcome.status === 'failed' ? outcome.partial : outcome.status === 'ok' ? outcome.reading : null
    expect(reading?.http).toMatchObject({status, retry_after: 7})
  })

  it.each([
    ['any', 500, null],
    ['404', 404, null],
    ['404', 200, 'HTTP_STATUS'],
    ['200-204', 206, 'HTTP_STATUS'],
    ['2xx', 302, 'HTTP_STATUS'],
  ])('expected %s, got %i', async (expected, status, code) => {
    const answer = await plainHttp((_request, response) => {
      response.writeHead(status)
      response.end()
    })
    expect(failureOf(await probe(answer, {status: expected}))?.code ?? null).toBe(code)
  })
})

describe('the size of a body', () => {
  const large = async (): Promise<Running> =>
    plainHttp((_request, response) => {
      response.writeHead(200, {'content-length': 5_000_000})
      response.end(Buffer.alloc(5_000_000, 'a'))
    })

  it('reads no more than the limit, and counts what the server says', async () => {
    const outcome = await probe(await large(), {body_limit: '64KiB'})
    expect(outcome).toMatchObject({status: 'ok', reading: {http: {size: 5_000_000, truncated: true}}})
  })

  it('fails beyond what is allowed', async () => {
    expect(failureOf(await probe(await large(), {max_size: '4MB'}))?.code).toBe('HTTP_BODY_TOO_LARGE')
  })

  it('keeps only an excerpt', async () => {
    const outcome = await probe(await large(), {body_limit: '64KiB', keep: '16B'})
    expect(outcome).toMatchObject({reading: {http: {body: 'a'.repeat(16), body_cut: true}}})
  })
})

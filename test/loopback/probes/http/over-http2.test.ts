import {type Http2Server, type ServerHttp2Stream, constants, createSecureServer} from 'node:http2'
import type {AddressInfo} from 'node:net'
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {http} from '../../../../src/probes/http/probe.ts'
import {type Issued, type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {type MeasureSetup, measureOnce} from '../../../support/measure-once.ts'

let workshop: Workshop
let root: Issued
let leaf: Issued
let server: Http2Server | null = null

beforeAll(async () => {
  workshop = await openWorkshop()
  root = await workshop.authority({name: 'root'})
  leaf = await workshop.leaf({name: 'leaf', san: ['IP:127.0.0.1']}, root)
})
afterAll(async () => workshop.remove())
afterEach(() => {
  server?.close()
  server = null
})

/** Takes one sample of a server of HTTP/2 alone, which does this with the request. */
async function probe(
  manner: (stream: ServerHttp2Stream) => void,
  setup: MeasureSetup = {},
): Promise<Outcome> {
  const made = createSecureServer({cert: leaf.certificate, key: leaf.key})
  server = made
  made.on('sessionError', () => undefined)
  made.on('stream', (stream) => {
    stream.on('error', () => undefined)
    manner(stream)
  })
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  const {port} = made.address() as AddressInfo
  const options = {ca: [root.certificateFile], ...setup.options}
  return measureOnce(http, `https://127.0.0.1:${port}/`, {timeout: 800, ...setup, options})
}

const codeOf = (outcome: Outcome): string | null =>
  outcome.status === 'failed' ? outcome.failure.code : null

describe('what breaks an exchange over HTTP/2', () => {
  it.each<[string, (stream: ServerHttp2Stream) => void, readonly string[]]>([
    [
      'GOAWAY in place of an answer',
      ({session}) => session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0),
      ['HTTP_STREAM'],
    ],
    [
      'GOAWAY, then the end',
      ({session}) => session?.destroy(undefined, constants.NGHTTP2_INTERNAL_ERROR),
      ['HTTP_STREAM', 'HTTP_CLOSED'],
    ],
    ['a refused stream', (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM), ['HTTP_STREAM']],
    [
      'a stream that is reset in its body',
      (stream) => {
        stream.respond({':status': 200})
        stream.write('abc', () => stream.destroy(new Error('broken on purpose')))
      },
      ['HTTP_STREAM'],
    ],
    [
      'a body shorter than its length',
      (stream) => {
        stream.respond({':status': 200, 'content-length': '10'})
        stream.end('abc')
      },
      ['HTTP_STREAM', 'HTTP_INCOMPLETE'],
    ],
    [
      'a reset of the connection within the body',
      (stream) => {
        const {session} = stream
        stream.respond({':status': 200})
        stream.write('abc', () => session?.socket.destroy())
      },
      ['HTTP_INCOMPLETE', 'TCP_RESET', 'HTTP_STREAM'],
    ],
    ['silence', () => undefined, ['HTTP_TIMEOUT']],
    [
      'a body that does not end',
      (stream) => {
        stream.respond({':status': 200})
        stream.write('abc')
      },
      ['HTTP_BODY_TIMEOUT'],
    ],
  ])('%s', async (_, manner, codes) => {
    const outcome = await probe(manner)
    const code = codeOf(outcome)
    expect(codes, JSON.stringify(outcome)).toContain(code)
  })

  it('stops reading a body at its limit', async () => {
    const outcome = await probe(
      (stream) => {
        stream.respond({':status': 200})
        stream.write(Buffer.alloc(300_000))
      },
      {options: {body_limit: '64KiB'}},
    )
    expect(outcome).toMatchObject({status: 'ok', reading: {http: {version: '2', truncated: true}}})
  })

  it("ends at once at a user's abort", async () => {
    const stop = new AbortController()
    const outcome = await probe(() => stop.abort(new Error('enough')), {signal: stop.signal, timeout: 60_000})
    expect(codeOf(outcome)).toBe('CANCELLED')
  })

  it('leaves nothing behind that could end the process later', async () => {
    for (let round = 0; round < 10; round += 1) {
      expect(codeOf(await probe(() => undefined, {timeout: 60}))).toMatch(/_TIMEOUT$/)
      await new Promise((resolve) => setImmediate(resolve))
      server?.close()
    }
  })
})

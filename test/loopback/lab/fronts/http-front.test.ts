import {spawn} from 'node:child_process'
import {once} from 'node:events'
import http from 'node:http'
import type {AddressInfo} from 'node:net'
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import type {Outcome} from '../../../../src/core/outcome.ts'
import {http as httpProbe} from '../../../../src/probes/http/probe.ts'
import {systemClock} from '../../../../src/system/clock.ts'
import {type FrontRig, openFrontRig, serveForTest} from '../../../support/front-rig.ts'
import {measureOnce} from '../../../support/measure-once.ts'
import {codeOf} from '../../../support/tls-measure.ts'

const BODY = 'x'.repeat(4000)
let rig: FrontRig
let seen: string[] = []

beforeAll(async () => {
  const server = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => response.end(chunks.length > 0 ? Buffer.concat(chunks) : BODY))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  rig = await openFrontRig({port: (server.address() as AddressInfo).port, close})
})
afterAll(async () => rig.close())
beforeEach(async () => {
  await rig.end()
  seen = []
})

const kind = 'http-front'

async function probe(path = '/', timeout = 1500): Promise<Outcome> {
  return measureOnce(httpProbe, `http://127.0.0.1:${rig.port}${path}`, {timeout})
}

/** Exit code and output of curl. */
async function curl(...words: readonly string[]): Promise<{code: number; text: string}> {
  const url = `http://127.0.0.1:${rig.port}/`
  const child = spawn('curl', [
    '-sS',
    '--max-time',
    '3',
    ...words,
    ...(words.some((word) => word.startsWith('http')) ? [] : [url]),
  ])
  const text: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => text.push(chunk))
  const [code] = (await once(child, 'close')) as [number]
  return {code, text: Buffer.concat(text).toString()}
}

describe('an HTTP front', () => {
  it('passes requests, bodies and answers while a fault spares them', async () => {
    await rig.put({kind, status: 500, paths: '/other'})
    expect(await curl()).toEqual({code: 0, text: BODY})
    expect((await curl('-d', 'posted')).text).toBe('posted')
    expect((await curl('-H', 'Transfer-Encoding: chunked', '-d', 'in chunks')).text).toBe('in chunks')
    expect((await curl('-I')).text).toMatch(/^HTTP\/1\.1 200 OK/)
    expect(seen).toEqual(['GET /', 'POST /', 'POST /', 'HEAD /'])
  })

  it.each<[number, Record<string, unknown>, RegExp]>([
    [503, {retry_after: '30s'}, /^Retry-After: 30\r$/m],
    [500, {}, /\n500 Internal Server Error\n$/],
    [502, {body: 'no'}, /\r\n\r\nno$/],
    [504, {}, /^Content-Length: \d+\r$/m],
    [429, {retry_after: '1500ms'}, /^Retry-After: 2\r$/m],
    [403, {headers: {'X-Why': 'because'}}, /^X-Why: because\r$/m],
    [404, {}, /^Content-Type: text\/plain\r$/m],
    [401, {}, /\n401 Unauthorized\n$/],
  ])('answers %i without asking the server', async (status, words, shown) => {
    const {fails} = await rig.put({kind, status, ...words})
    expect(fails?.codes).toContain(codeOf(await probe()))
    const {text} = await curl('-i')
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(text).toMatch(shown)
    expect(seen).toEqual([])
    expect(rig.counts()).toEqual({matched: 2, affected: 2})
  })

  it('lets the first credentials expire: exactly one refresh, then 200', async () => {
    const {fails} = await rig.put({kind, expire_token: true})
    let token = 'old'
    let refreshes = 0
    const statuses: number[] = []
    for (let request = 0; request < 4; request++) {
      const {text} = await curl('-i', '-H', `Authorization: Bearer ${token}`)
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1])
      statuses.push(status)
      if (status !== 401) continue
      expect(text).toMatch(/WWW-Authenticate: Bearer error="invalid_token"/i)
      refreshes += 1
      token = `new-${refreshes}`
    }
    expect([statuses, refreshes]).toEqual([[401, 200, 200, 200], 1])
    expect(fails?.codes).toContain(codeOf(await probe()))
  })

  it('gives 401 until the path for new tokens was asked', async () => {
    await rig.put({kind, expire_token: true, refresh: '/token'})
    const status = async (path: string): Promise<string> =>
      (
        await curl(
          '-o',
          '/dev/null',
          '-w',
          '%{http_code}',
          '-H',
          'Authorization: Bearer t',
          `http://127.0.0.1:${rig.port}${path}`,
        )
      ).text
    expect([await status('/'), await status('/'), await status('/token'), await status('/')]).toEqual([
      ...['401', '401', '200', '200'],
    ])
    expect(rig.counts()).toEqual({matched: 4, affected: 2})
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['the first byte', {delay: '200ms'}, '%{time_starttransfer}'],
    ['the headers', {header_time: '300ms'}, '%{time_total}'],
    ['the body', {body_rate: '80kbit'}, '%{time_total}'],
  ])('is slow with %s', async (_what, words, figure) => {
    await rig.put({kind, ...words})
    const {code, text} = await curl('-o', '/dev/null', '-w', `%{size_download} ${figure}`)
    const [size, seconds] = text.split(' ').map(Number)
    expect([code, size]).toEqual([0, BODY.length])
    expect(seconds).toBeGreaterThan(0.19)
  })

  it.each<['fin' | 'reset', number]>([
    ['fin', 18],
    ['reset', 56],
  ])('breaks a body off by %s', async (by, exit) => {
    const {fails} = await rig.put({kind, cut: '50%', cut_by: by})
    expect(fails?.codes).toContain(codeOf(await probe()))
    const {code, text} = await curl('-o', '/dev/null', '-w', '%{size_download}')
    expect(code).toBe(exit)
    expect(Number(/\d+$/.exec(text)?.[0])).toBeLessThanOrEqual(BODY.length / 2)
  })

  it('closes kept connections, announced or not', async () => {
    await rig.put({kind, close: 'announced'})
    expect((await curl('-i')).text).toMatch(/^Connection: close\r$/m)
    await rig.put({kind, close: 'silently'})
    const {text} = await curl('-i')
    expect(text).not.toMatch(/^Connection: close\r$/im)
    expect(text.endsWith(BODY)).toBe(true)
  })

  it('hits methods, and a share of the requests that the seed decides', async () => {
    await rig.put({kind, status: 503, methods: 'POST', share: '50%'})
    const posts = await Promise.all(
      Array.from({length: 24}, async () => curl('-o', '/dev/null', '-w', '%{http_code}', '-d', 'x')),
    )
    const hit = posts.filter(({text}) => text === '503').length
    expect(hit).toBeGreaterThan(2)
    expect(hit).toBeLessThan(22)
    expect(rig.counts()).toEqual({matched: 24, affected: hit})
    expect((await curl('-o', '/dev/null', '-w', '%{http_code}')).text).toBe('200')
  })

  it('does all of it inside TLS', async () => {
    const server = await serveForTest('tls-echo')
    const secure = await openFrontRig(server)
    await secure.put({kind, status: 503})
    const outcome = await measureOnce(httpProbe, `https://localhost:${secure.port}/`, {
      options: {ca: [secure.ca]},
      timeout: 2000,
    })
    await secure.close()
    expect(codeOf(outcome)).toBe('HTTP_UNAVAILABLE')
  })

  it('leaves a connection alone that was there before, and takes new ones', async () => {
    const agent = new http.Agent({keepAlive: true, maxSockets: 1})
    const get = async (): Promise<number> => {
      const request = http.get({host: '127.0.0.1', port: rig.port, agent})
      const [response] = (await once(request, 'response')) as [http.IncomingMessage]
      response.resume()
      await once(response, 'end')
      return response.statusCode ?? 0
    }
    const began = systemClock.now()
    expect(await get()).toBe(200)
    await rig.put({kind, status: 503})
    expect(await get()).toBe(200)
    agent.destroy()
    expect(codeOf(await probe())).toBe('HTTP_UNAVAILABLE')
    await rig.end()
    expect(codeOf(await probe())).toBe('ok')
    expect(systemClock.now() - began).toBeLessThan(10_000)
  })
})

import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import type {IncomingMessage, RequestListener, ServerResponse} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest'
import type {HttpFacts} from '../../../../src/core/facts.ts'
import type {Outcome, Phases, Reading} from '../../../../src/core/outcome.ts'
import {http} from '../../../../src/probes/http/probe.ts'
import {type Issued, type Workshop, openWorkshop} from '../../../support/certificates.ts'
import {type Running, connectProxy, plainHttp, secureHttp} from '../../../support/http-servers.ts'
import {measureOnce} from '../../../support/measure-once.ts'

const SECRET = 'correct-horse-battery'

let workshop: Workshop
let root: Issued
let leaf: Issued
let folder: string
const running: Running[] = []

beforeAll(async () => {
  workshop = await openWorkshop()
  root = await workshop.authority({name: 'root'})
  leaf = await workshop.leaf({name: 'leaf', san: ['DNS:localhost', 'IP:127.0.0.1']}, root)
  folder = await mkdtemp(join(tmpdir(), 'netdrill-http-'))
  await writeFile(join(folder, 'login'), `user:${SECRET}\n`)
})
afterAll(async () => {
  await workshop.remove()
  await rm(folder, {recursive: true})
})
afterEach(async () => {
  await Promise.all(running.splice(0).map(async (server) => server.stop()))
})

async function start<R extends Running>(server: Promise<R>): Promise<R> {
  const started = await server
  running.push(started)
  return started
}

function readingOf(outcome: Outcome): Reading {
  if (outcome.status === 'skipped') throw new Error('skipped')
  return outcome.status === 'ok' ? outcome.reading : outcome.partial
}
function factsOf(outcome: Outcome): HttpFacts {
  const {http: facts} = readingOf(outcome)
  if (!facts) throw new Error('no facts')
  return facts
}
const codeOf = (outcome: Outcome): string | null =>
  outcome.status === 'failed' ? outcome.failure.code : null

const hello: RequestListener = (_request, response) => {
  response.writeHead(200, {'content-type': 'text/plain'})
  response.end('hello')
}
/** Tells in its body what it was asked. */
const mirror: RequestListener = (request: IncomingMessage, response: ServerResponse) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const {method, url, headers} = request
    response.end(JSON.stringify({method, url, headers, body: Buffer.concat(chunks).toString()}))
  })
}

function sumOf(phase: Phases): number {
  return Object.entries(phase).reduce((sum, [name, took]) => (name === 'total' ? sum : sum + took), 0)
}

describe('over TLS', () => {
  it.each([
    ['auto', '2', 'h2'],
    ['1.1', '1.1', 'http/1.1'],
    ['2', '2', 'h2'],
  ])('speaks the version asked for: %s', async (choice, version, alpn) => {
    const {port} = await start(secureHttp(leaf, hello))
    const options = {http: choice, ca: [root.certificateFile]}
    const outcome = await measureOnce(http, `https://localhost:${port}/`, {options})
    expect(codeOf(outcome)).toBe(null)
    expect(factsOf(outcome)).toMatchObject({status: 200, version, alpn, body: 'hello', size: 5})
    expect(readingOf(outcome).tls).toMatchObject({trusted: true, name_matches: true})
    expect(Object.keys(readingOf(outcome).phase)).toEqual([
      ...['resolve', 'connect', 'tls', 'request', 'wait', 'download', 'total'],
    ])
  })

  it('sends nothing to a server whose certificate is not trusted, unless told to', async () => {
    let requests = 0
    const {port} = await start(
      secureHttp(leaf, (request, response) => {
        requests++
        hello(request, response)
      }),
    )
    const refused = await measureOnce(http, `https://localhost:${port}/`)
    expect(codeOf(refused)).toMatch(/^TLS_CERT_/)
    expect(requests).toBe(0)
    const insecure = await measureOnce(http, `https://localhost:${port}/`, {options: {verify: false}})
    expect(factsOf(insecure).status).toBe(200)
  })

  it.each(['1.1', '2'])('sends a body over HTTP/%s', async (choice) => {
    const {port} = await start(secureHttp(leaf, mirror))
    const options = {http: choice, body: 'a=b', headers: ['X-One: 1'], ca: [root.certificateFile]}
    const facts = factsOf(await measureOnce(http, `https://localhost:${port}/form?x=%20y`, {options}))
    expect(JSON.parse(facts.body ?? '')).toMatchObject({
      method: 'POST',
      url: '/form?x=%20y',
      body: 'a=b',
      headers: {'x-one': '1', 'content-length': '3'},
    })
  })

  it('says that a plain-text server speaks no TLS, and that HTTP/2 is not offered', async () => {
    const {port} = await start(plainHttp(hello))
    expect(codeOf(await measureOnce(http, `https://127.0.0.1:${port}/`))).toBe('TLS_PLAINTEXT')
  })
})

describe('phases', () => {
  it('add up to the total, and the delay is where the server put it', async () => {
    const {port} = await start(
      plainHttp((_request, response) => {
        setTimeout(() => {
          response.write('one')
          setTimeout(() => response.end('two'), 80)
        }, 120)
      }),
    )
    const {phase, rtt} = readingOf(await measureOnce(http, `http://localhost:${port}/`))
    expect(sumOf(phase)).toBeCloseTo(phase.total ?? 0, 6)
    expect(phase.wait).toBeGreaterThan(115)
    expect(phase.download).toBeGreaterThan(75)
    expect(rtt).toBeCloseTo((phase.total ?? 0) - (phase.resolve ?? 0), 6)
  })
})

describe('redirects', () => {
  const hops: RequestListener = (request, response) => {
    const step = Number(/^\/(\d+)$/.exec(request.url ?? '')?.[1] ?? '0')
    if (step > 0) response.writeHead(302, {location: `/${step - 1}`})
    response.end('here')
  }

  it('are the answer unless they are to be followed', async () => {
    const {port} = await start(plainHttp(hops))
    const outcome = await measureOnce(http, `http://127.0.0.1:${port}/2`)
    expect(outcome.status).toBe('ok')
    expect(factsOf(outcome)).toMatchObject({status: 302, redirects: [], header: {location: '/1'}})
  })

  it('are followed with all phases of every hop', async () => {
    const {port} = await start(plainHttp(hops))
    const base = `http://127.0.0.1:${port}`
    const outcome = await measureOnce(http, `${base}/2`, {options: {max_redirects: 2}})
    const facts = factsOf(outcome)
    expect(facts).toMatchObject({status: 200, url: `${base}/0`, body: 'here'})
    expect(facts.redirects.map(({url, location}) => [url, location])).toEqual([
      [`${base}/2`, '/1'],
      [`${base}/1`, '/0'],
    ])
    const {phase} = readingOf(outcome)
    const totals = [...facts.redirects.map((hop) => hop.phase), facts.phase].map((each) => each.total ?? 0)
    expect(phase.total).toBeCloseTo(
      totals.reduce((sum, each) => sum + each, 0),
      6,
    )
    expect(sumOf(phase)).toBeCloseTo(phase.total ?? 0, 6)
  })

  it('have an end', async () => {
    const {port} = await start(plainHttp(hops))
    const outcome = await measureOnce(http, `http://127.0.0.1:${port}/5`, {options: {max_redirects: 3}})
    expect(codeOf(outcome)).toBe('HTTP_TOO_MANY_REDIRECTS')
    expect(factsOf(outcome).redirects).toHaveLength(3)
  })

  it.each([
    ['/', 'HTTP_REDIRECT_LOOP'],
    ['ftp://example.org/', 'HTTP_REDIRECT_INVALID'],
    ['http://user:pw@127.0.0.1/', 'HTTP_REDIRECT_INVALID'],
  ])('to %s give %s', async (location, code) => {
    const {port} = await start(
      plainHttp((_request, response) => {
        response.writeHead(301, {location})
        response.end()
      }),
    )
    const outcome = await measureOnce(http, `http://127.0.0.1:${port}/`, {options: {max_redirects: 5}})
    expect(codeOf(outcome)).toBe(code)
  })
})

describe('where it goes', () => {
  it('takes given addresses and places instead of the name', async () => {
    const {port} = await start(plainHttp(mirror))
    const given = await measureOnce(http, 'http://api.example:8080/', {
      options: {resolve: 'api.example:8080:127.0.0.1', connect_to: `::127.0.0.1:${port}`},
    })
    expect(readingOf(given)).toMatchObject({address: '127.0.0.1', port})
    expect(JSON.parse(factsOf(given).body ?? '')).toMatchObject({headers: {host: 'api.example:8080'}})
    const resolved = await measureOnce(http, `http://api.example:${port}/`, {
      options: {resolve: [`api.example:${port}:127.0.0.1`]},
    })
    expect(factsOf(resolved).status).toBe(200)
    expect(readingOf(resolved).phase).not.toHaveProperty('resolve')
  })

  it('goes through the tunnel of a proxy, also with TLS inside', async () => {
    const {port} = await start(secureHttp(leaf, hello))
    const proxy = await start(connectProxy(`user:${SECRET}`))
    const options = {
      proxy: `http://127.0.0.1:${proxy.port}`,
      proxy_basic: `file:${folder}/login`,
      ca: [root.certificateFile],
    }
    const outcome = await measureOnce(http, `https://localhost:${port}/`, {options})
    expect(codeOf(outcome)).toBe(null)
    expect(factsOf(outcome)).toMatchObject({status: 200, version: '2', proxy: `127.0.0.1:${proxy.port}`})
    expect(proxy.asked.map(({goal}) => goal)).toEqual([`localhost:${port}`])
    const stranger = await measureOnce(http, `https://localhost:${port}/`, {
      options: {...options, proxy_basic: undefined},
    })
    expect(codeOf(stranger)).toBe('HTTP_PROXY_AUTH')
  })

  it('speaks TLS with a proxy that does, and judges its certificate as that of a target', async () => {
    const {port} = await start(secureHttp(leaf, hello))
    const proxy = await start(connectProxy(undefined, leaf))
    const options = {proxy: `https://127.0.0.1:${proxy.port}`, ca: [root.certificateFile]}
    const outcome = await measureOnce(http, `https://localhost:${port}/`, {options})
    expect(codeOf(outcome)).toBe(null)
    expect(factsOf(outcome)).toMatchObject({status: 200, version: '2'})
    expect(proxy.asked.map(({goal}) => goal)).toEqual([`localhost:${port}`])
    const distrusted = await measureOnce(http, `https://localhost:${port}/`, {options: {...options, ca: []}})
    expect(distrusted).toMatchObject({
      failure: {code: 'TLS_CERT_UNKNOWN_ISSUER', message: expect.stringContaining('the proxy: ') as string},
    })
    const plain = await start(connectProxy())
    const confused = {...options, proxy: `https://127.0.0.1:${plain.port}`}
    expect(codeOf(await measureOnce(http, `https://localhost:${port}/`, {options: confused}))).toMatch(
      /^TLS_/,
    )
  })

  it('says when the proxy makes no tunnel', async () => {
    const gone = await plainHttp(hello)
    await gone.stop()
    const proxy = await start(connectProxy())
    const outcome = await measureOnce(http, `http://127.0.0.1:${gone.port}/`, {
      options: {proxy: `http://127.0.0.1:${proxy.port}`},
    })
    expect(codeOf(outcome)).toBe('HTTP_PROXY_REFUSED')
  })
})

describe('credentials', () => {
  it('are sent, and appear nowhere, even when the server repeats them', async () => {
    const {port} = await start(
      plainHttp((request, response) => {
        response.setHeader('x-echo', request.headers.authorization ?? '')
        mirror(request, response)
      }),
    )
    const options = {basic: `file:${folder}/login`}
    const outcome = await measureOnce(http, `http://127.0.0.1:${port}/`, {options})
    const facts = factsOf(outcome)
    expect(facts.header['x-echo']).toBe('Basic [redacted]')
    expect(JSON.stringify(outcome)).not.toContain(SECRET)
    expect(JSON.stringify(outcome)).not.toContain(Buffer.from(`user:${SECRET}`).toString('base64'))
  })

  it('stay with their origin', async () => {
    const other = await start(plainHttp(mirror))
    const {port} = await start(
      plainHttp((_request, response) => {
        response.writeHead(307, {location: `http://127.0.0.1:${other.port}/`})
        response.end()
      }),
    )
    const options = {basic: `file:${folder}/login`, max_redirects: 1}
    const facts = factsOf(await measureOnce(http, `http://127.0.0.1:${port}/`, {options}))
    const seen = JSON.parse(facts.body ?? '') as {headers: Record<string, string>}
    expect(seen.headers).not.toHaveProperty('authorization')
  })

  it.each([
    [{basic: 'env:NETDRILL_TEST_NOT_SET'}, /NETDRILL_TEST_NOT_SET is not set/],
    [{basic: 'file:/nonexistent'}, /nonexistent can not be read/],
    [{body: 'x', method: 'GET'}, /GET request has no body/],
    [{http: '2'}, /needs an https/],
    [{resolve: 'nonsense'}, /--resolve "nonsense"/],
    [{connect_to: 'a:b'}, /--connect-to "a:b"/],
    [{proxy: 'ftp://127.0.0.1:1'}, /--proxy/],
  ])('refuses %j before anything is sent', async (options, message) => {
    await expect(measureOnce(http, 'http://127.0.0.1:1/', {options})).rejects.toThrow(message)
  })
})

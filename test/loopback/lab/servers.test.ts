import {once} from 'node:events'
import {Resolver} from 'node:dns/promises'
import net from 'node:net'
import tls from 'node:tls'
import {X509Certificate} from 'node:crypto'
import {afterEach, describe, expect, it} from 'vitest'
import {WebSocket} from 'ws'
import {seededRandom} from '../../../src/core/random.ts'
import {SERVERS} from '../../../src/lab/servers/registry.ts'
import type {RunningServer, ServerNews} from '../../../src/lab/servers/server.ts'
import {systemClock} from '../../../src/system/clock.ts'
import {systemHost} from '../../../src/system/host.ts'
import {systemPrograms} from '../../../src/system/programs.ts'

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

async function serve(
  kind: keyof typeof SERVERS,
  options: Record<string, unknown> = {},
  tell?: (news: ServerNews) => void,
): Promise<RunningServer> {
  const start = await SERVERS[kind]()
  const server = await start({
    address: '127.0.0.1',
    port: 0,
    names: ['api', 'api.lab.test', 'fd00::1'],
    options,
    clock: systemClock,
    random: seededRandom(Math.floor(systemClock.now())),
    programs: systemPrograms(systemHost()),
    tell,
  })
  cleanups.push(() => server.close())
  return server
}

async function handshake(server: RunningServer, options: tls.ConnectionOptions): Promise<tls.TLSSocket> {
  const socket = tls.connect({host: '127.0.0.1', port: server.port, ...options})
  cleanups.push(() => void socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}

describe('webhook', () => {
  const alert = {status: 'firing', labels: {alertname: 'Down'}, fingerprint: 'f', startsAt: 't'}
  const post = async (
    {port}: RunningServer,
    body: string,
    method: 'POST' | 'PUT' = 'POST',
  ): Promise<number> => (await fetch(`http://127.0.0.1:${port}/hook`, {method, body})).status

  it('tells of each message what it says, and anybody who asks how many there were', async () => {
    const news: ServerNews[] = []
    const server = await serve('webhook', {}, (one) => news.push(one))
    expect(await post(server, JSON.stringify({alerts: [alert]}))).toBe(200)
    expect(await post(server, 'no JSON', 'PUT')).toBe(200)
    expect(news).toEqual([
      {type: 'webhook-received', path: '/hook', incidents: [{key: 'f t', name: 'Down', state: 'firing'}]},
      {type: 'webhook-received', path: '/hook', incidents: [{key: '/hook', name: '/hook', state: 'told'}]},
    ])
    expect(await (await fetch(`http://127.0.0.1:${server.port}/`)).json()).toEqual({messages: 2})
  })

  it('has not got what it refuses: with a status of its own, or since it is too long', async () => {
    const news: ServerNews[] = []
    const busy = await serve('webhook', {status: 503}, (one) => news.push(one))
    expect(await post(busy, JSON.stringify({alerts: [alert]}))).toBe(503)
    const server = await serve('webhook', {}, (one) => news.push(one))
    expect(await post(server, 'x'.repeat(1_048_577))).toBe(413)
    expect(news).toEqual([])
  })
})

describe('tcp-echo', () => {
  it('greets with its banner and echoes', async () => {
    const server = await serve('tcp-echo', {banner: 'hello'})
    const socket = net.connect(server.port, '127.0.0.1')
    expect(String((await once(socket, 'data'))[0])).toBe('hello\n')
    socket.write('ping')
    expect(String((await once(socket, 'data'))[0])).toBe('ping')
    socket.end()
    await once(socket, 'end')
  })

  it.each([
    ['reset', 'ECONNRESET'],
    ['close', 'end'],
  ])('ends a connection with behaviour %s', async (behaviour, expected) => {
    const server = await serve('tcp-echo', {behaviour})
    const socket = net.connect(server.port, '127.0.0.1')
    const ended = new Promise((resolve) => {
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
      socket.once('end', () => resolve('end'))
    })
    socket.resume()
    expect(await ended).toBe(expected)
  })

  it('says which option it does not know', async () => {
    await expect(serve('tcp-echo', {bannner: 'x'})).rejects.toThrow('bannner')
  })
})

describe('tls-echo', () => {
  it.each([
    ['the server name', {servername: 'api'}],
    ['a further name', {servername: 'api.lab.test'}],
    ['its IPv4 address', {}],
    [
      'an IPv6 address',
      {
        checkServerIdentity: (_: string, cert: tls.PeerCertificate) =>
          tls.checkServerIdentity('fd00::1', cert),
      },
    ],
  ])('is trusted with its own authority under %s', async (_name, options) => {
    const server = await serve('tls-echo')
    const socket = await handshake(server, {ca: server.ca, ...options})
    expect(socket.authorized).toBe(true)
    socket.write('ping')
    expect(String((await once(socket, 'data'))[0])).toBe('ping')
  })

  it('is not trusted without its authority or under another name', async () => {
    const server = await serve('tls-echo')
    await expect(handshake(server, {})).rejects.toMatchObject({code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'})
    await expect(handshake(server, {ca: server.ca, servername: 'other'})).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
  })

  it('presents an expired certificate on request', async () => {
    const server = await serve('tls-echo', {days_left: -2})
    await expect(handshake(server, {ca: server.ca})).rejects.toMatchObject({code: 'CERT_HAS_EXPIRED'})
  })

  it('has an authority that may sign and a leaf that may not', async () => {
    const server = await serve('tls-echo')
    const authority = new X509Certificate(server.ca ?? '')
    const socket = await handshake(server, {ca: server.ca})
    const leaf = socket.getPeerX509Certificate()
    expect(authority.ca).toBe(true)
    expect(authority.verify(authority.publicKey)).toBe(true)
    expect(leaf?.ca).toBe(false)
    expect(leaf?.checkIssued(authority)).toBe(true)
    expect(leaf?.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
  })

  it('speaks no newer version than told', async () => {
    const server = await serve('tls-echo', {max_version: 'TLSv1.2', alpn: ['h2']})
    const socket = await handshake(server, {ca: server.ca, ALPNProtocols: ['h2']})
    expect(socket.getProtocol()).toBe('TLSv1.2')
    expect(socket.alpnProtocol).toBe('h2')
  })

  it('lets the handshake wait for the delay', async () => {
    const server = await serve('tls-echo', {delay: 80})
    const start = systemClock.now()
    await handshake(server, {ca: server.ca})
    expect(systemClock.now() - start).toBeGreaterThanOrEqual(79)
  })
})

describe('dns', () => {
  async function resolver(options: Record<string, unknown>): Promise<Resolver> {
    const server = await serve('dns', options)
    const client = new Resolver({tries: 1, timeout: 1000})
    client.setServers([`127.0.0.1:${server.port}`])
    return client
  }

  it('answers from its table by type, whatever the case of the name', async () => {
    const client = await resolver({records: {'api.test': ['10.0.0.1', 'fd00::7']}, ttl: 5})
    expect(await client.resolve4('API.test', {ttl: true})).toEqual([{address: '10.0.0.1', ttl: 5}])
    expect(await client.resolve6('api.test')).toEqual(['fd00::7'])
  })

  it.each([
    ['an unknown name', {}, 'ENOTFOUND'],
    ['a name without that type', {records: {'api.test': 'fd00::7'}}, 'ENODATA'],
    ['rcode SERVFAIL', {rcode: 'SERVFAIL'}, 'ESERVFAIL'],
    ['rcode REFUSED', {rcode: 'REFUSED'}, 'EREFUSED'],
    ['silence', {behaviour: 'silent'}, 'ETIMEOUT'],
  ])('gives %s as such', async (_name, options, code) => {
    const client = await resolver(options)
    await expect(client.resolve4('api.test')).rejects.toMatchObject({code})
  })

  it('cuts UDP answers on request, so that the client comes by TCP', async () => {
    const client = await resolver({records: {'api.test': '10.0.0.1'}, truncate: true})
    expect(await client.resolve4('api.test')).toEqual(['10.0.0.1'])
  })
})

describe('http', () => {
  it('answers with its status and body, and with another status when asked', async () => {
    const server = await serve('http', {status: 201, body: 'made'})
    const response = await fetch(`http://127.0.0.1:${server.port}/`)
    expect([response.status, await response.text()]).toEqual([201, 'made'])
    const other = await fetch(`http://127.0.0.1:${server.port}/status/503`)
    expect([other.status, await other.text()]).toEqual([503, 'made'])
  })

  it('tells how often a path was asked for', async () => {
    const {port} = await serve('http')
    const ask = async (path: string): Promise<string> =>
      (await fetch(`http://127.0.0.1:${port}${path}`)).text()
    await Promise.all([ask('/token'), ask('/token'), ask('/other')])
    expect([await ask('/count/token'), await ask('/count/token'), await ask('/count/none')]).toEqual([
      '2',
      '2',
      '0',
    ])
  })

  it('echoes WebSockets of a real client, long messages too, and answers its ping and its close', async () => {
    const {port} = await serve('http')
    const client = new WebSocket(`ws://127.0.0.1:${port}/any`)
    await once(client, 'open')
    const long = 'x'.repeat(70_000)
    for (const text of ['short', 'x'.repeat(200), long]) {
      client.send(text)
      const [data] = (await once(client, 'message')) as [Buffer]
      expect(data.toString()).toBe(text)
    }
    client.ping('nonce')
    const [pong] = (await once(client, 'pong')) as [Buffer]
    expect(pong.toString()).toBe('nonce')
    client.close(4001, 'enough')
    expect(await once(client, 'close')).toMatchObject([4001, Buffer.from('enough')])
  })

  it('hangs up on an upgrade without a key, and on frames that are not masked', async () => {
    const {port} = await serve('http')
    const talk = async (...said: readonly (string | Buffer)[]): Promise<string> => {
      const socket = net.connect(port, '127.0.0.1')
      let heard = ''
      socket.on('data', (data: Buffer) => {
        heard += data.toString('latin1')
      })
      for (const one of said) socket.write(one)
      await once(socket, 'close')
      return heard
    }
    const head = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
    expect(await talk(`${head}\r\n`)).toMatch(/^HTTP\/1\.1 400 /)
    const heard = await talk(`${head}Sec-WebSocket-Key: a\r\n\r\n`, Buffer.of(0x81, 1, 65))
    expect(heard).toMatch(/^HTTP\/1\.1 101 /)
    expect(heard).toMatch(/\r\n\r\n$/)
  })

  it('resets on request', async () => {
    const server = await serve('http', {behaviour: 'reset'})
    await expect(fetch(`http://127.0.0.1:${server.port}/`)).rejects.toMatchObject({
      cause: {code: 'ECONNRESET'},
    })
  })
})

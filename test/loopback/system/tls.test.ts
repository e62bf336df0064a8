import {createServer, type Server, type TLSSocket} from 'node:tls'
import type {AddressInfo} from 'node:net'
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest'
import type {ByteStream, TlsConnection, TlsUpgradeResult} from '../../../src/core/ports.ts'
import {systemDial} from '../../../src/system/dial.ts'
import {systemTls} from '../../../src/system/tls.ts'
import {type Issued, type Workshop, openWorkshop} from '../../support/certificates.ts'
import {rawServer} from '../../support/tls-servers.ts'

let workshop: Workshop
let leaf: Issued
let server: Server
/** How each connection ended on the server's side, in order. */
let ends: Promise<'end' | 'error' | 'close'>[]

const never = new AbortController().signal

beforeAll(async () => {
  workshop = await openWorkshop()
  leaf = await workshop.selfSigned({name: 'leaf', san: ['DNS:localhost']})
  server = createServer(
    {key: leaf.key, cert: leaf.certificate, ALPNProtocols: ['echo']},
    (socket: TLSSocket) => {
      socket.on('data', (data: Buffer) => socket.write(data))
      ends.push(
        new Promise((resolve) => {
          for (const name of ['end', 'error', 'close'] as const) socket.on(name, () => resolve(name))
        }),
      )
    },
  )
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
beforeEach(() => {
  ends = []
})
afterAll(async () => {
  await new Promise<void>((resolve) => server.close(() => resolve()))
  await workshop.remove()
})

async function dial(port = (server.address() as AddressInfo).port): Promise<ByteStream> {
  const result = await systemDial.tcp({address: '127.0.0.1', port, family: 4, signal: never})
  if (result.status !== 'connected') throw new Error('not connected')
  return result.stream
}

async function upgrade(stream: ByteStream, signal = never): Promise<TlsUpgradeResult> {
  const client = await systemTls.client({min: 'TLSv1.2', max: 'TLSv1.3'})
  return client.upgrade({stream, servername: 'localhost', alpn: ['echo'], signal})
}

async function secure(): Promise<TlsConnection> {
  const result = await upgrade(await dial())
  if (result.status !== 'secure') throw new Error(`not secure: ${result.status}`)
  return result.connection
}

describe('an upgraded connection', () => {
  test('tells what was negotiated and carries bytes both ways', async () => {
    const connection = await secure()
    expect(connection).toMatchObject({version: 'TLSv1.3', alpn: 'echo', resumed: false})
    const big = Buffer.alloc(200_000, 'netdrill')
    expect(await connection.stream.write(big)).toBeNull()
    const chunks: Uint8Array[] = []
    while (Buffer.concat(chunks).length < big.length) {
      const event = await connection.stream.read(never)
      if (event.type !== 'data') throw new Error(event.type)
      chunks.push(event.data)
    }
    expect(Buffer.concat(chunks).equals(big)).toBe(true)
    connection.stream.close()
  })

  test('remembers the beginning of what the server sent, and no more', async () => {
    const connection = await secure()
    const sent = Buffer.alloc(400_000)
    await connection.stream.write(sent)
    let seen = 0
    while (seen < sent.length) {
      const event = await connection.stream.read(never)
      if (event.type !== 'data') throw new Error(event.type)
      seen += event.data.length
    }
    const {received, cut} = connection.transcript()
    expect([received.length, cut, received[0]]).toEqual([262_144, true, 22])
    connection.stream.close()
  })

  test('says close_notify when it is closed', async () => {
    const connection = await secure()
    expect(await connection.settled(never)).toEqual({type: 'accepted'})
    connection.stream.close()
    await expect.poll(() => ends.length).toBe(1)
    expect(await ends[0]).toBe('end')
  })

  test('resets when it is told to', async () => {
    const connection = await secure()
    await connection.settled(never)
    connection.stream.reset()
    await expect.poll(() => ends.length).toBe(1)
    expect(await ends[0]).toBe('error')
  })

  test('a read ends with its signal, and what comes later is not lost', async () => {
    const connection = await secure()
    const abort = new AbortController()
    const reading = connection.stream.read(abort.signal)
    abort.abort()
    expect(await reading).toEqual({type: 'aborted'})
    await connection.stream.write(Buffer.from('late'))
    const event = await connection.stream.read(never)
    expect(event.type === 'data' && Buffer.from(event.data).toString()).toBe('late')
    connection.stream.close()
  })

  test('a session is taken up again', async () => {
    const first = await secure()
    await first.settled(never)
    const session = first.session()
    first.stream.close()
    if (!session) throw new Error('no session')
    const client = await systemTls.client({min: 'TLSv1.2', max: 'TLSv1.3'})
    const again = await client.upgrade({
      ...{stream: await dial(), servername: 'localhost', alpn: ['echo'], session, signal: never},
    })
    expect(again.status === 'secure' && again.connection.resumed).toBe(true)
    if (again.status === 'secure') again.connection.stream.close()
  })
})

describe('a handshake that does not come about', () => {
  test('ends with the signal, and the connection is gone', async () => {
    let gone: (() => void) | undefined
    const closed = new Promise<void>((resolve) => {
      gone = resolve
    })
    const silent = await rawServer((socket) => {
      socket.resume()
      socket.on('close', () => gone?.())
    })
    const abort = new AbortController()
    const upgrading = upgrade(await dial(silent.port), abort.signal)
    abort.abort()
    const result = await upgrading
    expect(result.status === 'aborted' && result.transcript.received.length).toBe(0)
    await closed
    await silent.stop()
  })

  test('is not begun when the signal is aborted already', async () => {
    const result = await upgrade(await dial(), AbortSignal.abort())
    expect(result).toMatchObject({status: 'aborted', took: 0})
  })

  test.each([
    ['an orderly end', 'EOF', (socket: {end(): void}) => socket.end()],
    ['a reset', 'ECONNRESET', (socket: {resetAndDestroy(): void}) => socket.resetAndDestroy()],
  ] as const)('%s is told apart as %s', async (_, code, finish) => {
    const rude = await rawServer((socket) => socket.once('data', () => finish(socket)))
    const result = await upgrade(await dial(rude.port))
    expect(result).toMatchObject({status: 'failed', error: {code}})
    await rude.stop()
  })
})

test('roots are PEM texts, and the ones that Node brings are there', async () => {
  const bundled = await systemTls.roots('bundled')
  expect(bundled.length).toBeGreaterThan(50)
  expect(bundled[0]).toMatch(/^-----BEGIN CERTIFICATE-----/)
  expect(await systemTls.roots('bundled')).toBe(bundled)
})

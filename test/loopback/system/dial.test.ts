import {once} from 'node:events'
import {type Server, type Socket, createServer} from 'node:net'
import {afterEach, expect, test} from 'vitest'
import type {ByteStream, DialRequest, DialResult} from '../../../src/core/ports.ts'
import {systemDial} from '../../../src/system/dial.ts'
import {socketOf} from '../../../src/system/stream.ts'

const servers: Server[] = []
const never = new AbortController().signal

const accepted: Socket[] = []

afterEach(async () => {
  for (const socket of accepted.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

async function listen(onConnection: (socket: Socket) => void, host = '127.0.0.1'): Promise<number> {
  const server = createServer({allowHalfOpen: true}, (socket) => {
    socket.on('error', () => {})
    accepted.push(socket)
    onConnection(socket)
  })
  servers.push(server)
  server.listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function closedPort(): Promise<number> {
  const port = await listen(() => {})
  const server = servers.pop()
  await new Promise((resolve) => server?.close(resolve))
  return port
}

async function dial(port: number, more: Partial<DialRequest> = {}): Promise<DialResult> {
  return systemDial.tcp({address: '127.0.0.1', port, family: 4, signal: never, ...more})
}

async function connected(port: number, more: Partial<DialRequest> = {}): Promise<ByteStream> {
  const result = await dial(port, more)
  if (result.status !== 'connected') throw new Error(JSON.stringify(result))
  return result.stream
}

test('a connection tells both ends and its time, and passes bytes both ways', async () => {
  const port = await listen((socket) => socket.pipe(socket))
  const result = await dial(port)
  if (result.status !== 'connected') throw new Error(result.status)
  expect(result.took).toBeGreaterThan(0)
  expect(result.stream.remote).toBe(`127.0.0.1:${port}`)
  expect(result.stream.local).toMatch(/^127\.0\.0\.1:\d+$/)
  expect(await result.stream.write(Buffer.from('hello'))).toBeNull()
  expect(await result.stream.read(never)).toEqual({type: 'data', data: Buffer.from('hello')})
  expect(socketOf(result.stream)?.remotePort).toBe(port)
  result.stream.close()
  expect(await result.stream.read(never)).toEqual({type: 'end'})
})

test('IPv6 works the same, and brackets are put round its literals', async () => {
  const port = await listen((socket) => socket.end(), '::1')
  const stream = await connected(port, {address: '::1', family: 6})
  expect(stream.remote).toBe(`[::1]:${port}`)
  stream.close()
})

test('a closed port is an answer of the peer, not of our own kernel', async () => {
  const result = await dial(await closedPort())
  expect(result).toMatchObject({status: 'failed', error: {code: 'ECONNREFUSED', syscall: 'connect'}})
  expect(result.status === 'failed' && result.error.local).toBeUndefined()
})

test('what our own kernel refuses at once is marked as local', async () => {
  const result = await dial(9, {address: '255.255.255.255'})
  expect(result).toMatchObject({status: 'failed', error: {syscall: 'connect', local: true}})
})

test('a source address that is not ours fails in bind', async () => {
  const port = await listen(() => {})
  const result = await dial(port, {source: '192.0.2.77'})
  expect(result).toMatchObject({status: 'failed', error: {code: 'EADDRNOTAVAIL', syscall: 'bind'}})
})

test('a source address is used', async () => {
  const port = await listen((socket) => socket.end(socket.remoteAddress ?? ''))
  const stream = await connected(port, {source: '127.0.0.9'})
  expect(await stream.read(never)).toEqual({type: 'data', data: Buffer.from('127.0.0.9')})
  stream.close()
})

test.for([
  {address: 'localhost', family: 4 as const},
  {address: '::1', family: 4 as const},
  {address: '127.0.0.1', family: 6 as const},
])('$address as IPv$family is refused without resolving anything', async (request) => {
  const result = await dial(9, request)
  expect(result).toMatchObject({status: 'failed', error: {code: 'ERR_INVALID_IP_ADDRESS'}})
})

test('a port out of range fails instead of throwing', async () => {
  const result = await dial(70_000)
  expect(result).toMatchObject({status: 'failed', error: {code: 'ERR_SOCKET_BAD_PORT'}})
})

test('an abort before the start does not dial', async () => {
  const port = await listen((socket) => socket.end('hello'))
  expect(await dial(port, {signal: AbortSignal.abort()})).toEqual({status: 'aborted', took: 0})
  const stream = await connected(port)
  expect(await stream.read(never)).toMatchObject({type: 'data'})
  expect(accepted).toHaveLength(1)
  stream.close()
})

test('bytes that came before a reset are read before the error', async () => {
  const port = await listen((socket) => {
    socket.write('last words', () => setImmediate(() => socket.resetAndDestroy()))
  })
  const stream = await connected(port)
  expect(await stream.read(never)).toEqual({type: 'data', data: Buffer.from('last words')})
  expect(await stream.read(never)).toMatchObject({type: 'error', error: {code: 'ECONNRESET'}})
  expect(await stream.write(Buffer.from('x'))).toMatchObject({code: 'ECONNRESET'})
})

test('an orderly end is told from a reset', async () => {
  const port = await listen((socket) => socket.end())
  const stream = await connected(port)
  expect(await stream.read(never)).toEqual({type: 'end'})
  stream.close()
})

test('a read ends at its own abort, and the next one still gets the bytes', async () => {
  let peer: Socket | undefined
  const port = await listen((socket) => {
    peer = socket
  })
  const stream = await connected(port)
  const abort = new AbortController()
  const waiting = stream.read(abort.signal)
  abort.abort()
  expect(await waiting).toEqual({type: 'aborted'})
  peer?.write('late')
  expect(await stream.read(never)).toEqual({type: 'data', data: Buffer.from('late')})
  stream.close()
})

test('our reset is a true RST at the peer', async () => {
  const seen = Promise.withResolvers<string>()
  const port = await listen((socket) => {
    socket.resume()
    socket.on('error', (error: NodeJS.ErrnoException) => seen.resolve(error.code ?? ''))
    socket.on('end', () => seen.resolve('end'))
  })
  const stream = await connected(port)
  stream.reset()
  expect(await seen.promise).toBe('ECONNRESET')
})

test('our close is a FIN at the peer, after what was written', async () => {
  const seen = Promise.withResolvers<string>()
  const port = await listen((socket) => {
    let text = ''
    socket.on('data', (data) => (text += String(data)))
    socket.on('end', () => seen.resolve(text))
    socket.on('end', () => socket.end())
  })
  const stream = await connected(port)
  void stream.write(Buffer.from('bye'))
  stream.close()
  expect(await seen.promise).toBe('bye')
})

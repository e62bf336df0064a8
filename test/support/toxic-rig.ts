/** A book of proxies on loopback with an echo server behind it, and the measures that tests take through it. */
import {once} from 'node:events'
import net from 'node:net'
import {seededRandom} from '../../src/core/random.ts'
import {type ApiServer, openApiServer} from '../../src/lab/servers/toxics/api-server.ts'
import {ProxyBook} from '../../src/lab/servers/toxics/proxy-book.ts'
import type {ProxyEvent} from '../../src/lab/servers/toxics/toxic-proxy.ts'
import {systemClock} from '../../src/system/clock.ts'

export interface ToxicRig {
  readonly book: ProxyBook
  readonly api: ApiServer
  readonly events: ProxyEvent[]
  /** ADDRESS:PORT of the echo server. */
  readonly upstream: string
  /** Starts to connect to ADDRESS:PORT; the socket is ended with the rig. */
  start(address: string): net.Socket
  /** The same, connected. */
  connect(address: string): Promise<net.Socket>
  close(): Promise<void>
}

export async function openToxicRig(seed = 1, serve: (socket: net.Socket) => void = echo): Promise<ToxicRig> {
  const events: ProxyEvent[] = []
  const sockets = new Set<net.Socket>()
  const server = net.createServer({allowHalfOpen: true}, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const random = seededRandom(seed)
  const start = (address: string): net.Socket => {
    const socket = net.connect({
      host: '127.0.0.1',
      port: Number(address.split(':').at(-1)),
      allowHalfOpen: true,
    })
    sockets.add(socket)
    socket.on('error', () => {})
    return socket
  }
  const book = new ProxyBook({clock: systemClock, random, onEvent: (event) => void events.push(event)})
  const api = await openApiServer(book, {address: '127.0.0.1', port: 0}, random)
  return {
    book,
    api,
    events,
    upstream: `127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    start,
    connect: async (address) => {
      const socket = start(address)
      await once(socket, 'connect')
      return socket
    },
    close: async () => {
      await api.close()
      await book.close()
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function echo(socket: net.Socket): void {
  socket.pipe(socket)
}

/** Milliseconds until all of `data` has come back; it must be the same bytes. */
export async function echoTime(socket: net.Socket, data: Buffer): Promise<number> {
  const start = systemClock.now()
  const chunks: Buffer[] = []
  let length = 0
  const back = new Promise<void>((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      chunks.push(chunk)
      length += chunk.length
      if (length < data.length) return
      socket.off('data', take)
      resolve()
    }
    socket.on('data', take)
    socket.once('close', () => reject(new Error(`closed after ${length} bytes`)))
  })
  socket.write(data)
  await back
  if (!Buffer.concat(chunks).equals(data)) throw new Error('other bytes came back')
  return systemClock.now() - start
}

export interface Ending {
  /** Node's code of the error, or `end`. */
  readonly how: string
  readonly data: Buffer
  readonly took: number
}

/** How a connection ends, what came until then and when that was. */
export async function endingOf(socket: net.Socket): Promise<Ending> {
  const start = systemClock.now()
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  const how = await new Promise<string>((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
    socket.once('end', () => resolve('end'))
  })
  return {how, data: Buffer.concat(chunks), took: systemClock.now() - start}
}

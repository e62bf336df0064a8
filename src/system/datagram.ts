import {type Socket, createSocket} from 'node:dgram'
import {isIP} from 'node:net'
import type {Datagram, DatagramMessage, DatagramRequest, DatagramSocket, NetError} from '../core/ports.ts'
import {systemClock} from './clock.ts'
import {type Ffi, loadFfi} from './ffi.ts'
import {keepsErrors} from './keep-errors.ts'
import {NO_INTERFACE_BINDING, toNetError} from './net-errors.ts'
import {type BoundDatagram, openPrepared} from './prepared-datagram.ts'

/** Opens UDP sockets on free ports. */
export const systemDatagram: Datagram = {
  async open(request) {
    const refused = checkRequest(request)
    if (refused) return refused
    const prepared = keepsErrors() || request.explain === true || request.interface !== undefined
    const ffi = prepared ? await loadFfi() : null
    if (!ffi && request.interface !== undefined) return NO_INTERFACE_BINDING
    const port = shares(request) ? await freePort(request) : (request.port ?? 0)
    if (typeof port !== 'number') return port
    const main = await bind(request, port, ffi)
    if ('code' in main) return main
    return request.connect ? connected(main, request, ffi) : wrap(main, null)
  },
}

async function connected(
  main: BoundDatagram,
  request: DatagramRequest,
  ffi: Ffi | null,
): Promise<DatagramSocket | NetError> {
  // The kernel gives the peer's datagrams to the connected socket, since it fits better (net/ipv4/udp.c,
  // compute_score), and everybody else's to this one on the same port.
  const {port} = main.socket.address()
  const strangers = request.strangers === true ? await bind(request, port, ffi) : null
  if (strangers && 'code' in strangers) return abandon([main], strangers)
  const refused = request.connect && (await connect(main.socket, request.connect))
  return refused ? abandon(strangers ? [main, strangers] : [main], refused) : wrap(main, strangers)
}

/** Two sockets on one port: see `connected`. */
function shares({connect: peer, strangers}: DatagramRequest): boolean {
  return peer !== undefined && strangers === true
}

/**
 * A port that nobody has. Sockets that share their port can't leave the choice to the kernel: it might pick one that
 * somebody else shares as well, and even the peer's own, so that we would receive what we send.
 */
async function freePort(request: DatagramRequest): Promise<number | NetError> {
  const alone = await openPlain({...request, strangers: false}, 0)
  if ('code' in alone) return alone
  const {port} = alone.socket.address()
  await new Promise<void>((resolve) => alone.socket.close(resolve))
  return port
}

function checkRequest({family, source, connect: peer}: DatagramRequest): NetError | null {
  for (const address of [source, peer?.address]) {
    if (address !== undefined && isIP(address) !== family) {
      return {code: 'ERR_INVALID_IP_ADDRESS', message: `${address} is no IPv${family} address`}
    }
  }
  return null
}

async function bind(
  request: DatagramRequest,
  port: number,
  ffi: Ffi | null,
): Promise<BoundDatagram | NetError> {
  return ffi ? openPrepared(ffi, request, port) : openPlain(request, port)
}

async function openPlain(request: DatagramRequest, port: number): Promise<BoundDatagram | NetError> {
  const {family, source} = request
  const socket = createSocket({type: family === 4 ? 'udp4' : 'udp6', reuseAddr: shares(request)})
  return new Promise((resolve) => {
    socket.once('error', (error) => {
      closeQuietly(socket)
      resolve(toNetError(error))
    })
    socket.bind({port, ...(source === undefined ? {} : {address: source})}, () => {
      socket.removeAllListeners('error')
      resolve({socket, icmp: () => undefined})
    })
  })
}

async function connect(
  socket: Socket,
  peer: {readonly address: string; readonly port: number},
): Promise<NetError | null> {
  return new Promise((resolve) => {
    try {
      socket.connect(peer.port, peer.address, (error?: Error) => {
        // Connecting a datagram socket sends nothing: whatever is wrong, our own kernel said so.
        resolve(error ? toNetError(error, {local: true}) : null)
      })
    } catch (error) {
      resolve(toNetError(error))
    }
  })
}

function abandon(bound: readonly BoundDatagram[], error: NetError): NetError {
  for (const {socket} of bound) closeQuietly(socket)
  return error
}

/** Node throws at a second close. */
function closeQuietly(socket: Socket): void {
  socket.on('error', () => {})
  try {
    socket.close()
  } catch {
    // Closed already: that is what was asked for.
  }
}

function wrap(main: BoundDatagram, strangers: BoundDatagram | null): DatagramSocket {
  const {socket} = main
  const all = strangers ? [main, strangers] : [main]
  const messages = new Set<(message: DatagramMessage) => void>()
  const errors = new Set<(error: NetError) => void>()
  for (const each of all) {
    each.socket.on('message', (data, from) => {
      const message = {data, from: {address: from.address, port: from.port}, at: systemClock.now()}
      for (const listener of messages) listener(message)
    })
    each.socket.on('error', (error) => {
      const found = toNetError(error, {icmp: each.icmp()})
      for (const listener of errors) listener(found)
    })
  }
  const {address, port} = socket.address()
  return {
    local: {address, port},
    send: async (data, to) => send(socket, data, to),
    onMessage: (listener) => subscribe(messages, listener),
    onError: (listener) => subscribe(errors, listener),
    close: () => {
      messages.clear()
      errors.clear()
      for (const each of all) closeQuietly(each.socket)
    },
  }
}

async function send(
  socket: Socket,
  data: Uint8Array,
  to: {readonly address: string; readonly port: number} | undefined,
): Promise<NetError | null> {
  return new Promise((resolve) => {
    const done = (error: Error | null): void => resolve(error ? toNetError(error) : null)
    try {
      if (to) socket.send(data, to.port, to.address, done)
      else socket.send(data, done)
    } catch (error) {
      resolve(toNetError(error))
    }
  })
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

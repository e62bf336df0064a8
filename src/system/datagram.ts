import {type Socket, createSocket} from 'node:dgram'
import {isIP} from 'node:net'
import type {Datagram, DatagramMessage, DatagramRequest, DatagramSocket, NetError} from '../core/ports.ts'
import {systemClock} from './clock.ts'
import {type Ffi, loadFfi} from './ffi.ts'
import {errnoOfIcmp} from './icmp-packet.ts'
import {keepsErrors} from './keep-errors.ts'
import {NO_INTERFACE_BINDING, toNetError} from './net-errors.ts'
import {type BoundDatagram, openPrepared} from './prepared-datagram.ts'

/** A send that fails because of earlier ones is tried again; more often it would be a flood of answers. */
const MAX_TRIES = 4

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
      resolve({socket, icmp: () => undefined, keep: null})
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

/**
 * The queue of ICMP messages has to be empty while the event loop is not in this file's hands: libuv 1.52 looks into it after an
 * error, and Node aborts at whatever is there. So it is emptied at every error, of sending as well, and kept empty until the
 * loop has gone on; only then the error is told, since the answer may be to send again.
 */
function wrap(main: BoundDatagram, strangers: BoundDatagram | null): DatagramSocket {
  const {socket} = main
  const all = strangers ? [main, strangers] : [main]
  const messages = new Set<(message: DatagramMessage) => void>()
  const errors = new Set<(error: NetError) => void>()
  const tell = (error: NetError): void => {
    for (const listener of errors) listener(error)
  }
  for (const each of all) {
    each.socket.on('message', (data, from) => {
      const message = {data, from: {address: from.address, port: from.port}, at: systemClock.now()}
      for (const listener of messages) listener(message)
    })
    each.socket.on('error', (error) => {
      const found = toNetError(error, {icmp: each.icmp()})
      afterThisTurn(each, () => tell(found))
    })
  }
  let isOpen = true
  const afterThisTurn = ({keep}: BoundDatagram, then: () => void): void => {
    if (!keep) return then()
    keep(false)
    setImmediate(() => {
      if (isOpen) keep(true)
      then()
    })
  }
  const {address, port} = socket.address()
  const family = isIP(address) === 6 ? 6 : 4
  return {
    local: {address, port},
    send: async (data, to) => {
      // What earlier datagrams met is told by the next call, which then sends nothing (udp(7)).
      for (let tries = 1; ; tries++) {
        const error = await send(socket, data, to)
        if (!error || !main.keep || !isOpen) return error
        const icmp = main.icmp()
        const earlier = icmp && errnoOfIcmp(family, icmp.type, icmp.code) === error.code
        if (earlier) tell({...error, icmp})
        // No call is refused but for an answer.
        if (tries === MAX_TRIES || !(earlier || error.code === 'ECONNREFUSED')) return error
      }
    },
    onMessage: (listener) => subscribe(messages, listener),
    onError: (listener) => subscribe(errors, listener),
    close: () => {
      isOpen = false
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

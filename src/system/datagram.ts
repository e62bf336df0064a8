import {type Socket, createSocket} from 'node:dgram'
import {isIP} from 'node:net'
import type {Datagram, DatagramMessage, DatagramRequest, DatagramSocket, NetError} from '../core/ports.ts'
import {systemClock} from './clock.ts'
import {toNetError} from './net-errors.ts'

/** Opens UDP sockets on free ports. */
export const systemDatagram: Datagram = {
  async open(request) {
    const refused = checkRequest(request)
    if (refused) return refused
    const main = createSocket({type: typeOf(request), reuseAddr: needsStrangers(request)})
    const failed = await bind(main, request.source, 0)
    if (failed) return abandon([main], failed)
    if (!request.connect) return wrap(main, null)
    const strangers = needsStrangers(request) ? await openStrangers(main, request) : null
    if (strangers && 'code' in strangers) return abandon([main], strangers)
    const refusedPeer = await connect(main, request.connect)
    if (refusedPeer) return abandon(strangers ? [main, strangers] : [main], refusedPeer)
    return wrap(main, strangers)
  },
}

function checkRequest({family, source, connect: peer}: DatagramRequest): NetError | null {
  for (const address of [source, peer?.address]) {
    if (address !== undefined && isIP(address) !== family) {
      return {code: 'ERR_INVALID_IP_ADDRESS', message: `${address} is no IPv${family} address`}
    }
  }
  return null
}

function typeOf(request: DatagramRequest): 'udp4' | 'udp6' {
  return request.family === 4 ? 'udp4' : 'udp6'
}

function needsStrangers(request: DatagramRequest): boolean {
  return request.connect !== undefined && request.strangers === true
}

/**
 * A second, unconnected socket on the same port. The kernel gives the peer's datagrams to the connected one, since
 * it fits better (net/ipv4/udp.c, compute_score), and everybody else's to this one.
 */
async function openStrangers(main: Socket, request: DatagramRequest): Promise<Socket | NetError> {
  const strangers = createSocket({type: typeOf(request), reuseAddr: true})
  const failed = await bind(strangers, request.source, main.address().port)
  return failed ? abandon([strangers], failed) : strangers
}

async function bind(socket: Socket, address: string | undefined, port: number): Promise<NetError | null> {
  return new Promise((resolve) => {
    const onError = (error: Error): void => resolve(toNetError(error))
    socket.once('error', onError)
    socket.bind({port, ...(address === undefined ? {} : {address})}, () => {
      socket.off('error', onError)
      resolve(null)
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

function abandon(sockets: readonly Socket[], error: NetError): NetError {
  for (const socket of sockets) closeQuietly(socket)
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

function wrap(socket: Socket, strangers: Socket | null): DatagramSocket {
  const all = strangers ? [socket, strangers] : [socket]
  const messages = new Set<(message: DatagramMessage) => void>()
  const errors = new Set<(error: NetError) => void>()
  for (const each of all) {
    each.on('message', (data, from) => {
      const message = {data, from: {address: from.address, port: from.port}, at: systemClock.now()}
      for (const listener of messages) listener(message)
    })
    each.on('error', (error) => {
      const found = toNetError(error)
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
      for (const each of all) closeQuietly(each)
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

import type {Socket} from 'node:net'
import type {ByteStream, NetError, StreamEvent} from '../core/ports.ts'
import {joinHostPort} from '../core/target.ts'
import {toNetError} from './net-errors.ts'

const sockets = new WeakMap<ByteStream, Socket>()

/**
 * The socket under a stream, for an adapter of `system` that speaks a protocol over it (TLS). Take it before the
 * first `read`, and leave the stream alone afterwards. Null for a stream that has no socket.
 */
export function socketOf(stream: ByteStream): Socket | null {
  return sockets.get(stream) ?? null
}

interface Peer {
  readonly address: string
  readonly port: number
}

/**
 * A stream over a connected socket. The socket is not read by us until the first `read`; Node itself reads ahead
 * up to its high-water mark, so that an early reset or end is noticed.
 */
export function openStream(socket: Socket, peer: Peer): ByteStream {
  const state: {error: NetError | null} = {error: null}
  // Stays for the socket's life: an error event without a listener would end the process.
  socket.on('error', (error) => {
    state.error ??= toNetError(error)
  })
  const stream: ByteStream = {
    local: joinHostPort(socket.localAddress ?? '', socket.localPort ?? 0),
    // A socket whose connection is gone already has no peer any more.
    remote: joinHostPort(socket.remoteAddress ?? peer.address, socket.remotePort ?? peer.port),
    write: async (data) => write(socket, data, state),
    read: async (signal) => read(socket, signal, state),
    // Ends the writing side, then closes: what was written goes out before the FIN.
    close: () => socket.destroySoon(),
    reset: () => {
      if (!socket.destroyed) socket.resetAndDestroy()
    },
  }
  sockets.set(stream, socket)
  return stream
}

async function write(
  socket: Socket,
  data: Uint8Array,
  state: {readonly error: NetError | null},
): Promise<NetError | null> {
  return new Promise((resolve) => {
    socket.write(data, (error) => {
      if (!error) resolve(null)
      else resolve(state.error ?? toNetError(error))
    })
  })
}

const WAKING = ['readable', 'end', 'error', 'close'] as const

async function read(
  socket: Socket,
  signal: AbortSignal,
  state: {readonly error: NetError | null},
): Promise<StreamEvent> {
  for (;;) {
    // Bytes that arrived before an end or an error are delivered first.
    const chunk: unknown = socket.read()
    if (chunk instanceof Uint8Array) return {type: 'data', data: chunk}
    if (state.error) return {type: 'error', error: state.error}
    if (socket.readableEnded || socket.destroyed) return {type: 'end'}
    if (signal.aborted) return {type: 'aborted'}
    await nextEvent(socket, signal)
  }
}

async function nextEvent(socket: Socket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      for (const name of WAKING) socket.off(name, wake)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    for (const name of WAKING) socket.on(name, wake)
    signal.addEventListener('abort', wake, {once: true})
  })
}

import type {Socket} from 'node:net'
import type {ByteStream, NetError, StreamEvent} from '../core/ports.ts'
import {joinHostPort} from '../core/target.ts'
import {toNetError} from './net-errors.ts'

const sockets = new WeakMap<ByteStream, Socket>()

/**
 * The socket under a stream (that of the plain text inside, for TLS), for an adapter of `system` that speaks a protocol
 * over it. Don't read the stream itself afterwards. Null for a stream that has no socket.
 */
export function socketOf(stream: ByteStream): Socket | null {
  return sockets.get(stream) ?? null
}

/** Makes `socketOf` give this socket for this stream, which it returns. */
export function withSocket(stream: ByteStream, socket: Socket): ByteStream {
  sockets.set(stream, socket)
  return stream
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
  // An error event without a listener would end the process; the error itself is in `errored`.
  socket.on('error', () => {})
  const stream: ByteStream = {
    local: joinHostPort(socket.localAddress ?? '', socket.localPort ?? 0),
    // A socket whose connection is gone already has no peer any more.
    remote: joinHostPort(socket.remoteAddress ?? peer.address, socket.remotePort ?? peer.port),
    write: async (data) => write(socket, data),
    read: async (signal) => read(socket, signal),
    // Ends the writing side, then closes: what was written goes out before the FIN.
    close: () => socket.destroySoon(),
    reset: () => {
      if (!socket.destroyed) socket.resetAndDestroy()
    },
  }
  return withSocket(stream, socket)
}

async function write(socket: Socket, data: Uint8Array): Promise<NetError | null> {
  return new Promise((resolve) => {
    socket.write(data, (error) => resolve(error ? toNetError(socket.errored ?? error) : null))
  })
}

const WAKING = ['readable', 'end', 'error', 'close'] as const

async function read(socket: Socket, signal: AbortSignal): Promise<StreamEvent> {
  for (;;) {
    // Bytes that arrived before an end or an error are delivered first.
    const chunk: unknown = socket.read()
    if (chunk instanceof Uint8Array) return {type: 'data', data: chunk}
    // Set as soon as the socket is destroyed, a turn before the error event.
    if (socket.errored) return {type: 'error', error: toNetError(socket.errored)}
    if (socket.readableEnded || socket.destroyed) return endOf(socket)
    if (signal.aborted) return {type: 'aborted'}
    await nextEvent(socket, signal)
  }
}

/**
 * libuv reports an end when a reset comes together with the last bytes: it looks at the hang-up and not at the error
 * behind it (src/unix/stream.c, uv__stream_io). Writing nothing sends nothing, and brings the error to light.
 */
async function endOf(socket: Socket): Promise<StreamEvent> {
  const error = socket.writable ? await write(socket, new Uint8Array()) : null
  return error?.code === 'ECONNRESET' ? {type: 'error', error: {...error, syscall: 'read'}} : {type: 'end'}
}

/**
 * Timers run before the event loop looks at its sockets. After a stall, what came in time would lose against the
 * deadline; so the sockets are looked at once more.
 */
export function afterPolling(callback: () => void): void {
  setImmediate(callback)
}

async function nextEvent(socket: Socket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      for (const name of WAKING) socket.off(name, wake)
      signal.removeEventListener('abort', onAbort)
      resolve()
    }
    const onAbort = (): void => afterPolling(wake)
    for (const name of WAKING) socket.on(name, wake)
    signal.addEventListener('abort', onAbort, {once: true})
  })
}

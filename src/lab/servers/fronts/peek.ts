import type {Socket} from 'node:net'
import {type ClientHello, readClientHello} from './client-hello.ts'

export interface Peeked {
  /** Null when the client doesn't begin with a TLS handshake. */
  readonly hello: ClientHello | null
  readonly bytes: Buffer
}

/**
 * Reads until it is clear what the client speaks; the socket is paused then, and the bytes are put back. Null when the client
 * ends before it is.
 */
export async function peek(socket: Socket): Promise<Peeked | null> {
  let bytes = Buffer.alloc(0)
  return new Promise((resolve) => {
    const done = (peeked: Peeked | null): void => {
      socket.off('data', take)
      socket.off('end', gone)
      socket.off('close', gone)
      socket.pause()
      if (peeked) socket.unshift(peeked.bytes)
      resolve(peeked)
    }
    const gone = (): void => done(null)
    const take = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk])
      const hello = readClientHello(bytes)
      if (hello === 'more') return
      done({hello: hello === 'other' ? null : hello, bytes})
    }
    socket.on('data', take)
    socket.once('end', gone)
    socket.once('close', gone)
    socket.resume()
  })
}

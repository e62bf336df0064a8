import {Duplex} from 'node:stream'
import type {ByteStream, NetError} from '../core/ports.ts'

/** Enough for any handshake: a chain of ten large certificates is about 20 KiB. */
const LIMIT = 262_144

const OVER = 'the stream is over'

/** A Node stream over a `ByteStream` that remembers what came in. */
export interface TappedDuplex {
  readonly duplex: Duplex
  received(): Uint8Array
  /** The limit was reached; later bytes are not remembered. */
  cut(): boolean
  /** Why the transport ended, if it ended with an error. */
  error(): NetError | null
  /** The peer ended its side in an orderly way. */
  ended(): boolean
}

/** Node's TLS runs over this instead of the socket, so that the records themselves can be looked at. */
export function tapStream(stream: ByteStream): TappedDuplex {
  const chunks: Uint8Array[] = []
  const state: {length: number; cut: boolean; error: NetError | null; ended: boolean} = {
    length: 0,
    cut: false,
    error: null,
    ended: false,
  }
  const remember = (data: Uint8Array): void => {
    const kept = data.subarray(0, LIMIT - state.length)
    if (kept.length > 0) chunks.push(kept)
    state.length += kept.length
    state.cut ||= kept.length < data.length
  }
  const stop = new AbortController()
  const duplex = new Duplex({
    allowHalfOpen: true,
    read() {
      void stream.read(stop.signal).then((event) => {
        if (duplex.destroyed) return
        switch (event.type) {
          case 'data':
            remember(event.data)
            duplex.push(event.data)
            return
          case 'end':
            state.ended = true
            duplex.push(null)
            return
          case 'error':
            state.error = event.error
            duplex.destroy(asError(event.error))
            return
          case 'aborted':
            return
        }
      })
    },
    write(chunk: Uint8Array, _encoding, done) {
      void stream.write(chunk).then((error) => {
        if (!error) return done()
        // The reading side may still hold what the peer said before it went; it ends the stream.
        state.error ??= error
        done()
      })
    },
    final(done) {
      stream.close()
      done()
    },
    destroy(error, done) {
      // A reason of our own: making the default one takes longer than all the rest here.
      stop.abort(OVER)
      stream.close()
      done(error)
    },
  })
  // Whoever uses the TLS socket sees the error there; without a listener here it would end the process.
  duplex.on('error', () => undefined)
  return {
    duplex,
    received: () => Buffer.concat(chunks),
    cut: () => state.cut,
    error: () => state.error,
    ended: () => state.ended,
  }
}

function asError(error: NetError): Error {
  return Object.assign(new Error(error.message), {code: error.code, syscall: error.syscall})
}

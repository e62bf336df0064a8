import {Duplex} from 'node:stream'
import type {ByteStream, NetError, StreamEvent} from '../core/ports.ts'

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
  const memory = new Memory()
  const state: {error: NetError | null; ended: boolean} = {error: null, ended: false}
  const stop = new AbortController()
  const onEvent = (event: StreamEvent): void => {
    if (duplex.destroyed) return
    switch (event.type) {
      case 'data':
        memory.add(event.data)
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
  }
  const duplex = new Duplex({
    allowHalfOpen: true,
    read: () => void stream.read(stop.signal).then(onEvent),
    write(chunk: Uint8Array, _encoding, done) {
      void stream.write(chunk).then((error) => {
        // Not handed on: the reading side may still hold what the peer said before it went, and ends the stream.
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
    received: () => memory.bytes(),
    cut: () => memory.cut,
    error: () => state.error,
    ended: () => state.ended,
  }
}

/** The first bytes of what is added, up to the limit. */
class Memory {
  readonly #chunks: Uint8Array[] = []
  #length = 0
  cut = false

  add(data: Uint8Array): void {
    const kept = data.subarray(0, LIMIT - this.#length)
    if (kept.length > 0) this.#chunks.push(kept)
    this.#length += kept.length
    this.cut ||= kept.length < data.length
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#chunks)
  }
}

function asError(error: NetError): Error {
  return Object.assign(new Error(error.message), {code: error.code, syscall: error.syscall})
}

import type {Socket} from 'node:net'

/** The first octets that are read from a socket, without taking them away. */
export interface HttpTap {
  first(): Uint8Array
  /** Of the status line: `1.0` or `1.1`; null when there was none. */
  version(): string | null
}

/** Enough to recognise what answered. */
const LIMIT = 256

/** Looks over the shoulder of whoever reads: undici keeps the status line's version and what it could not parse to itself. */
export function tapFirstBytes(socket: Socket): HttpTap {
  let first: Buffer = Buffer.alloc(0)
  const read = socket.read.bind(socket)
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size)
    if (chunk instanceof Uint8Array && first.length < LIMIT) {
      first = Buffer.concat([first, chunk.subarray(0, LIMIT - first.length)])
    }
    return chunk
  }
  return {
    first: () => first,
    version: () => /^HTTP\/(\d\.\d) /.exec(first.toString('latin1'))?.[1] ?? null,
  }
}

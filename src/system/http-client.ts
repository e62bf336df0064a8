import type {Socket} from 'node:net'
import type {Undici} from './http-exchange.ts'

/** Fields of a response head together; far above what servers send, and below what could hurt us. */
const HEADERS_LIMIT = 65_536

/** An undici client for one connection: it is handed the socket, and nothing when it asks for another one. */
export function clientOver(undici: Undici, socket: Socket, origin: string): InstanceType<Undici['Client']> {
  let given = false
  return new undici.Client(origin, {
    connect: (_options, callback) => {
      const first = !given
      given = true
      // undici doesn't expect to be called back before `connect` has returned.
      queueMicrotask(() => {
        if (first) callback(null, socket)
        else callback(new Error('the connection is used up'), null)
      })
    },
    // undici goes by what the socket agreed on; the caller decided that before.
    allowH2: true,
    h2Options: {pingInterval: 0},
    maxHeaderSize: HEADERS_LIMIT,
    // The deadline is the caller's: undici's timers tick once a second.
    headersTimeout: 0,
    bodyTimeout: 0,
    pipelining: 1,
  })
}

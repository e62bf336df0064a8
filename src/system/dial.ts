import {Socket, isIP} from 'node:net'
import type {Dial, DialRequest, DialResult, NetError} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {systemClock} from './clock.ts'
import {toNetError} from './net-errors.ts'
import {openStream} from './stream.ts'

/** Opens TCP connections to literal addresses, one attempt per call. */
export const systemDial: Dial = {
  async tcp(request) {
    if (request.signal.aborted) return {status: 'aborted', took: 0}
    const refused = checkRequest(request)
    if (refused) return {status: 'failed', error: refused, took: 0}
    const socket = new Socket({allowHalfOpen: true})
    return connect(socket, request)
  },
}

/** A name here would be resolved behind the back of the per-address report. */
function checkRequest(request: DialRequest): NetError | null {
  if (isIP(request.address) !== request.family) {
    return {code: 'ERR_INVALID_IP_ADDRESS', message: `${request.address} is no IPv${request.family} address`}
  }
  return null
}

async function connect(socket: Socket, request: DialRequest): Promise<DialResult> {
  return new Promise((resolve) => {
    const started = systemClock.now()
    const took = (): Millis => systemClock.now() - started
    let synchronous = true
    const settle = (result: DialResult): void => {
      request.signal.removeEventListener('abort', onAbort)
      socket.off('connect', onConnect)
      resolve(result)
    }
    const onConnect = (): void => {
      const time = took()
      socket.setNoDelay(true)
      settle({status: 'connected', stream: openStream(socket), took: time})
    }
    const onAbort = (): void => {
      const time = took()
      socket.destroy()
      settle({status: 'aborted', took: time})
    }
    // Not removed: a socket destroyed in mid-connect may still report an error.
    socket.on('error', (error) => {
      settle({status: 'failed', error: toNetError(error, {local: synchronous}), took: took()})
    })
    socket.once('connect', onConnect)
    request.signal.addEventListener('abort', onAbort, {once: true})
    startConnecting(socket, request)
    afterThisTurn(() => {
      synchronous = false
    })
  })
}

function startConnecting(socket: Socket, request: DialRequest): void {
  try {
    socket.connect({
      host: request.address,
      port: request.port,
      family: request.family,
      autoSelectFamily: false,
      ...(request.source === undefined ? {} : {localAddress: request.source}),
    })
  } catch (error) {
    // Node checks arguments by throwing; the attempt ends like any other.
    socket.destroy(error instanceof Error ? error : new Error(String(error)))
  }
}

/** How many ticks Node may need from `connect` to the error event of a call that failed at once; two are used. */
const TICKS = 8

/** Calls back after all work that is already queued, before the event loop waits for the network again. */
function afterThisTurn(callback: () => void, ticks = TICKS): void {
  process.nextTick(() => {
    if (ticks > 0) afterThisTurn(callback, ticks - 1)
    else callback()
  })
}

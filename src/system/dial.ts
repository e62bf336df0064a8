import {Socket, isIP} from 'node:net'
import {networkInterfaces} from 'node:os'
import type {Dial, DialRequest, DialResult, NetError} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {systemClock} from './clock.ts'
import {type Ffi, loadFfi} from './ffi.ts'
import {keepErrors, keepsErrors} from './keep-errors.ts'
import {NO_INTERFACE_BINDING, toNetError} from './net-errors.ts'
import {prepareSocket} from './prepared-socket.ts'
import {afterPolling, openStream} from './stream.ts'

/**
 * Opens TCP connections to literal addresses, one attempt per call. A failure that only an ICMP message explains is
 * looked into: see `explain`.
 */
export const systemDial: Dial = {
  async tcp(request) {
    if (request.signal.aborted) return {status: 'aborted', took: 0}
    const refused = checkDialRequest(request)
    if (refused) return {status: 'failed', error: refused, took: 0}
    const ffi = keepsErrors() || request.interface !== undefined ? await loadFfi() : null
    if (ffi) return connectPrepared(ffi, request)
    if (request.interface !== undefined) return {status: 'failed', error: NO_INTERFACE_BINDING, took: 0}
    const result = await connectSocket(new Socket({allowHalfOpen: true}), request)
    return needsExplanation(result) ? explain(result, request) : result
  },
}

/** Codes into which the kernel folds several ICMP messages (net/ipv4/icmp.c, icmp_err_convert). */
const FOLDED: readonly string[] = ['EHOSTUNREACH', 'ENETUNREACH']

function needsExplanation(result: DialResult): result is DialResult & {status: 'failed'} {
  return result.status === 'failed' && result.error.local !== true && FOLDED.includes(result.error.code)
}

/** A router answers within a round trip; a failed neighbour lookup (3 s) is not waited for again. */
const EXPLAIN_WITHIN: Millis = 1000

/**
 * Repeats the attempt once on a socket that keeps its ICMP errors, only to learn the message behind the code.
 * The first attempt stays the result. From then on this process keeps the errors at once.
 */
async function explain(result: DialResult & {status: 'failed'}, request: DialRequest): Promise<DialResult> {
  const ffi = await loadFfi()
  if (!ffi) return result
  keepErrors()
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(EXPLAIN_WITHIN)])
  const again = await connectPrepared(ffi, {...request, signal})
  if (again.status === 'connected') again.stream.reset()
  if (again.status !== 'failed' || !again.error.icmp) return result
  return {...result, error: {...result.error, icmp: again.error.icmp}}
}

async function connectPrepared(ffi: Ffi, request: DialRequest): Promise<DialResult> {
  const prepared = prepareSocket(ffi, request)
  if ('code' in prepared) return {status: 'failed', error: prepared, took: 0}
  const result = await connectSocket(prepared.socket, request)
  const icmp = result.status === 'failed' ? prepared.icmp() : undefined
  prepared.release()
  if (result.status !== 'failed') return result
  if (icmp) return {...result, error: {...result.error, icmp}}
  return isLinkDown(result.error, request) ? {...result, error: {...result.error, code: 'ENETDOWN'}} : result
}

/**
 * The kernel answers ENETUNREACH for a bound interface that is down. Node lists an interface only while it is up,
 * running and has an address.
 */
function isLinkDown(error: NetError, {interface: device}: DialRequest): boolean {
  if (device === undefined || error.local !== true || error.code !== 'ENETUNREACH') return false
  return networkInterfaces()[device] === undefined
}

/** A name here would be resolved behind the back of the per-address report. */
export function checkDialRequest(request: DialRequest): NetError | null {
  if (isIP(request.address) !== request.family) {
    return {code: 'ERR_INVALID_IP_ADDRESS', message: `${request.address} is no IPv${request.family} address`}
  }
  return null
}

/** Connects a fresh socket, of whatever protocol it is. */
export async function connectSocket(socket: Socket, request: DialRequest): Promise<DialResult> {
  return new Promise((resolve) => {
    const started = systemClock.now()
    const took = (): Millis => systemClock.now() - started
    let synchronous = true
    let settled = false
    const settle = (result: DialResult): void => {
      settled = true
      request.signal.removeEventListener('abort', onAbort)
      socket.off('connect', onConnect)
      resolve(result)
    }
    const onConnect = (): void => {
      const time = took()
      socket.setNoDelay(true)
      settle({status: 'connected', stream: openStream(socket, request), took: time})
    }
    const onAbort = (): void => {
      const time = took()
      afterPolling(() => {
        if (settled) return
        socket.destroy()
        settle({status: 'aborted', took: time})
      })
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

import type {Socket} from 'node:net'
import type * as UndiciModule from 'undici'
import type {
  HttpExchangeRequest,
  HttpExchangeResult,
  HttpHead,
  HttpHeaders,
  HttpStep,
  NetError,
} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import {systemClock} from './clock.ts'
import {clientOver} from './http-client.ts'
import {type HttpTap, tapFirstBytes} from './http-tap.ts'
import {headersOf} from './http-headers.ts'
import {toNetError} from './net-errors.ts'
import {socketOf} from './stream.ts'

export type Undici = Pick<typeof UndiciModule, 'Client' | 'errors'>

/** Sends one request and takes in its response; see `HttpClient`. */
export async function exchange(undici: Undici, request: HttpExchangeRequest): Promise<HttpExchangeResult> {
  const socket = socketOf(request.stream)
  if (!socket) throw new TypeError('an exchange needs a stream with a socket')
  return new Exchange(undici, request, socket).run()
}

class Exchange implements UndiciModule.Dispatcher.DispatchHandler {
  readonly #undici: Undici
  readonly #request: HttpExchangeRequest
  readonly #socket: Socket
  readonly #client: InstanceType<Undici['Client']>
  readonly #tap: HttpTap | null
  readonly #chunks: Uint8Array[] = []
  #started: Millis = 0
  #settle: (result: HttpExchangeResult) => void = () => {}
  #settled = false
  #sent: Millis | null = null
  #answered: Millis | null = null
  #head: HttpHead | null = null
  #kept = 0
  #received = 0
  #cut = false

  constructor(undici: Undici, request: HttpExchangeRequest, socket: Socket) {
    this.#undici = undici
    this.#request = request
    this.#socket = socket
    this.#tap = request.version === '1.1' ? tapFirstBytes(socket) : null
    const scheme = request.secure ? 'https' : 'http'
    this.#client = clientOver(undici, socket, `${scheme}://${request.authority}`)
  }

  async run(): Promise<HttpExchangeResult> {
    const {signal, method, path, headers, body} = this.#request
    return new Promise((resolve) => {
      this.#settle = resolve
      this.#started = systemClock.now()
      if (signal.aborted) {
        this.#abort()
        return
      }
      signal.addEventListener('abort', this.#abort, {once: true})
      try {
        // The type lists the known methods; any token is one (RFC 9110 section 9.1).
        const known = method as UndiciModule.Dispatcher.HttpMethod
        this.#client.dispatch({method: known, path, headers: headers.flat(), body}, this)
      } catch (error) {
        this.#fail(error)
      }
    })
  }

  onRequestStart(): void {
    // Required by undici, which takes an object without it for a handler of an older kind.
  }

  /** undici's word that everything was written; the socket may still hold some of it. */
  onRequestSent(): void {
    const {writableNeedDrain} = this.#socket
    if (writableNeedDrain) this.#socket.once('drain', this.#markSent)
    else this.#markSent()
  }

  readonly #markSent = (): void => {
    this.#sent ??= systemClock.now()
  }

  onResponseStarted(): void {
    this.#answered ??= systemClock.now()
  }

  onResponseStart(
    controller: UndiciModule.Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    reason = '',
  ): void {
    // Informational responses precede the one that counts (RFC 9110 section 15.2).
    if (status < 200) return
    this.#answered ??= systemClock.now()
    const headers: HttpHeaders = headersOf(controller.rawHeaders)
    const version = this.#request.version === '2' ? '2' : (this.#tap?.version() ?? '1.1')
    this.#head = {status, reason, version, headers}
  }

  onResponseData(_controller: UndiciModule.Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#received += chunk.length
    const kept = chunk.subarray(0, Math.max(0, this.#request.keep - this.#kept))
    if (kept.length > 0) this.#chunks.push(Uint8Array.from(kept))
    this.#kept += kept.length
    if (this.#received <= this.#request.limit) return
    this.#cut = true
    this.#complete()
  }

  onResponseEnd(): void {
    this.#complete()
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#fail(error)
  }

  readonly #abort = (): void => {
    this.#end(() => ({...this.#seen(), status: 'aborted', step: this.#step()}))
  }

  #complete(): void {
    const head = this.#head
    if (head) this.#end(() => ({...this.#seen(), status: 'complete', head}))
  }

  #fail(error: unknown): void {
    this.#end(() => ({
      ...this.#seen(),
      status: 'failed',
      step: this.#step(),
      error: this.#reason(error),
      first: this.#tap?.first() ?? new Uint8Array(),
    }))
  }

  /** What the socket itself suffered says more than what undici makes of it. */
  #reason(error: unknown): NetError {
    const parser = this.#parserCode(error)
    if (parser !== null) return {...toNetError(error), code: parser}
    const {errored} = this.#socket
    const below = errored && errored !== error ? toNetError(errored) : null
    return below && !below.code.startsWith('UND_ERR') && below.code !== 'UNKNOWN' ? below : toNetError(error)
  }

  /** undici means to give its parser's code, but looks it up in a table that has none; an end leaves no data to show. */
  #parserCode(error: unknown): string | null {
    if (!(error instanceof this.#undici.errors.HTTPParserError) || error.code) return null
    return 'data' in error && error.data === '' && this.#socket.readableEnded
      ? 'HPE_INVALID_EOF_STATE'
      : 'HPE_UNKNOWN'
  }

  #step(): HttpStep {
    if (this.#answered !== null) return 'download'
    return this.#sent === null ? 'request' : 'wait'
  }

  #seen(): Pick<HttpExchangeResult, 'times' | 'head' | 'body'> {
    const now = systemClock.now()
    const answered = this.#answered
    // An answer to a request that was not sent to its end yet ends the sending.
    const sent = Math.min(this.#sent ?? now, answered ?? now)
    const times = {
      request: sent - this.#started,
      ...(this.#sent === null && answered === null ? {} : {wait: (answered ?? now) - sent}),
      ...(answered === null ? {} : {download: now - answered}),
    }
    const body = {bytes: Buffer.concat(this.#chunks), received: this.#received, cut: this.#cut}
    return {times, head: this.#head, body}
  }

  #end(make: () => HttpExchangeResult): void {
    if (this.#settled) return
    this.#settled = true
    this.#request.signal.removeEventListener('abort', this.#abort)
    const result = make()
    this.#hangUp(result.status === 'complete' && !this.#cut)
    this.#settle(result)
  }

  /** In an orderly way after a whole response; what is not wanted any more is refused by a reset. */
  #hangUp(orderly: boolean): void {
    const destroy = (): void => void this.#client.destroy().catch(() => {})
    const {version, stream} = this.#request
    if (!orderly && version === '2') {
      // When the socket goes first, undici puts the running request back into the queue of a destroyed client, and asserts.
      const reset = (): void => stream.reset()
      void this.#client.destroy().then(reset, reset)
    } else if (!orderly) {
      stream.reset()
      destroy()
    } else if (version === '2') {
      void this.#client.close().then(destroy, destroy)
    } else {
      this.#socket.once('close', destroy)
      stream.close()
    }
  }
}

import http, {type IncomingMessage, type ServerResponse} from 'node:http'
import type {Socket} from 'node:net'
import type {Duplex} from 'node:stream'
import type {Clock} from '../../../../core/ports.ts'
import type {HttpFrontEffect, WebSocketFrontEffect} from '../../../../core/proxy-effects.ts'
import type {HostPort} from '../../toxics/host-port.ts'
import type {Gate} from '../gate.ts'
import {type UpstreamTls, type Wire, resetWire} from '../wire.ts'
import {type Answer, answerOf, headBytes, isShaped} from './answer.ts'
import {TokenBook} from './expired-token.ts'
import {askServer, passAnswer} from './forward.ts'
import {sendShaped} from './send-shaped.ts'
import {passUpgrade} from './upgrade.ts'

export interface HttpFrontOptions {
  readonly upstream: HostPort
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly gates: () => {
    readonly http: readonly Gate<HttpFrontEffect>[]
    readonly websocket: readonly Gate<WebSocketFrontEffect>[]
  }
}

/** How a connection came in: what is needed to ask the server behind in the same way. */
interface Origin {
  readonly wire: Wire
  readonly secure: UpstreamTls | null
}

/** Speaks HTTP/1.1 with clients and with the server behind; a fault acts on single requests. */
export class HttpFront {
  readonly #options: HttpFrontOptions
  readonly #server: http.Server
  readonly #origins = new WeakMap<Duplex, Origin>()
  readonly #tokens = new TokenBook()

  constructor(options: HttpFrontOptions) {
    this.#options = options
    this.#server = http.createServer((request, response) => {
      this.#handle(request, response).catch(() => this.#reset(request.socket))
    })
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade(request, socket, head).catch(() => this.#reset(socket))
    })
    this.#server.on('clientError', (_error, socket) => this.#reset(socket))
    // How long a connection may rest is the server's business.
    this.#server.keepAliveTimeout = 0
    this.#server.requestTimeout = 0
    this.#server.headersTimeout = 0
  }

  /** Takes a connection over. With TLS, `secure` says how the server behind is reached. */
  serve(wire: Wire, secure: UpstreamTls | null): void {
    this.#origins.set(wire.stream, {wire, secure})
    this.#server.emit('connection', wire.stream)
    wire.stream.resume()
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const origin = this.#origin(request.socket)
    const gate = this.#options
      .gates()
      .http.find((one) => fits(one.effect, request) && this.#tokens.decide(one, request))
    if (!gate) {
      const answer = await askServer(request, this.#options.upstream, origin.secure)
      this.#tokens.learn(this.#options.gates().http, request, answer.status)
      passAnswer(answer, response)
      return
    }
    const {effect} = gate
    await this.#wait(effect.delay, request.socket)
    const answer = await answerOf(effect, async () =>
      askServer(request, this.#options.upstream, origin.secure),
    )
    if (isShaped(effect)) await sendShaped(answer, {effect, wire: origin.wire, clock: this.#options.clock})
    else sendPlain(answer, response)
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const {wire, secure} = this.#origin(socket)
    const {http: requests, websocket} = this.#options.gates()
    const refusing = requests.find(
      ({effect}, index) =>
        effect.status !== undefined && fits(effect, request) && requests[index]?.opens(request) === true,
    )
    const gate = websocket.find((one) => fitsPath(request, one.effect.paths) && one.opens(request))
    const status = refusing?.effect.status ?? (gate?.effect.end === 'refuse' ? gate.effect.status : undefined)
    if (status === undefined) {
      await passUpgrade(request, {wire, secure, head}, {gate: gate ?? null, ...this.#options})
      return
    }
    const body = Buffer.from('refused\n')
    const refusal = {status, reason: http.STATUS_CODES[status] ?? '', headers: [], body}
    wire.stream.end(Buffer.concat([headBytes(refusal, true), body]))
  }

  #origin(socket: Duplex): Origin {
    const origin = this.#origins.get(socket)
    if (!origin) throw new TypeError('a request came by a connection that the front does not know')
    return origin
  }

  #reset(socket: Duplex): void {
    const origin = this.#origins.get(socket)
    if (origin) resetWire(origin.wire)
  }

  /** Ends early when the client has gone. */
  async #wait(time: number, socket: Socket): Promise<void> {
    if (time === 0) return
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(time, resolve)
      socket.once('close', () => {
        cancel()
        resolve()
      })
    })
  }
}

function fits(effect: HttpFrontEffect, request: IncomingMessage): boolean {
  const {methods} = effect
  return (methods === undefined || methods.includes(request.method ?? '')) && fitsPath(request, effect.paths)
}

function fitsPath({url = '/'}: IncomingMessage, paths: readonly string[] | undefined): boolean {
  return paths === undefined || paths.some((path) => url.startsWith(path))
}

function sendPlain({status, reason, headers, body}: Answer, response: ServerResponse): void {
  response.writeHead(status, reason, [...headers.flat(), 'Content-Length', String(body.length)])
  response.end(body)
}

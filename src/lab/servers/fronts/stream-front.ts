import net, {type Socket} from 'node:net'
import type {Clock, Random} from '../../../core/ports.ts'
import type {HttpFrontEffect, TlsFrontEffect, WebSocketFrontEffect} from '../../../core/proxy-effects.ts'
import type {HostPort} from '../toxics/host-port.ts'
import {type Listener, listen} from '../listen.ts'
import {alertRecord, endClient, passUntil} from './break-handshake.ts'
import type {ClientHello} from './client-hello.ts'
import type {FrontCertificates} from './front-certificate.ts'
import type {Gate} from './gate.ts'
import {HttpFront} from './http/http-front.ts'
import {fitsName} from './name-pattern.ts'
import {peek} from './peek.ts'
import {terminateTls} from './terminate-tls.ts'
import {type UpstreamTls, type Wire, dialUpstream, joinWires, protocolOf, resetWire} from './wire.ts'

export interface StreamGates {
  readonly tls: readonly Gate<TlsFrontEffect>[]
  readonly http: readonly Gate<HttpFrontEffect>[]
  readonly websocket: readonly Gate<WebSocketFrontEffect>[]
}

export interface StreamFrontOptions {
  readonly upstream: HostPort
  readonly certificates: FrontCertificates
  /** What a certificate is for when the client asks for no name. */
  readonly names: readonly string[]
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly random: Random
}

const NOBODY: StreamGates = {tls: [], http: [], websocket: []}

/**
 * Speaks TLS and HTTP in the server's place, as far as the faults in force ask for it; everything else passes. New
 * connections feel a change; a request on a connection that is there already feels that of HTTP faults.
 */
export class StreamFront {
  readonly #options: StreamFrontOptions
  readonly #sockets = new Set<Socket>()
  readonly #http: HttpFront
  #listener: Listener | null = null
  #gates: StreamGates = NOBODY

  private constructor(options: StreamFrontOptions) {
    this.#options = options
    this.#http = new HttpFront({upstream: options.upstream, clock: options.clock, gates: () => this.#gates})
  }

  /** Listens on loopback for the proxy that sends clients here. Rejects with Node's error. */
  static async open(options: StreamFrontOptions): Promise<StreamFront> {
    const front = new StreamFront(options)
    const server = net.createServer({allowHalfOpen: true, pauseOnConnect: true, noDelay: true}, (socket) =>
      front.#accept(socket),
    )
    front.#listener = await listen(server, '127.0.0.1', 0, options.random)
    return front
  }

  get listens(): HostPort {
    return this.#listener ?? {address: '127.0.0.1', port: 0}
  }

  set(gates: StreamGates): void {
    this.#gates = gates
  }

  async close(): Promise<void> {
    await this.#listener?.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    const client = {stream: socket, socket}
    this.#serve(socket).catch(() => resetWire(client))
  }

  async #serve(socket: Socket): Promise<void> {
    const client = {stream: socket, socket}
    const peeked = await peek(socket)
    if (!peeked) {
      socket.destroy()
      return
    }
    if (peeked.hello) await this.#serveTls(client, peeked.hello)
    else if (this.#speaksHttp) this.#http.serve(client, null)
    else joinWires(client, await dialUpstream(this.#options.upstream, null))
  }

  get #speaksHttp(): boolean {
    return this.#gates.http.length > 0 || this.#gates.websocket.length > 0
  }

  async #serveTls(client: Wire, hello: ClientHello): Promise<void> {
    const gate = this.#gates.tls.find(
      (one) => fitsName(hello.serverName, one.effect.names) && one.opens(client.socket),
    )
    const effect = gate?.effect
    if (gate && effect?.alert !== undefined) {
      client.socket.resume()
      client.socket.end(alertRecord(effect.alert))
      return
    }
    if (gate && effect?.end) {
      await this.#breakHandshake(gate, client, effect.end)
      return
    }
    if (effect || this.#speaksHttp) await this.#terminate(client, hello, effect ?? null)
    else joinWires(client, await dialUpstream(this.#options.upstream, null))
  }

  async #breakHandshake(
    gate: Gate<TlsFrontEffect>,
    client: Wire,
    {at, how}: NonNullable<TlsFrontEffect['end']>,
  ): Promise<void> {
    const end = (): void =>
      endClient(client, how, {
        random: this.#options.random.fork('garbage'),
        whenOver: (act) => gate.whenOver(act),
      })
    if (at === 'hello') {
      end()
      return
    }
    const upstream = await dialUpstream(this.#options.upstream, null)
    passUntil(at, {client, upstream}, end)
  }

  async #terminate(client: Wire, hello: ClientHello, effect: TlsFrontEffect | null): Promise<void> {
    if (!this.#speaksHttp) {
      await this.#relay(client, hello, effect)
      return
    }
    const secured = await this.#secure(client, {hello, effect, alpn: effect?.alpn ?? ['http/1.1']})
    const alpn = hello.alpn.length > 0 ? ['http/1.1'] : []
    if (secured) this.#http.serve(secured, {serverName: hello.serverName, alpn})
  }

  /** TLS with both sides, and what is said inside passes. The server behind decides about the protocol, so it is asked first. */
  async #relay(client: Wire, hello: ClientHello, effect: TlsFrontEffect | null): Promise<void> {
    const offers = effect?.alpn
    const wanted = offers ? hello.alpn.filter((name) => offers.includes(name)) : hello.alpn
    const secure: UpstreamTls = {serverName: hello.serverName, alpn: wanted}
    const {upstream} = this.#options
    const asked = wanted.length > 0 ? await dialUpstream(upstream, secure) : null
    const agreed = asked ? protocolOf(asked) : ''
    const secured = await this.#secure(client, {
      hello,
      effect,
      alpn: offers ?? (agreed === '' ? [] : [agreed]),
    })
    if (secured) joinWires(secured, asked ?? (await dialUpstream(upstream, secure)))
    else asked?.socket.destroy()
  }

  /** The handshake with the client; null when it failed. */
  async #secure(
    client: Wire,
    {
      hello,
      effect,
      alpn,
    }: {
      readonly hello: ClientHello
      readonly effect: TlsFrontEffect | null
      readonly alpn: readonly string[]
    },
  ): Promise<Wire | null> {
    const {certificates, names} = this.#options
    const wanted = hello.serverName === '' ? names : [hello.serverName]
    const material = certificates.of(effect?.certificate ?? 'none', wanted)
    const stream = await terminateTls(client.socket, {material, limits: effect ?? {}, alpn})
    return stream && {stream, socket: client.socket}
  }
}

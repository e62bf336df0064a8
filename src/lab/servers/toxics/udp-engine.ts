import dgram from 'node:dgram'
import type {AddressInfo} from 'node:net'
import type {Random} from '../../../core/ports.ts'
import type {Millis} from '../../../core/units.ts'
import type {Engine, EngineCounters, EngineOptions} from './engine.ts'
import type {HostPort} from './host-port.ts'
import type {Toxic, ToxicStream} from './toxic.ts'
import {type Departure, planDepartures} from './udp-plan.ts'

/** An association without datagrams for so long is forgotten: that of most NATs is shorter, RFC 4787 §4.3 asks for two minutes. */
const IDLE_LIMIT: Millis = 120_000
const SWEEP: Millis = 10_000
/** Datagrams that may wait in one association; more are dropped, as a full queue would. */
const LONGEST_QUEUE = 10_000

interface Association {
  readonly socket: dgram.Socket
  readonly random: Record<ToxicStream, Random>
  /** When the line is free again, for a limited rate. */
  readonly free: Record<ToxicStream, Millis>
  readonly timers: Set<() => void>
  lastSeen: Millis
}

/** Rejects with Node's error, such as EADDRINUSE. */
export async function openUdpEngine(options: EngineOptions): Promise<Engine> {
  const family = options.listen.address.includes(':') ? 'udp6' : 'udp4'
  const socket = dgram.createSocket(family)
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(options.listen.port, options.listen.address, () => {
      socket.off('error', reject)
      resolve()
    })
  })
  return new UdpEngine(socket, options)
}

/** Each client has a socket of its own towards the upstream, so that answers find their way back. */
class UdpEngine implements Engine {
  readonly listens: HostPort
  readonly #socket: dgram.Socket
  readonly #options: EngineOptions
  readonly #clients = new Map<string, Association>()
  readonly #received = {upstream: 0, downstream: 0}
  readonly #sent = {upstream: 0, downstream: 0}
  #toxics: readonly Toxic[] = []
  #connections = 0
  #cancelSweep: () => void

  constructor(socket: dgram.Socket, options: EngineOptions) {
    this.#socket = socket
    this.#options = options
    const {address, port}: AddressInfo = socket.address()
    this.listens = {address, port}
    socket.on('error', () => {})
    socket.on('message', (data, from) => this.#fromClient(data, from))
    this.#cancelSweep = options.clock.after(SWEEP, () => this.#sweep())
  }

  get counters(): EngineCounters {
    return {
      connections: this.#connections,
      live: this.#clients.size,
      received: {...this.#received},
      sent: {...this.#sent},
    }
  }

  async set(toxics: readonly Toxic[]): Promise<void> {
    this.#toxics = toxics
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#cancelSweep()
    for (const key of this.#clients.keys()) this.#forget(key)
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()))
  }

  #fromClient(data: Buffer, from: dgram.RemoteInfo): void {
    const key = `${from.address} ${from.port}`
    const client = this.#clients.get(key) ?? this.#associate(key, from)
    const {address, port} = this.#options.route?.() ?? this.#options.upstream
    this.#pass('upstream', client, data, (piece) => client.socket.send(piece, port, address))
  }

  #associate(key: string, from: dgram.RemoteInfo): Association {
    const own = this.#options.random.fork(`client ${this.#connections}`)
    const {address} = this.#options.upstream
    const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4')
    const client: Association = {
      socket,
      random: {upstream: own.fork('upstream'), downstream: own.fork('downstream')},
      free: {upstream: 0, downstream: 0},
      timers: new Set(),
      lastSeen: 0,
    }
    this.#connections += 1
    this.#clients.set(key, client)
    socket.on('error', () => {})
    socket.on('message', (data) => {
      this.#pass('downstream', client, data, (piece) => this.#socket.send(piece, from.port, from.address))
    })
    this.#options.onConnection('opened')
    return client
  }

  #pass(stream: ToxicStream, client: Association, data: Buffer, send: (data: Buffer) => void): void {
    const now = this.#options.clock.now()
    client.lastSeen = now
    this.#received[stream] += data.length
    const toxics = this.#toxics.filter((toxic) => toxic.stream === stream)
    if (toxics.length === 0) {
      this.#sent[stream] += data.length
      send(data)
      return
    }
    const {departures, free, acted} = planDepartures(data, toxics, {
      now,
      free: client.free[stream],
      random: client.random[stream],
    })
    client.free[stream] = free
    const {tally} = this.#options
    for (const {fault} of toxics) tally?.matched(fault, data)
    for (const {fault} of acted) tally?.affected(fault, data)
    for (const departure of departures) this.#depart(stream, client, departure, send)
  }

  #depart(
    stream: ToxicStream,
    client: Association,
    {data, wait}: Departure,
    send: (data: Buffer) => void,
  ): void {
    const go = (): void => {
      this.#sent[stream] += data.length
      send(data)
    }
    if (wait <= 0) {
      go()
      return
    }
    if (client.timers.size >= LONGEST_QUEUE) return
    const cancel = this.#options.clock.after(wait, () => {
      client.timers.delete(cancel)
      go()
    })
    client.timers.add(cancel)
  }

  #sweep(): void {
    const {clock} = this.#options
    for (const [key, {lastSeen}] of this.#clients) if (clock.now() - lastSeen >= IDLE_LIMIT) this.#forget(key)
    this.#cancelSweep = clock.after(SWEEP, () => this.#sweep())
  }

  #forget(key: string): void {
    const client = this.#clients.get(key)
    if (!client) return
    this.#clients.delete(key)
    for (const cancel of client.timers) cancel()
    client.socket.close()
    this.#options.onConnection('closed')
  }
}

import net from 'node:net'
import type {Millis} from '../../../core/units.ts'
import {type Listener, listen} from '../listen.ts'
import {ROOM, ToxicConnection} from './connection.ts'
import type {Engine, EngineCounters, EngineOptions} from './engine.ts'
import type {HostPort} from './host-port.ts'
import type {Toxic} from './toxic.ts'

/** Opening the port again can meet a connection that has taken it as its own source port. */
const REOPEN_TRIES = 20
const REOPEN_PAUSE: Millis = 50

/** Starts to listen. Rejects with Node's error, such as EADDRINUSE. */
export async function openTcpEngine(options: EngineOptions): Promise<Engine> {
  const engine = new TcpEngine(options)
  await engine.open()
  return engine
}

class TcpEngine implements Engine {
  readonly #options: EngineOptions
  readonly #live = new Set<ToxicConnection>()
  /** When each toxic came, and how many connections there had been. */
  readonly #came = new Map<Toxic, {readonly at: Millis; readonly connections: number}>()
  #toxics: readonly Toxic[] = []
  #listener: Listener | null = null
  #listens: HostPort
  #connections = 0
  #received = {upstream: 0, downstream: 0}
  #sent = {upstream: 0, downstream: 0}

  constructor(options: EngineOptions) {
    this.#options = options
    this.#listens = options.listen
  }

  get listens(): HostPort {
    return this.#listens
  }

  get counters(): EngineCounters {
    const all = [...this.#live]
    return {
      connections: this.#connections,
      live: this.#live.size,
      received: all.reduce((sum, {received}) => add(sum, received), this.#received),
      sent: all.reduce((sum, {sent}) => add(sum, sent), this.#sent),
    }
  }

  async open(): Promise<void> {
    const server = net.createServer({allowHalfOpen: true, pauseOnConnect: true, ...ROOM}, (client) =>
      this.#accept(client),
    )
    const {address, port} = this.#listens
    this.#listener = await listen(server, address, port, this.#options.random)
    this.#listens = {address: this.#listener.address, port: this.#listener.port}
  }

  async set(toxics: readonly Toxic[]): Promise<void> {
    this.#toxics = toxics
    for (const toxic of toxics) {
      if (!this.#came.has(toxic)) {
        this.#came.set(toxic, {at: this.#options.clock.now(), connections: this.#connections})
      }
    }
    for (const toxic of this.#came.keys()) if (!toxics.includes(toxic)) this.#came.delete(toxic)
    const closed = toxics.some(({type, toxicity}) => (type === 'refuse' || type === 'down') && toxicity === 1)
    if (closed) await this.#closeListener()
    const down = toxics.some(({type, toxicity}) => type === 'down' && toxicity === 1)
    for (const connection of this.#live) {
      if (down) connection.close()
      else connection.set(toxics)
    }
    if (!closed && this.#listener === null) await this.#reopen()
  }

  async stop(): Promise<void> {
    await this.#closeListener()
    for (const connection of this.#live) connection.close()
  }

  async #closeListener(): Promise<void> {
    const listener = this.#listener
    this.#listener = null
    await listener?.close()
  }

  async #reopen(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.open()
        return
      } catch (error) {
        if (tries === REOPEN_TRIES) throw error
        await this.#options.clock.sleep(REOPEN_PAUSE)
      }
    }
  }

  #accept(client: net.Socket): void {
    const before = this.#connections
    this.#connections += 1
    const {upstream, route, tally, clock, random, onConnection} = this.#options
    const own = random.fork(`connection ${before}`)
    const failing = this.#toxics.find(
      (toxic) => this.#fails(toxic, before) && own.fork(toxic.name).next() < toxic.toxicity,
    )
    if (failing) {
      for (const {fault} of this.#toxics) tally?.matched(fault, client)
      tally?.affected(failing.fault, client)
      client.on('error', () => {})
      client.resetAndDestroy()
      onConnection('failed')
      return
    }
    const connection = new ToxicConnection({
      client,
      upstream: route?.() ?? upstream,
      tally,
      toxics: this.#toxics,
      clock,
      random: own,
      onClosed: () => {
        this.#live.delete(connection)
        this.#received = add(this.#received, connection.received)
        this.#sent = add(this.#sent, connection.sent)
        onConnection('closed')
      },
    })
    this.#live.add(connection)
    onConnection('opened')
  }

  /** Whether a toxic forbids the connection that comes after `before` others. */
  #fails(toxic: Toxic, before: number): boolean {
    const {at, connections} = this.#came.get(toxic) ?? {at: 0, connections: 0}
    const {count = 0, after = 0, length = 0} = toxic.attributes
    const age = this.#options.clock.now() - at
    if (toxic.type === 'fail_first') return before - connections < count
    if (toxic.type === 'fail_window') return age >= after && age < after + length
    return toxic.type === 'refuse' || toxic.type === 'down'
  }
}

interface Both {
  readonly upstream: number
  readonly downstream: number
}

function add(one: Both, other: Both): Both {
  return {upstream: one.upstream + other.upstream, downstream: one.downstream + other.downstream}
}

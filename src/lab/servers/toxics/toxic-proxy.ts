import type {Clock, Random} from '../../../core/ports.ts'
import {joinHostPort} from '../../../core/target.ts'
import type {Millis} from '../../../core/units.ts'
import type {Engine, EngineCounters} from './engine.ts'
import {parseHostPort} from './host-port.ts'
import {openTcpEngine} from './tcp-engine.ts'
import {type Protocol, type Toxic, ToxicProblem} from './toxic.ts'
import {openUdpEngine} from './udp-engine.ts'

/** Something that happened, for status lines and the event stream. */
export interface ProxyEvent {
  readonly type:
    | 'listening'
    | 'stopped'
    | 'toxic-added'
    | 'toxic-changed'
    | 'toxic-removed'
    | 'toxic-expired'
    | 'connection'
  readonly proxy: string
  readonly listen?: string
  readonly upstream?: string
  readonly toxic?: string
  readonly change?: 'opened' | 'closed' | 'failed'
}

export interface ToxicProxySpec {
  readonly name: string
  readonly listen: string
  readonly upstream: string
  readonly enabled: boolean
  readonly protocol: Protocol
}

export interface ToxicWorld {
  readonly clock: Pick<Clock, 'now' | 'after' | 'sleep'>
  readonly random: Random
  readonly onEvent: (event: ProxyEvent) => void
}

const NOTHING: EngineCounters = {
  connections: 0,
  live: 0,
  received: {upstream: 0, downstream: 0},
  sent: {upstream: 0, downstream: 0},
}

/** A named proxy with its toxics. They outlive its being disabled; connections don't. */
export class ToxicProxy {
  readonly name: string
  readonly protocol: Protocol
  readonly #world: ToxicWorld
  readonly #expiries = new Map<Toxic, () => void>()
  /** What was asked for; `#listen` becomes what the system made of it. */
  #asked: string
  #listen: string
  #upstream: string
  #engine: Engine | null = null
  #toxics: readonly Toxic[] = []

  constructor({name, protocol, listen, upstream}: ToxicProxySpec, world: ToxicWorld) {
    this.name = name
    this.protocol = protocol
    this.#asked = listen
    this.#listen = listen
    this.#upstream = upstream
    this.#world = world
  }

  get listen(): string {
    return this.#listen
  }

  get upstream(): string {
    return this.#upstream
  }

  get enabled(): boolean {
    return this.#engine !== null
  }

  isAt({listen, upstream}: {readonly listen: string; readonly upstream: string}): boolean {
    return (listen === this.#asked || listen === this.#listen) && upstream === this.#upstream
  }

  get toxics(): readonly Toxic[] {
    return this.#toxics
  }

  get counters(): EngineCounters {
    return this.#engine?.counters ?? NOTHING
  }

  /** Listens; a proxy that listens already goes on. Throws `ToxicProblem` 400 for an address, 500 for what the system refuses. */
  async enable(): Promise<void> {
    if (this.#engine) return
    const [listen, upstream] = [parseHostPort(this.#listen), parseHostPort(this.#upstream)]
    if (!listen) throw new ToxicProblem(`"${this.#listen}" is not an address with a port`, 400)
    if (!upstream || upstream.port === 0)
      throw new ToxicProblem(`"${this.#upstream}" is not an address with a port`, 400)
    const {clock, random, onEvent} = this.#world
    const options = {
      listen,
      upstream,
      clock,
      random: random.fork(this.name),
      onConnection: (change: 'opened' | 'closed' | 'failed') =>
        onEvent({type: 'connection', proxy: this.name, change}),
    }
    const opening = this.protocol === 'udp' ? openUdpEngine(options) : openTcpEngine(options)
    const engine = await opening.catch((error: NodeJS.ErrnoException) => {
      throw new ToxicProblem(`listen ${this.#listen}: ${error.code ?? error.message}`, 500)
    })
    this.#engine = engine
    this.#listen = joinHostPort(engine.listens.address, engine.listens.port)
    await engine.set(this.#toxics)
    onEvent({type: 'listening', proxy: this.name, listen: this.#listen, upstream: this.#upstream})
  }

  async disable(): Promise<void> {
    const engine = this.#engine
    if (!engine) return
    this.#engine = null
    await engine.stop()
    this.#world.onEvent({type: 'stopped', proxy: this.name})
  }

  /** Other addresses need a new start, which ends its connections. */
  async move(listen: string, upstream: string): Promise<void> {
    if (this.isAt({listen, upstream})) return
    await this.disable()
    this.#asked = listen
    this.#listen = listen
    this.#upstream = upstream
  }

  /** Throws `ToxicProblem` 409. */
  async add(toxic: Toxic): Promise<void> {
    if (this.#toxics.some(({name}) => name === toxic.name))
      throw new ToxicProblem('toxic already exists', 409)
    this.#toxics = [...this.#toxics, toxic]
    if (toxic.ttl !== undefined) this.#expireAfter(toxic, toxic.ttl)
    await this.#engine?.set(this.#toxics)
    this.#world.onEvent({type: 'toxic-added', proxy: this.name, toxic: toxic.name})
  }

  /** The toxic of this name. Throws `ToxicProblem` 404. */
  find(name: string): Toxic {
    const toxic = this.#toxics.find((one) => one.name === name)
    if (!toxic) throw new ToxicProblem('toxic not found', 404)
    return toxic
  }

  async change(toxic: Toxic, toxicity: number, attributes: Toxic['attributes']): Promise<void> {
    toxic.toxicity = toxicity
    toxic.attributes = attributes
    await this.#engine?.set(this.#toxics)
    this.#world.onEvent({type: 'toxic-changed', proxy: this.name, toxic: toxic.name})
  }

  async remove(toxic: Toxic, type: 'toxic-removed' | 'toxic-expired' = 'toxic-removed'): Promise<void> {
    this.#expiries.get(toxic)?.()
    this.#expiries.delete(toxic)
    if (!this.#toxics.includes(toxic)) return
    this.#toxics = this.#toxics.filter((one) => one !== toxic)
    await this.#engine?.set(this.#toxics)
    this.#world.onEvent({type, proxy: this.name, toxic: toxic.name})
  }

  async close(): Promise<void> {
    for (const cancel of this.#expiries.values()) cancel()
    this.#expiries.clear()
    await this.disable()
  }

  #expireAfter(toxic: Toxic, ttl: Millis): void {
    const cancel = this.#world.clock.after(ttl, () => {
      void this.remove(toxic, 'toxic-expired').catch(() => {})
    })
    this.#expiries.set(toxic, cancel)
  }
}

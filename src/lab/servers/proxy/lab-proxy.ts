import type {Clock, Random} from '../../../core/ports.ts'
import type {ProxyCounters, ProxyFaultOrder} from '../../../core/proxy-effects.ts'
import type {Millis} from '../../../core/units.ts'
import type {Authority} from '../certificates/certificate.ts'
import type {EngineOptions} from '../toxics/engine.ts'
import type {HostPort} from '../toxics/host-port.ts'
import {Tally} from '../toxics/tally.ts'
import type {Protocol, Toxic} from '../toxics/toxic.ts'
import {toxicsOf} from './fault-toxics.ts'
import {Fronts} from './fronts.ts'
import {type Engines, openEngines} from './open-engines.ts'

export interface LabProxyOptions {
  readonly listen: HostPort
  readonly upstream: HostPort
  readonly passes: readonly Protocol[]
  /** Signs the certificates of its fronts. */
  readonly authority: Authority
  /** What those are for when a client asks for no name. */
  readonly names: readonly string[]
  readonly clock: Pick<Clock, 'now' | 'wall' | 'after' | 'sleep'>
  readonly random: Random
}

interface InForce {
  readonly order: ProxyFaultOrder
  readonly toxics: Readonly<Record<Protocol, readonly Toxic[]>>
  readonly cancel: () => void
}

/** Whoever put a fault in force ends it on time; only when that is late, the proxy does. */
const GRACE: Millis = 500

/**
 * The proxy of a lab's server, or of a fault by hand: the same engines as those of `netdrill proxy`, with faults in place
 * of single toxics. Each fault can come and go alone; live connections feel it too. Needs no rights.
 */
export class LabProxy {
  readonly #options: LabProxyOptions
  readonly #tally = new Tally()
  readonly #faults = new Map<string, InForce>()
  readonly #fronts: Fronts
  #engines: Engines = {}
  #turn: Promise<void> = Promise.resolve()

  private constructor(options: LabProxyOptions) {
    this.#options = options
    this.#fronts = new Fronts({...options, tally: this.#tally})
  }

  /** Listens. Rejects with Node's error, such as EADDRINUSE. */
  static async open(options: LabProxyOptions): Promise<LabProxy> {
    const proxy = new LabProxy(options)
    await proxy.#open()
    return proxy
  }

  get listens(): HostPort {
    return this.#any.listens
  }

  get counters(): ProxyCounters {
    const all = [this.#engines.tcp, this.#engines.udp].flatMap((engine) => engine?.counters ?? [])
    return {
      connections: all.reduce((sum, {connections}) => sum + connections, 0),
      bytes: all.reduce((sum, {sent}) => sum + sent.upstream + sent.downstream, 0),
      faults: this.#tally.all,
    }
  }

  /** The faults in force from now on: known ones go on with their state, missing ones end. */
  async set(orders: readonly ProxyFaultOrder[]): Promise<void> {
    return this.#inTurn(async () => {
      for (const name of this.#faults.keys()) {
        if (!orders.some(({fault}) => fault === name)) this.#forget(name)
      }
      for (const order of orders) if (!this.#faults.has(order.fault)) await this.#begin(order)
      await this.#push()
    })
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => {
      for (const name of this.#faults.keys()) this.#forget(name)
      await Promise.all([this.#engines.tcp?.stop(), this.#engines.udp?.stop(), this.#fronts.close()])
    })
  }

  get #any(): NonNullable<Engines[Protocol]> {
    const engine = this.#engines.tcp ?? this.#engines.udp
    if (!engine) throw new TypeError('the proxy passes nothing')
    return engine
  }

  async #open(): Promise<void> {
    const {listen, upstream, passes, clock, random} = this.#options
    const options: EngineOptions = {
      ...{listen, upstream, clock, random},
      tally: this.#tally,
      route: () => this.#fronts.route ?? upstream,
      onConnection: () => {},
    }
    this.#engines = await openEngines(passes, options)
  }

  async #begin(order: ProxyFaultOrder): Promise<void> {
    await this.#fronts.begin(order)
    const cancel = this.#options.clock.after(order.lasts + GRACE, () => {
      void this.#inTurn(async () => {
        this.#forget(order.fault)
        await this.#push()
      })
    })
    const toxics = {tcp: toxicsOf(order, 'tcp'), udp: toxicsOf(order, 'udp')}
    this.#faults.set(order.fault, {order, toxics, cancel})
  }

  #forget(name: string): void {
    this.#faults.get(name)?.cancel()
    this.#faults.delete(name)
    this.#fronts.end(name)
  }

  async #push(): Promise<void> {
    const {tcp, udp} = this.#engines
    const all = [...this.#faults.values()]
    await Promise.all([
      tcp?.set(all.flatMap(({toxics}) => toxics.tcp)),
      udp?.set(all.flatMap(({toxics}) => toxics.udp)),
    ])
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {})
    return turn
  }
}

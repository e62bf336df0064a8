import net from 'node:net'
import type {ProxyImpairment} from '../../../core/agent.ts'
import type {Clock, Random} from '../../../core/ports.ts'
import {listen, type Listener} from '../listen.ts'
import {ProxiedConnection} from './connection.ts'

export interface ProxyOptions {
  readonly address: string
  /** 0 for any free one. */
  readonly port: number
  readonly upstream: {readonly address: string; readonly port: number}
  readonly clock: Pick<Clock, 'now' | 'after' | 'sleep'>
  readonly random: Random
}

export interface ProxyCounters {
  readonly connections: number
  readonly bytes: number
  readonly impaired: number
}

/** Closing and opening the port again can meet a connection that has taken the port as its own source port. */
const REOPEN_TRIES = 20
const REOPEN_PAUSE = 50

/**
 * A userspace TCP proxy whose impairment can be changed at any time, for live connections too. Needs no rights. What
 * it can't do is said by `ProxyImpairment` and `ProxiedConnection`: it works on the byte stream, so there is no loss,
 * and the TCP handshake with the client is the kernel's. Connections refused by a closed listener are the kernel's
 * as well and can't be counted.
 */
export class TcpProxy {
  readonly #options: ProxyOptions
  readonly #live = new Set<ProxiedConnection>()
  #listener: Listener | null = null
  #port: number
  #impairment: ProxyImpairment = {}
  #connections = 0
  #bytes = 0
  #impairedBefore = 0

  private constructor(options: ProxyOptions) {
    this.#options = options
    this.#port = options.port
  }

  static async open(options: ProxyOptions): Promise<TcpProxy> {
    const proxy = new TcpProxy(options)
    await proxy.#listen()
    return proxy
  }

  get port(): number {
    return this.#port
  }

  get counters(): ProxyCounters {
    let impaired = this.#impairedBefore
    for (const connection of this.#live) if (connection.impaired) impaired += 1
    return {connections: this.#connections, bytes: this.#bytes, impaired}
  }

  /** Sets what is done to the connections from now on; `{}` ends every impairment and lets what waits go on. */
  async impair(impairment: ProxyImpairment): Promise<void> {
    this.#impairment = impairment
    if (impairment.refuse) await this.#closeListener()
    for (const connection of this.#live) connection.impair(impairment)
    if (!impairment.refuse && this.#listener === null) await this.#reopen()
  }

  async close(): Promise<void> {
    await this.#closeListener()
    for (const connection of this.#live) connection.reset()
  }

  async #listen(): Promise<void> {
    const {address} = this.#options
    const server = net.createServer({allowHalfOpen: true}, (client) => this.#accept(client))
    this.#listener = await listen(server, address, this.#port, this.#options.random)
    this.#port = this.#listener.port
  }

  async #reopen(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.#listen()
        return
      } catch (error) {
        if (tries === REOPEN_TRIES) throw error
        await this.#options.clock.sleep(REOPEN_PAUSE)
      }
    }
  }

  async #closeListener(): Promise<void> {
    const listener = this.#listener
    this.#listener = null
    await listener?.close()
  }

  #accept(client: net.Socket): void {
    this.#connections += 1
    if (this.#impairment.reset) {
      this.#impairedBefore += 1
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    const {upstream, clock, random} = this.#options
    const connection = new ProxiedConnection({
      client,
      upstream,
      impairment: this.#impairment,
      clock,
      random,
      onBytes: (count) => {
        this.#bytes += count
      },
      onClosed: () => {
        this.#live.delete(connection)
        if (connection.impaired) this.#impairedBefore += 1
      },
    })
    this.#live.add(connection)
  }
}

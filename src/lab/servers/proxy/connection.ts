import net from 'node:net'
import type {ProxyImpairment} from '../../../core/agent.ts'
import type {Clock, Random} from '../../../core/ports.ts'
import {Lane} from './lane.ts'

export interface ConnectionOptions {
  readonly client: net.Socket
  readonly upstream: {readonly address: string; readonly port: number}
  readonly impairment: ProxyImpairment
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly random: Random
  readonly onBytes: (count: number) => void
  readonly onClosed: () => void
}

/**
 * One connection through the proxy. The kernel has already answered the client's SYN when we see it, so the handshake
 * itself can't be delayed; what is delayed is the connection to the upstream (by one latency) and every byte. When the
 * upstream refuses or resets, the client is reset too: it never sees an orderly close that didn't happen.
 */
export class ProxiedConnection {
  readonly #options: ConnectionOptions
  readonly #toUpstream: Lane
  #toClient: Lane | null = null
  #upstream: net.Socket | null = null
  #impairment: ProxyImpairment
  #cancelDial: (() => void) | null = null
  #closed = false
  /** An impairment has acted on it at some time. */
  impaired = false

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#impairment = options.impairment
    const {client} = options
    client.setNoDelay(true)
    client.on('error', () => this.reset())
    client.on('close', () => this.#finishWhenBothAre())
    this.#toUpstream = this.#lane(client)
    this.impair(options.impairment)
  }

  impair(impairment: ProxyImpairment): void {
    this.#impairment = impairment
    if (Object.values(impairment).some(Boolean)) this.impaired = true
    if (impairment.reset) {
      this.reset()
      return
    }
    this.#toUpstream.impair(impairment)
    this.#toClient?.impair(impairment)
    if (this.#upstream === null && !this.#closed) this.#dialLater()
  }

  /** Ends both sides with a true RST; what still waits in the lanes is lost, as it would be on the wire. */
  reset(): void {
    if (this.#closed) return
    const upstream = this.#upstream
    this.#options.client.resetAndDestroy()
    // A reset of a socket that still connects would wait for the connection.
    if (upstream?.connecting) upstream.destroy()
    else upstream?.resetAndDestroy()
    this.#finish()
  }

  #lane(source: net.Socket): Lane {
    const {clock, random, onBytes} = this.#options
    return new Lane({source, clock, random, onBytes})
  }

  #dialLater(): void {
    this.#cancelDial?.()
    this.#cancelDial = null
    const {latency = 0, blackhole} = this.#impairment
    if (blackhole || this.#closed) return
    if (latency === 0) this.#dial()
    else this.#cancelDial = this.#options.clock.after(latency, () => this.#dial())
  }

  #dial(): void {
    const {client, upstream} = this.#options
    const socket = net.connect({
      host: upstream.address,
      port: upstream.port,
      allowHalfOpen: true,
      noDelay: true,
    })
    this.#upstream = socket
    socket.on('error', () => this.reset())
    socket.once('connect', () => {
      this.#toUpstream.connect(socket)
      this.#toClient = this.#lane(socket)
      this.#toClient.impair(this.#impairment)
      this.#toClient.connect(client)
    })
    socket.on('close', () => this.#finishWhenBothAre())
  }

  /** One side may be gone while its last bytes are still on their way to the other. */
  #finishWhenBothAre(): void {
    if (this.#options.client.destroyed && (this.#upstream?.destroyed ?? true)) this.#finish()
  }

  #finish(): void {
    if (this.#closed) return
    this.#closed = true
    this.#cancelDial?.()
    this.#toUpstream.close()
    this.#toClient?.close()
    this.#options.onClosed()
  }
}

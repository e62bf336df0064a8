import net from 'node:net'
import type {Clock, Random} from '../../../core/ports.ts'
import type {Millis} from '../../../core/units.ts'
import type {HostPort} from './host-port.ts'
import {Link} from './link.ts'
import type {Tally} from './tally.ts'
import type {Toxic} from './toxic.ts'

/** What each socket may hold: several reads of 64 KiB, so that a fast stream need not stop after each. */
export const ROOM = {highWaterMark: 512 * 1024}

export interface ToxicConnectionOptions {
  /** Accepted and paused. */
  readonly client: net.Socket
  readonly upstream: HostPort
  readonly toxics: readonly Toxic[]
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly random: Random
  readonly tally?: Tally | undefined
  readonly onClosed: () => void
}

/** One connection through a toxic proxy. A failed or reset side resets the other one: nobody sees an end that didn't happen. */
export class ToxicConnection {
  readonly #options: ToxicConnectionOptions
  readonly #upstream: net.Socket
  #toxics: readonly Toxic[]
  #links: {readonly up: Link; readonly down: Link} | null = null
  #cancelDial: (() => void) | null = null
  #closed = false

  constructor(options: ToxicConnectionOptions) {
    this.#options = options
    this.#toxics = options.toxics
    this.#upstream = new net.Socket({allowHalfOpen: true, ...ROOM})
    this.#upstream.setNoDelay(true)
    options.client.setNoDelay(true)
    for (const socket of [options.client, this.#upstream]) {
      socket.on('error', () => this.reset())
      socket.on('close', () => this.#finishWhenBothAre())
    }
    this.#upstream.once('connect', () => this.#connect())
    this.#look(options.toxics)
    const delay = this.#dialDelay()
    if (delay > 0) this.#cancelDial = options.clock.after(delay, () => this.#dial())
    else this.#dial()
  }

  get received(): {readonly upstream: number; readonly downstream: number} {
    return {upstream: this.#options.client.bytesRead, downstream: this.#upstream.bytesRead}
  }

  get sent(): {readonly upstream: number; readonly downstream: number} {
    return {upstream: this.#upstream.bytesWritten, downstream: this.#options.client.bytesWritten}
  }

  set(toxics: readonly Toxic[]): void {
    this.#toxics = toxics
    this.#look(toxics)
    this.#links?.up.set(toxics.filter(({stream}) => stream === 'upstream'))
    this.#links?.down.set(toxics.filter(({stream}) => stream === 'downstream'))
  }

  /** Ends both sides with a true RST. */
  reset(): void {
    if (this.#closed) return
    this.#options.client.resetAndDestroy()
    // A reset of a socket that isn't connected yet would wait for the connection.
    if (this.#upstream.connecting || this.#links === null) this.#upstream.destroy()
    else this.#upstream.resetAndDestroy()
    this.#finish()
  }

  /** Ends both sides in order, after what was written to them. */
  close(): void {
    if (this.#closed) return
    this.#options.client.destroySoon()
    this.#upstream.destroySoon()
    this.#finish()
  }

  #look(toxics: readonly Toxic[]): void {
    for (const {fault} of toxics) this.#options.tally?.matched(fault, this)
  }

  #dialDelay(): Millis {
    const {toxics, random, tally} = this.#options
    let delay = 0
    for (const {type, name, toxicity, attributes, fault} of toxics) {
      if (type !== 'connect_delay' || random.fork(name).next() >= toxicity) continue
      tally?.affected(fault, this)
      delay += attributes['delay'] ?? 0
    }
    return delay
  }

  #dial(): void {
    const {address, port} = this.#options.upstream
    this.#upstream.connect({host: address, port})
  }

  #connect(): void {
    if (this.#closed) return
    const {client, clock, random} = this.#options
    const shared = {
      clock,
      close: () => this.close(),
      reset: () => this.reset(),
      onToxic: ({fault}: Toxic) => this.#options.tally?.affected(fault, this),
    }
    const upstream = this.#upstream
    this.#links = {
      up: new Link({...shared, source: client, sink: upstream, random: random.fork('upstream')}),
      down: new Link({...shared, source: upstream, sink: client, random: random.fork('downstream')}),
    }
    this.set(this.#toxics)
    if (!this.#closed) client.resume()
  }

  #finishWhenBothAre(): void {
    if (this.#options.client.destroyed && this.#upstream.destroyed) this.#finish()
  }

  #finish(): void {
    if (this.#closed) return
    this.#closed = true
    this.#cancelDial?.()
    this.#links?.up.stop()
    this.#links?.down.stop()
    this.#options.onClosed()
  }
}

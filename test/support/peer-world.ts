/** A network of datagrams on a fake clock, with two sides that keep a connection over it. */
import type {PeerEvent, PeerState} from '../../src/core/peer-events.ts'
import type {PeerSpec} from '../../src/core/peer-spec.ts'
import type {Datagram, DatagramMessage, DatagramSocket, NetError} from '../../src/core/ports.ts'
import {seededRandom} from '../../src/core/random.ts'
import {Peer} from '../../src/connections/peers/peer.ts'
import type {Offer, SignalMessage} from '../../src/connections/peers/offer.ts'
import type {Signal} from '../../src/connections/peers/signal.ts'
import {FakeClock} from './fake-clock.ts'

interface Place {
  readonly address: string
  readonly port: number
}

const LATENCY = 5

/** Packets take 5 ms; `drops` says which are lost. */
class FakeNetwork implements Datagram {
  readonly clock: FakeClock
  readonly sockets = new Map<string, (message: DatagramMessage) => void>()
  drops: (from: Place, to: Place) => boolean = () => false
  fails: (from: Place) => string | null = () => null
  sent = 0
  #port = 40_000

  constructor(clock: FakeClock) {
    this.clock = clock
  }

  async open({
    source = '0.0.0.0',
    port,
  }: Parameters<Datagram['open']>[0]): Promise<DatagramSocket | NetError> {
    const local = {address: source, port: port === undefined || port === 0 ? this.#port++ : port}
    const key = `${local.address} ${local.port}`
    const listeners = new Set<(message: DatagramMessage) => void>()
    this.sockets.set(key, (message) => {
      for (const listener of listeners) listener(message)
    })
    return Promise.resolve({
      local,
      send: async (data, to) => Promise.resolve(to ? this.#carry(local, to, data) : null),
      onMessage: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      onError: () => () => {},
      close: () => void this.sockets.delete(key),
    })
  }

  /** What anybody may put on the wire. */
  inject(from: Place, to: Place, data: Uint8Array): void {
    this.sockets.get(`${to.address} ${to.port}`)?.({data, from, at: this.clock.now()})
  }

  #carry(from: Place, to: Place, data: Uint8Array): NetError | null {
    const code = this.fails(from)
    if (code !== null) return {code, message: code}
    this.sent += 1
    if (this.drops(from, to)) return null
    this.clock.after(LATENCY, () => this.inject(from, to, data))
    return null
  }
}

const ONE = {ufrag: 'aaaa', pwd: 'a'.repeat(24)}
const TWO = {ufrag: 'bbbb', pwd: 'b'.repeat(24)}

export function peerSpec(more: Partial<PeerSpec> = {}): PeerSpec {
  return {
    ...{name: 'two', role: 'controlling', local: ONE, remote: TWO},
    candidates: [{address: '10.0.0.2', port: 5000}],
    ...{bind: [], port: 5000, check: 5000, consentInterval: 5000, consentTimeout: 30_000, keepalive: 2000},
    ...{inactive: 10_000, failures: 3, combine: 'any', restartAfter: 2000, maxRestarts: 3},
    ...{restartTimeout: 10_000, refundAfter: 60_000, onFailed: 'close', grace: 30_000},
    signal: {type: 'command', argv: ['unused']},
    ...more,
  }
}

/** Hands messages over, as long as `open`. */
class FakeSignal implements Signal {
  other: FakeSignal | null = null
  open = true
  latency = 20
  readonly sent: SignalMessage[] = []
  readonly #clock: FakeClock
  #listener: (message: SignalMessage) => void = () => {}

  constructor(clock: FakeClock) {
    this.#clock = clock
  }

  async send(message: SignalMessage): ReturnType<Signal['send']> {
    this.sent.push(message)
    const {other} = this
    if (this.open && other) this.#clock.after(this.latency, () => other.#listener(message))
    return Promise.resolve({answer: null, failed: this.open ? null : 'the hook is broken'})
  }

  onMessage(listener: (message: SignalMessage) => void): () => void {
    this.#listener = listener
    return () => (this.#listener = () => {})
  }

  close(): void {}
}

export interface Side {
  readonly peer: Peer
  readonly events: (PeerEvent & {readonly at: number})[]
  readonly signal: FakeSignal
  ended: boolean
}

/** Side one (10.0.0.1, controlling) and side two (10.0.0.2), each a whole peer. */
export class PeerWorld {
  readonly clock = new FakeClock()
  readonly network = new FakeNetwork(this.clock)
  readonly one: Side
  readonly two: Side

  constructor(first: Partial<PeerSpec> = {}, second: Partial<PeerSpec> = {}) {
    this.one = this.#side(peerSpec(first), 1)
    const mirrored = {local: TWO, remote: ONE, candidates: [{address: '10.0.0.1', port: 5000}]}
    this.two = this.#side(peerSpec({name: 'one', role: 'controlled', ...mirrored, ...second}), 2)
    this.one.signal.other = this.two.signal
    this.two.signal.other = this.one.signal
  }

  async start(): Promise<void> {
    await this.one.peer.start(['10.0.0.1'])
    await this.two.peer.start(['10.0.0.2'])
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms)
  }

  /** Nothing passes for so long. */
  async blackout(ms: number): Promise<void> {
    this.network.drops = () => true
    await this.pass(ms)
    this.network.drops = () => false
  }

  #side(spec: PeerSpec, seed: number): Side {
    const signal = new FakeSignal(this.clock)
    const events: Side['events'] = []
    const side: Side = {
      signal,
      events,
      ended: false,
      peer: new Peer(
        spec,
        {clock: this.clock, random: seededRandom(seed), datagram: this.network},
        {
          signal: spec.signal === null ? null : signal,
          emit: (event) => events.push({...event, at: this.clock.now()}),
          onEnd: () => (side.ended = true),
        },
      ),
    }
    return side
  }
}

export function statesOf({events}: Side): readonly PeerState[] {
  return events.flatMap((event) => (event.type === 'peer-state' ? [event.to] : []))
}

/** `step: text` of everything but the checks. */
export function stepsOf({events}: Side): readonly string[] {
  return events.flatMap((event) => (event.type === 'peer-step' ? [`${event.step}: ${event.text}`] : []))
}

export function offersOf({signal}: Side): readonly Offer[] {
  return signal.sent.filter((message) => message.type === 'offer')
}

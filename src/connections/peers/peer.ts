/** One peer with its sockets: a machine that is told what comes in and does what it says. */
import {addressFamily} from '../../core/address.ts'
import type {PeerEvent, PeerHealth} from '../../core/peer-events.ts'
import type {PeerAddress, PeerSpec} from '../../core/peer-spec.ts'
import type {DatagramMessage, DatagramSocket, Ports} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import type {Action, CheckOrder} from './actions.ts'
import {PeerMachine} from './machine.ts'
import type {Offer, SignalMessage} from './offer.ts'
import {candidatePriority} from './pairs.ts'
import type {Signal} from './signal.ts'
import {type PeerMessage, StunError, decodePeerMessage, encodePeerMessage} from './stun-message.ts'

type PeerPorts = Pick<Ports, 'clock' | 'random' | 'datagram'>

export interface PeerRun {
  readonly emit: (event: PeerEvent) => void
  /** Null: restarts are made without telling the other side. */
  readonly signal: Signal | null
  /** Its record is gone; called once. */
  readonly onEnd: () => void
}

export class Peer {
  readonly #spec: PeerSpec
  readonly #ports: PeerPorts
  readonly #run: PeerRun
  readonly #machine: PeerMachine
  readonly #sockets = new Map<string, DatagramSocket>()
  readonly #opening = new Map<string, Promise<void>>()
  #cancel: () => void = () => {}
  #forget: () => void = () => {}
  #ended = false

  constructor(spec: PeerSpec, ports: PeerPorts, run: PeerRun) {
    this.#spec = spec
    this.#ports = ports
    this.#run = run
    this.#machine = new PeerMachine(spec, ports.random.fork(`peer ${spec.name}`))
  }

  /** Opens a socket per address, then begins to check. */
  async start(addresses: readonly string[]): Promise<void> {
    for (const address of addresses) await this.addAddress(address)
    if (this.#ended) return
    this.#forget = this.#run.signal?.onMessage((message) => this.#hear(message)) ?? (() => {})
    this.#machine.start(this.#ports.clock.now())
    this.#pump()
  }

  /** A new local address: a socket of its own, and a candidate. One that can't be bound is left out. */
  async addAddress(address: string): Promise<void> {
    if (this.#ended || this.#sockets.has(address)) return
    const opening = this.#opening.get(address) ?? this.#open(address)
    this.#opening.set(address, opening)
    await opening
    this.#opening.delete(address)
  }

  removeAddress(address: string): void {
    this.#sockets.get(address)?.close()
    this.#sockets.delete(address)
    if (this.#ended) return
    this.#machine.removeLocal(address, this.#ports.clock.now())
    this.#pump()
  }

  health(): PeerHealth {
    return this.#machine.health(this.#ports.clock.now())
  }

  get candidates(): readonly PeerAddress[] {
    return [...this.#sockets.values()].map(({local}) => local)
  }

  stop(because: string): void {
    this.#machine.end(because)
    this.#pump()
  }

  async #open(address: string): Promise<void> {
    const family = addressFamily(address)
    if (family === null) return
    // Without ICMP errors: anybody may forge them, and silence is told by the checks.
    const socket = await this.#ports.datagram.open({family, source: address, port: this.#spec.port})
    if ('code' in socket) {
      this.#machine.counters.sendFailed(socket.code, this.#ports.clock.now())
      return
    }
    if (this.#ended) {
      socket.close()
      return
    }
    socket.onMessage((message) => this.#receive(address, message))
    socket.onError(({code}) => this.#machine.counters.sendFailed(code, this.#ports.clock.now()))
    this.#sockets.set(address, socket)
    this.#machine.addLocal(address, this.#ports.clock.now())
    this.#pump()
  }

  #pump(): void {
    this.#cancel()
    const {clock} = this.#ports
    this.#machine.tick(clock.now())
    for (const action of this.#machine.take()) this.#do(action)
    const next = this.#machine.next()
    if (this.#ended || !Number.isFinite(next)) return
    this.#cancel = clock.after(Math.max(1, next - clock.now()), () => this.#pump())
  }

  #do(action: Action): void {
    switch (action.type) {
      case 'check':
        this.#check(action)
        return
      case 'offer':
        void this.#offer(action.offer)
        return
      case 'tell':
        this.#tell(action.event)
        return
      case 'end':
        this.#close()
    }
  }

  /** A change of state comes with its record: the next look may be far. */
  #tell(event: PeerEvent): void {
    this.#run.emit(event.type === 'peer-state' ? {...event, health: this.health()} : event)
  }

  #close(): void {
    this.#ended = true
    this.#cancel()
    this.#forget()
    for (const socket of this.#sockets.values()) socket.close()
    this.#sockets.clear()
    this.#run.onEnd()
  }

  #check({pair, transaction, nominate}: CheckOrder): void {
    const {paths} = this.#machine
    const known = paths.credentials(pair.generation)
    if (known === null) return
    const {local, remote} = known
    const {role: name, tieBreaker} = paths
    const bytes = encodePeerMessage({
      ...{class: 'request', transaction, nominate, role: {name, tieBreaker}},
      username: `${remote.ufrag}:${local.ufrag}`,
      priority: candidatePriority(paths.rankOf(pair.local), 'peer-reflexive'),
      password: remote.pwd,
    })
    void this.#send(pair.local, pair.remote, bytes)
  }

  /** What can't be sent is counted; whether the peer is lost is told by its silence alone. */
  async #send(local: string, to: PeerAddress, bytes: Uint8Array): Promise<void> {
    const socket = this.#sockets.get(local)
    if (!socket) return
    this.#machine.counters.sent += 1
    const error = await socket.send(bytes, to)
    if (!error || this.#ended) return
    this.#machine.counters.sendFailed(error.code, this.#ports.clock.now())
    for (const action of this.#machine.take()) this.#do(action)
  }

  #receive(local: string, {data, from}: DatagramMessage): void {
    const message = read(data)
    const now = this.#ports.clock.now()
    if (message === null || (message.class !== 'indication' && !this.#take(message, local, from)))
      this.#machine.counters.refused('unknown', joinHostPort(from.address, from.port), now)
    this.#pump()
  }

  /** False for a message that is about nothing we know. */
  #take(message: PeerMessage, local: string, from: PeerAddress): boolean {
    return message.class === 'request' ? this.#answer(message, local, from) : this.#accept(message, from)
  }

  #answer(message: PeerMessage, local: string, from: PeerAddress): boolean {
    const machine = this.#machine
    const generation = machine.paths.generationOf(message.username ?? '')
    // Right after its answer the other side checks with names that the answer brings.
    if (generation === null) return message.username?.split(':')[0] === machine.offeredUfrag
    const known = machine.paths.credentials(generation)
    const now = this.#ports.clock.now()
    if (known === null || !message.proves(known.local.pwd)) {
      machine.counters.refused('forged', joinHostPort(from.address, from.port), now)
      return true
    }
    const {transaction, role, nominate} = message
    const request = {local, from, generation, role, nominate}
    const verdict = machine.requested(request, now)
    const proof = {transaction, password: known.local.pwd}
    const reply =
      verdict === 'success'
        ? encodePeerMessage({class: 'success', mapped: from, ...proof})
        : encodePeerMessage({class: 'error', error: {code: 487, reason: 'Role Conflict'}, ...proof})
    void this.#send(local, from, reply)
    return true
  }

  /** An answer counts when it comes from where the question went, and proves that it knows the password. */
  #accept(message: PeerMessage, from: PeerAddress): boolean {
    const machine = this.#machine
    const pair = machine.paths.waiting(message.transaction)
    const known = pair && machine.paths.credentials(pair.generation)
    if (!pair || !known) return false
    const now = this.#ports.clock.now()
    const same = pair.remote.address === from.address && pair.remote.port === from.port
    if (!same || !message.proves(known.remote.pwd)) {
      machine.counters.refused('forged', joinHostPort(from.address, from.port), now)
      return true
    }
    if (message.class === 'success') return machine.responded(message.transaction, now)
    if (message.error?.code === 487) machine.paths.roleRefused(message.transaction, now)
    return true
  }

  async #offer(offer: Offer): Promise<void> {
    const {signal, emit} = this.#run
    const result = await signal?.send({...offer, candidates: [...this.candidates]})
    if (this.#ended || !result) return
    if (result.failed !== null) {
      const text = `the offer could not be handed over: ${result.failed}`
      emit({type: 'peer-step', peer: this.#spec.name, step: 'recover', level: 'error', text})
    }
    if (result.answer) this.#hear(result.answer)
  }

  #hear(message: SignalMessage): void {
    if (this.#ended) return
    const now = this.#ports.clock.now()
    if (message.type === 'answer') this.#machine.answered(message, now)
    else {
      const answer = this.#machine.offered(message, now)
      if (answer) void this.#run.signal?.send({...answer, candidates: [...this.candidates]})
    }
    this.#pump()
  }
}

function read(data: Uint8Array): PeerMessage | null {
  try {
    return decodePeerMessage(data)
  } catch (error) {
    if (error instanceof StunError) return null
    throw error
  }
}

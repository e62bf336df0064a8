/** One allocation (RFC 8656 section 7) from the challenge to the way back, with a packet through the relay if wanted. */
import {makeFailure} from '../../core/codes/index.ts'
import type {TurnFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import {joinHostPort} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'
import type {Ports} from '../../core/ports.ts'
import {type Deadline, startDeadline} from '../shared/deadline.ts'
import {isSameAddress} from '../udp/exchange.ts'
import type {Endpoint} from '../stun/message.ts'
import {
  type Credentials,
  METHODS,
  type TurnMessage,
  type TurnRequest,
  encodeTurn,
  longTermKey,
} from './message.ts'
import {refusal} from './refusal.ts'
import type {TurnTransport} from './options.ts'
import type {Got, Wire} from './wire.ts'

export interface Login {
  readonly user: string
  readonly password: string
}

export interface SessionPlan {
  readonly wire: Wire
  /** Of the server, for messages. */
  readonly name: string
  readonly transport: TurnTransport
  /** Of the relayed address. */
  readonly family: 4 | 6
  readonly login: Login | null
  /** Where a packet through the relay goes; `self` is the relayed address. */
  readonly relay: Endpoint | 'self' | null
  readonly deadline: Deadline
  readonly clock: Ports['clock']
}

export interface SessionResult {
  readonly failure: Failure | null
  readonly facts: TurnFacts
  /** Of the first answer: that needs no work from the server. */
  readonly rtt: Millis | null
  /** Of all answers until the allocation stood. */
  readonly wait: Millis | null
}

/** The whole sequence needs no more: challenge, allocation, and a nonce that became stale meanwhile. */
const MOST_TRIES = 4
/** Nobody waits for long to be told that an allocation is gone. */
const FAREWELL: Millis = 1000

export class Session {
  readonly #plan: SessionPlan
  #credentials: Credentials | null = null
  #facts: TurnFacts
  #rtt: Millis | null = null
  #wait: Millis | null = null

  constructor(plan: SessionPlan) {
    this.#plan = plan
    this.#facts = {
      ...{transport: plan.transport, relayed: null, mapped: null, lifetime: null, realm: null},
      ...{relay_rtt: null, requests: 0, software: null, error: null, alternate: null},
    }
  }

  /** Never throws for what the network does. What was allocated is given back. */
  async run(): Promise<SessionResult> {
    const {family} = this.#plan
    const failure = await this.#request({type: 'allocate', family}, (message) => this.#take(message))
    const passed = failure ?? (await this.#relay())
    const facts = this.#facts
    if (facts.relayed !== null) await this.#giveBack()
    return {failure: passed, facts, rtt: this.#rtt, wait: this.#wait}
  }

  /** Null for a message that lacks what it has to have. */
  #take({relayed, mapped, lifetime}: TurnMessage): string | null {
    if (!relayed || lifetime === null) return 'it lacks the relayed address or its lifetime'
    this.#facts = {...this.#facts, relayed: nameOf(relayed), mapped: mapped && nameOf(mapped), lifetime}
    return null
  }

  /** Answers the server's challenge, and takes a new nonce when it asks for that. */
  async #request(
    request: Omit<TurnRequest, 'transaction'>,
    onSuccess: (message: TurnMessage) => string | null = () => null,
    deadline: Deadline = this.#plan.deadline,
  ): Promise<Failure | null> {
    const {name} = this.#plan
    for (let round = 0; round < MOST_TRIES; round++) {
      const got = await this.#ask(request, deadline)
      if (!got.message) return got.failure
      const {message} = got
      this.#learn(message, got.wait)
      if (message.class === 'success') {
        const proven = !this.#credentials || message.proves(this.#credentials.key)
        const wrong = proven ? onSuccess(message) : 'it does not prove that it knows the password'
        return wrong === null ? null : makeFailure('TURN_MALFORMED', `${name} answered, but ${wrong}`)
      }
      if (!this.#accept(message)) {
        this.#facts = {...this.#facts, error: message.error?.code ?? null}
        return refusal(message, {name, hasLogin: this.#plan.login !== null})
      }
    }
    return makeFailure('TURN_STALE_NONCE', `${name} called ${MOST_TRIES - 1} nonces in a row stale`)
  }

  async #ask(request: Omit<TurnRequest, 'transaction'>, deadline: Deadline): Promise<Got> {
    const {wire} = this.#plan
    const transaction = crypto.getRandomValues(new Uint8Array(12))
    const id = Buffer.from(transaction).toString('hex')
    const got = await wire.ask({
      payload: encodeTurn({...request, transaction, credentials: this.#credentials}),
      isAnswer: (message) =>
        message.transaction === id && (message.class === 'success' || message.class === 'error'),
      silence: 'TURN_NO_REPLY',
      deadline,
    })
    this.#facts = {...this.#facts, requests: this.#facts.requests + got.sent}
    return got
  }

  #learn(message: TurnMessage, wait: Millis): void {
    const {software, alternate, realm} = message
    this.#rtt ??= wait
    if (this.#facts.relayed === null) this.#wait = (this.#wait ?? 0) + wait
    this.#facts = {
      ...this.#facts,
      software: software ?? this.#facts.software,
      realm: realm ?? this.#facts.realm,
      alternate: alternate ? nameOf(alternate) : this.#facts.alternate,
    }
  }

  /** Whether another try makes sense: the first challenge (401), or another nonce (438). */
  #accept({error, realm, nonce}: TurnMessage): boolean {
    const {login} = this.#plan
    const isChallenge = error?.code === 401 && this.#credentials === null
    if ((!isChallenge && error?.code !== 438) || !login || realm === null || !nonce) return false
    const {user, password} = login
    this.#credentials = {user, realm, nonce, key: longTermKey(user, realm, password)}
    return true
  }

  /** Section 9 and 11: what is sent to the relayed address itself comes back through it. */
  async #relay(): Promise<Failure | null> {
    const {relay, wire, deadline, name} = this.#plan
    if (relay === null || this.#facts.relayed === null) return null
    const to = relay === 'self' ? parseEndpoint(this.#facts.relayed) : relay
    const refused = await this.#request({type: 'permission', peer: {...to, port: 0}})
    if (refused) return refused
    const data = Buffer.from(crypto.getRandomValues(new Uint8Array(16)))
    const transaction = crypto.getRandomValues(new Uint8Array(12))
    const got = await wire.ask({
      payload: encodeTurn({type: 'send', transaction, peer: to, data}),
      isAnswer: (message) =>
        message.method === METHODS.data &&
        isFrom(message, to) &&
        data.equals(message.data ?? data.subarray(1)),
      silence: 'TURN_RELAY_SILENT',
      deadline,
    })
    if (!got.message) {
      const {failure} = got
      if (failure.code !== 'TURN_RELAY_SILENT') return failure
      const text = `${name} allocated ${this.#facts.relayed}, but a packet from there to ${nameOf(to)} did not come back`
      return makeFailure('TURN_RELAY_SILENT', text)
    }
    this.#facts = {...this.#facts, relay_rtt: got.wait}
    return null
  }

  /** Otherwise it would count against the quota for ten minutes; one over a connection ends with that. */
  async #giveBack(): Promise<void> {
    const {transport, deadline, clock} = this.#plan
    if (transport !== 'udp' || deadline.signal.aborted) return
    const after = Math.min(FAREWELL, deadline.left())
    const own = startDeadline({clock, after, level: 'step', parent: deadline.signal})
    await this.#request({type: 'refresh', lifetime: 0}, undefined, own)
    own.stop()
  }
}

function isFrom({peer}: TurnMessage, {address, port}: Endpoint): boolean {
  return peer !== null && peer.port === port && isSameAddress(peer.address, address)
}

function nameOf({address, port}: Endpoint): string {
  return joinHostPort(address, port)
}

/** Of what `joinHostPort` made. */
function parseEndpoint(text: string): Endpoint {
  const at = text.lastIndexOf(':')
  return {address: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1))}
}

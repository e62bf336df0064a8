/** Asks a server over and over, a few questions at a time, and stops when it no longer answers. */
import type {Failure} from '../../../core/failure.ts'
import type {Ports, ResolvedAddress} from '../../../core/ports.ts'
import type {Millis} from '../../../core/units.ts'
import {abortOwner, startDeadline, type Deadline} from '../../shared/deadline.ts'
import {dialAddresses} from '../../shared/dial-addresses.ts'
import {beginTls} from '../begin-tls.ts'
import type {TlsTarget} from '../measure.ts'
import {encodeClientHello, type HelloPlan} from './client-hello.ts'
import {Lanes} from './lanes.ts'
import {readFlight, type Flight} from './server-flight.ts'

/** What became of one question. `closed` and `silent` may be a refusal as well as a server that has had enough. */
export type Answer =
  | Exclude<Flight, {readonly type: 'more'}>
  | {readonly type: 'closed'}
  | {readonly type: 'silent'}
  | {readonly type: 'unreachable'; readonly failure: Failure}
  /** Not asked any more. */
  | {readonly type: 'stopped'}

export type Question = Omit<HelloPlan, 'random' | 'sni' | 'alpn'>

export interface InquiryRequest {
  readonly target: TlsTarget
  readonly winner: ResolvedAddress
  /** How long one connection may take. */
  readonly patience: Millis
  /** Of all of it. */
  readonly deadline: Deadline
  readonly parallel: number
}

/** Three connections in a row that could not be made: a server, or a firewall before it, that limits their rate. */
const MOST_FAILED = 3
/** Between a failed connection and the next try: limits are often counted by the second. */
const PAUSE: Millis = 500
/** A ServerHello with a chain of certificates behind it has a few thousand octets. */
const LONGEST_FLIGHT = 131_072

export class Inquiry {
  readonly #request: InquiryRequest
  readonly #ports: Ports
  readonly #lanes: Lanes
  #failed = 0
  #connections = 0
  #stopped: string | null = null
  #proven: Question | null = null

  constructor(request: InquiryRequest, ports: Ports) {
    this.#request = request
    this.#ports = ports
    this.#lanes = new Lanes(request.parallel)
  }

  get connections(): number {
    return this.#connections
  }

  /** Why nothing is asked any more; null while it goes on. */
  get stopped(): string | null {
    return this.#stopped
  }

  /** Waits for its turn. A connection that can't be made is tried once more, alone and after a pause. */
  async ask(question: Question): Promise<Answer> {
    const answer = await this.#take(question)
    if (answer.type !== 'unreachable') return answer
    this.#lanes.narrow()
    await this.#ports.clock.sleep(PAUSE, this.#request.deadline.signal).catch(() => undefined)
    return this.#take(question)
  }

  /** Whether the server still answers a question that it answered before; null when there is none. */
  async stillAnswers(): Promise<boolean | null> {
    if (!this.#proven) return null
    const answer = await this.ask(this.#proven)
    if (answer.type === 'accepted') return true
    this.#stop('the server stopped answering what it had answered before')
    return false
  }

  async #take(question: Question): Promise<Answer> {
    return this.#lanes.run(async () => {
      const {deadline} = this.#request
      const owner = abortOwner(deadline.signal)
      if (owner) this.#stop(owner.by === 'user' ? 'it was cancelled' : 'there was no time left')
      if (this.#stopped !== null) return {type: 'stopped'}
      this.#connections++
      const answer = await this.#connect(question)
      this.#count(answer, question)
      return answer
    })
  }

  #count(answer: Answer, question: Question): void {
    if (answer.type === 'unreachable') {
      this.#failed++
      if (this.#failed >= MOST_FAILED) this.#stop(`${answer.failure.code}: ${answer.failure.message}`)
      return
    }
    this.#failed = 0
    if (answer.type === 'accepted') this.#proven ??= {...question, ciphers: [answer.cipher]}
  }

  #stop(because: string): void {
    this.#stopped ??= `${because}, after ${this.#connections} connections`
  }

  async #connect(question: Question): Promise<Answer> {
    const {target, winner, patience, deadline: all} = this.#request
    const {clock} = this.#ports
    const deadline = startDeadline({clock, after: patience, level: 'step', parent: all.signal})
    try {
      const {port, source, interface: device} = target
      const plan = {
        addresses: [winner],
        port,
        strategy: 'order' as const,
        source,
        interface: device,
        deadline,
      }
      const dialled = await dialAddresses(plan, this.#ports)
      if (dialled.status === 'failed') return {type: 'unreachable', failure: dialled.failure}
      const begun = await beginTls(target, dialled, deadline, this.#ports)
      if (begun?.failure) return {type: 'unreachable', failure: begun.failure}
      const answer = await this.#converse(dialled.stream, question, deadline)
      dialled.stream.close()
      return answer
    } finally {
      deadline.stop()
    }
  }

  async #converse(
    stream: Parameters<typeof beginTls>[1]['stream'],
    question: Question,
    deadline: Deadline,
  ): Promise<Answer> {
    const {sni, options} = this.#request.target
    const plan: HelloPlan = {...question, sni, alpn: options.alpn, random: this.#random()}
    if (await stream.write(encodeClientHello(plan))) return {type: 'closed'}
    let bytes: Uint8Array = new Uint8Array()
    for (;;) {
      const event = await stream.read(deadline.signal)
      if (event.type === 'data') bytes = Buffer.concat([bytes, event.data])
      const flight = readFlight(bytes, plan, event.type !== 'data')
      if (flight.type !== 'more') return flight
      if (event.type === 'aborted') return {type: 'silent'}
      if (event.type !== 'data') return {type: 'closed'}
      if (bytes.length > LONGEST_FLIGHT) return {type: 'nonsense'}
    }
  }

  /** Nothing secret depends on it. */
  #random(): Uint8Array {
    const {random} = this.#ports
    return Uint8Array.from({length: 32}, () => Math.floor(random.next() * 256))
  }
}

/** One way to a TURN server: datagrams, or a stream of messages (RFC 8656 section 3.1). */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {ByteStream, DatagramSocket, NetError, Ports} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {classifyNetError} from '../shared/classify-net-error.ts'
import {type Deadline, abortOwner} from '../shared/deadline.ts'
import {type Peer, askOverUdp} from '../udp/exchange.ts'
import {datagramFailure, silenceFailure} from '../udp/failure.ts'
import {StunError, type TurnMessage, decodeTurn, lengthOfFirst} from './message.ts'

/** RFC 8489 section 6.2.1: RTO 500 ms, doubled each time, seven requests at most. */
const RESEND: readonly Millis[] = [500, 1500, 3500, 7500, 15_500, 31_500]

export interface Asked {
  readonly payload: Uint8Array
  /** The message that is waited for. */
  readonly isAnswer: (message: TurnMessage) => boolean
  /** Of silence. */
  readonly silence: 'TURN_NO_REPLY' | 'TURN_RELAY_SILENT'
  readonly deadline: Deadline
}

export type Got = {readonly sent: number} & (
  {readonly message: TurnMessage; readonly wait: Millis} | {readonly message: null; readonly failure: Failure}
)

export interface Wire {
  /** Never throws for what the network does. */
  ask(asked: Asked): Promise<Got>
  close(): void
}

export function datagramWire(
  socket: DatagramSocket,
  peer: Peer,
  {retransmit, clock}: {readonly retransmit: boolean} & Pick<Ports, 'clock'>,
): Wire {
  return {
    ask: async ({payload, isAnswer, silence, deadline}) => {
      const resend = retransmit ? RESEND.filter((after) => after < deadline.left()) : []
      const question = {peer, payload, read: (data: Uint8Array) => hear(data, isAnswer), resend, deadline}
      const answered = await askOverUdp(question, socket, {clock})
      const {sent, waited: wait} = answered
      switch (answered.status) {
        case 'error':
          return {sent, message: null, failure: datagramFailure(answered.error, peer, answered.stage)}
        case 'silence':
          return {sent, message: null, failure: silenceFailure({code: silence, peer, deadline, ...answered})}
        case 'answer':
          return 'because' in answered.value
            ? {sent, message: null, failure: malformed(peer, answered.value.because)}
            : {sent, message: answered.value, wait}
      }
    },
    close: () => socket.close(),
  }
}

/** Null for a proper message about something else, such as the answer to an earlier request. */
function hear(
  data: Uint8Array,
  isAnswer: Asked['isAnswer'],
): TurnMessage | {readonly because: string} | null {
  try {
    const message = decodeTurn(data)
    return isAnswer(message) ? message : null
  } catch (error) {
    if (error instanceof StunError) return {because: error.message}
    throw error
  }
}

function malformed({address, port}: Peer, because: string): Failure {
  return makeFailure('TURN_MALFORMED', `${joinHostPort(address, port)} sent something, but ${because}`)
}

export class StreamWire implements Wire {
  readonly #stream: ByteStream
  readonly #peer: Peer
  readonly #clock: Ports['clock']
  #bytes = Buffer.alloc(0)

  constructor(stream: ByteStream, peer: Peer, {clock}: Pick<Ports, 'clock'>) {
    this.#stream = stream
    this.#peer = peer
    this.#clock = clock
  }

  async ask(asked: Asked): Promise<Got> {
    const started = this.#clock.now()
    const error = await this.#stream.write(asked.payload)
    const found = error ? this.#explain(error, 'send') : await this.#await(asked)
    if (!('class' in found)) return {sent: 1, message: null, failure: found}
    return {sent: 1, message: found, wait: this.#clock.now() - started}
  }

  close(): void {
    this.#stream.close()
  }

  async #await(asked: Asked): Promise<TurnMessage | Failure> {
    for (;;) {
      const next = this.#take(asked.isAnswer)
      if (next !== null) return 'because' in next ? malformed(this.#peer, next.because) : next
      const event = await this.#stream.read(asked.deadline.signal)
      switch (event.type) {
        case 'data':
          this.#bytes = Buffer.concat([this.#bytes, event.data])
          break
        case 'end':
          return makeFailure('TURN_CLOSED', `${this.#name} closed the connection without an answer`)
        case 'error':
          return this.#explain(event.error, 'receive')
        case 'aborted':
          return this.#silence(asked)
      }
    }
  }

  /** The answer among the messages that are there; null when more has to come. */
  #take(isAnswer: Asked['isAnswer']): TurnMessage | {readonly because: string} | null {
    try {
      for (;;) {
        const length = lengthOfFirst(this.#bytes)
        if (length === null || this.#bytes.length < length) return null
        const found = hear(this.#bytes.subarray(0, length), isAnswer)
        this.#bytes = this.#bytes.subarray(length)
        if (found !== null) return found
      }
    } catch (error) {
      if (error instanceof StunError) return {because: error.message}
      throw error
    }
  }

  get #name(): string {
    return joinHostPort(this.#peer.address, this.#peer.port)
  }

  #explain(error: NetError, stage: 'send' | 'receive'): Failure {
    return classifyNetError(error, {stage, peer: this.#name, family: this.#peer.family})
  }

  #silence({deadline, silence}: Asked): Failure {
    const owner = abortOwner(deadline.signal)
    if (owner?.by !== 'deadline') return makeFailure('CANCELLED', `waiting for ${this.#name} was cancelled`)
    return makeFailure(silence, `${this.#name} sent nothing back within ${formatDuration(owner.after)}`)
  }
}

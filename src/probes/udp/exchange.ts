/** One question in a datagram and what comes back, for every kind that asks over UDP. */
import type {DatagramMessage, DatagramSocket, NetError, Ports, ResolvedAddress} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {Deadline} from '../shared/deadline.ts'

export interface Peer extends ResolvedAddress {
  readonly port: number
}

export interface Question<T> {
  readonly peer: Peer
  readonly payload: Uint8Array
  /** The answer in the datagram; null when it is none of ours, which is counted and ignored. */
  readonly read: (data: Uint8Array) => T | null
  /** When to send it again, counted from the first time. */
  readonly resend?: readonly Millis[]
  /** The socket is not connected: the peer is addressed with each datagram. */
  readonly addressed?: boolean
  readonly deadline: Deadline
}

/** What else came in meanwhile. */
export interface Bystanders {
  readonly foreign: number
  /** The last sender of those; null without any. */
  readonly from: Peer | null
  /** From the peer, but not an answer to this question. */
  readonly ignored: number
}

export type Answered<T> = {
  /** Datagrams that were sent. */
  readonly sent: number
  /** From the first datagram on. */
  readonly waited: Millis
  readonly bystanders: Bystanders
} & (
  | {readonly status: 'answer'; readonly value: T; readonly data: Uint8Array}
  | {readonly status: 'error'; readonly error: NetError; readonly stage: 'send' | 'receive'}
  /** The deadline, or the user, ended it. */
  | {readonly status: 'silence'}
)

/** Asks once on an open socket, which stays open. Never throws for what the network does. */
export async function askOverUdp<T>(
  question: Question<T>,
  socket: DatagramSocket,
  ports: Pick<Ports, 'clock'>,
): Promise<Answered<T>> {
  return new Asking(question, socket, ports).run()
}

class Asking<T> {
  readonly #question: Question<T>
  readonly #socket: DatagramSocket
  readonly #clock: Ports['clock']
  readonly #done = Promise.withResolvers<Answered<T>>()
  readonly #timers: (() => void)[] = []
  #started: Millis = 0
  #sent = 0
  #bystanders: Bystanders = {foreign: 0, from: null, ignored: 0}

  constructor(question: Question<T>, socket: DatagramSocket, ports: Pick<Ports, 'clock'>) {
    this.#question = question
    this.#socket = socket
    this.#clock = ports.clock
  }

  async run(): Promise<Answered<T>> {
    const {signal} = this.#question.deadline
    const onEnd = (): void => this.#done.resolve({status: 'silence', ...this.#account()})
    const forget = [
      this.#socket.onMessage((message) => this.#receive(message)),
      this.#socket.onError((error) => this.#fail(error, 'receive')),
    ]
    signal.addEventListener('abort', onEnd, {once: true})
    this.#started = this.#clock.now()
    if (signal.aborted) onEnd()
    else await this.#send()
    for (const after of this.#question.resend ?? []) {
      this.#timers.push(this.#clock.after(after, () => void this.#send()))
    }
    const result = await this.#done.promise
    for (const stop of [...this.#timers, ...forget]) stop()
    signal.removeEventListener('abort', onEnd)
    return result
  }

  async #send(): Promise<void> {
    const {payload, peer, addressed} = this.#question
    this.#sent++
    const error = await this.#socket.send(payload, addressed === true ? peer : undefined)
    if (error) this.#fail(error, 'send')
  }

  #receive({data, from, at}: DatagramMessage): void {
    const {peer, read} = this.#question
    if (from.port !== peer.port || !isSameAddress(from.address, peer.address)) {
      const {foreign} = this.#bystanders
      this.#bystanders = {...this.#bystanders, foreign: foreign + 1, from: {...from, family: peer.family}}
      return
    }
    const value = read(data)
    if (value === null) this.#bystanders = {...this.#bystanders, ignored: this.#bystanders.ignored + 1}
    else this.#done.resolve({...this.#account(), status: 'answer', value, data, waited: at - this.#started})
  }

  #fail(error: NetError, stage: 'send' | 'receive'): void {
    this.#done.resolve({...this.#account(), status: 'error', error, stage})
  }

  #account(): Pick<Answered<T>, 'sent' | 'waited' | 'bystanders'> {
    return {sent: this.#sent, waited: this.#clock.now() - this.#started, bystanders: this.#bystanders}
  }
}

/** IPv6 has several spellings; a link-local peer is reported with its zone. */
export function isSameAddress(a: string, b: string): boolean {
  return canonical(a) === canonical(b)
}

function canonical(address: string): string {
  const bare = address.toLowerCase().replace(/%.*$/, '')
  return bare.includes(':') && URL.canParse(`http://[${bare}]`) ? new URL(`http://[${bare}]`).hostname : bare
}

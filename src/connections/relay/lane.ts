/** One connection of a carried stream, after its handshake: messages go out, their confirmations come back. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {ByteStream, StreamEvent} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import {type LineCutter, type StreamLine, encodeLine} from '../../lab/stream-lines.ts'
import {classifyNetError} from '../../probes/shared/classify-net-error.ts'

export interface LaneListener {
  /** The other end has sent this message back. */
  readonly onConfirmed: (seq: number) => void
  /** What became of its attempt to connect to us. */
  readonly onDialled: (token: string, result: string) => void
  /** Told once, and not for an end of our own making. */
  readonly onEnd: (failure: Failure) => void
}

const NOBODY: LaneListener = {onConfirmed: () => {}, onDialled: () => {}, onEnd: () => {}}

export class Lane {
  readonly #stream: ByteStream
  readonly #session: string
  readonly #lines: LineCutter
  readonly #stop = new AbortController()
  readonly #over = Promise.withResolvers<void>()
  #listener: LaneListener = NOBODY
  #failure: Failure | null = null
  #leaving = false
  #waitsSince: Millis | null = null

  /** `lines` has read the handshake; what came behind it is in `rest`. Reads from now on. */
  constructor(stream: ByteStream, session: string, lines: LineCutter, rest: readonly StreamLine[]) {
    this.#stream = stream
    this.#session = session
    this.#lines = lines
    for (const line of rest) this.#take(line)
    void this.#pump()
  }

  get remote(): string {
    return this.#stream.remote
  }

  /** One listener at a time; it is told at once when the connection is over already. */
  listen(listener: LaneListener): void {
    this.#listener = listener
    if (this.#failure) listener.onEnd(this.#failure)
  }

  /** Since when it has heard nothing although something was sent; null when all is answered. */
  get waitsSince(): Millis | null {
    return this.#waitsSince
  }

  /** A message; 0 only asks whether somebody is there. */
  send(seq: number, now: Millis): void {
    this.#waitsSince ??= now
    this.#write({word: 'data', session: this.#session, seq})
  }

  /** Asks the other end to connect to us. */
  askToDial(token: string, address: string, port: number): void {
    this.#write({word: 'dial', token, address, port})
  }

  /** Says goodbye and waits for the answer or the end; false when neither came before the signal. Nothing is left open. */
  async leave(signal: AbortSignal): Promise<boolean> {
    this.#leaving = true
    if (this.#failure) return true
    this.#write({word: 'bye'})
    const onAbort = Promise.withResolvers<false>()
    const abort = (): void => onAbort.resolve(false)
    signal.addEventListener('abort', abort, {once: true})
    if (signal.aborted) abort()
    const left = await Promise.race([this.#over.promise.then(() => true), onAbort.promise])
    signal.removeEventListener('abort', abort)
    this.#end(left)
    return left
  }

  /** Cuts it off. */
  drop(): void {
    this.#leaving = true
    this.#end(false)
  }

  #end(orderly: boolean): void {
    this.#stop.abort(new Error('the connection was left'))
    if (orderly) this.#stream.close()
    else this.#stream.reset()
  }

  #write(line: StreamLine): void {
    if (this.#failure) return
    void this.#stream.write(encodeLine(line)).then((error) => {
      if (error) this.#lose({type: 'error', error})
    })
  }

  async #pump(): Promise<void> {
    for (;;) {
      const event = await this.#stream.read(this.#stop.signal)
      if (event.type === 'aborted') return
      if (event.type !== 'data') {
        this.#lose(event)
        return
      }
      this.#waitsSince = null
      for (const line of this.#lines.add(event.data)) this.#take(line)
    }
  }

  #take(line: StreamLine): void {
    if (line.word === 'data' && line.session === this.#session) this.#listener.onConfirmed(line.seq)
    else if (line.word === 'dialled') this.#listener.onDialled(line.token, line.result)
    else if (line.word === 'bye') this.#over.resolve()
  }

  #lose(event: Exclude<StreamEvent, {type: 'data' | 'aborted'}>): void {
    if (this.#failure) return
    this.#failure = failureOf(event, this.#stream.remote)
    this.#over.resolve()
    if (this.#leaving) return
    this.#stop.abort(new Error('the connection is over'))
    this.#stream.close()
    this.#listener.onEnd(this.#failure)
  }
}

/** How a connection ended while something was expected of it. */
export function failureOf(event: Exclude<StreamEvent, {type: 'data' | 'aborted'}>, peer: string): Failure {
  if (event.type === 'error') return classifyNetError(event.error, {stage: 'receive', peer, family: null})
  return makeFailure('TCP_CLOSED', `${peer} closed the connection of the stream`)
}

/** An open WebSocket connection: pings with a nonce each, messages, and how it ended. */
import type {ByteStream, Clock, NetError} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import {
  type CloseWord,
  type Frame,
  FrameError,
  FrameReader,
  decodeClose,
  encodeClose,
  encodeFrame,
} from './frames.ts'

/** How the other side, or something in between, ended it. */
export type ChannelEnd = {readonly at: Millis} & (
  | {readonly by: 'close-frame'; readonly word: CloseWord}
  | {readonly by: 'fin'}
  | {readonly by: 'error'; readonly error: NetError}
  | {readonly by: 'malformed'; readonly because: string}
)

/** What has come so far. */
export interface Counts {
  readonly pings: number
  readonly pongs: number
  /** Pongs that answer no ping under way. */
  readonly stale: number
  readonly messages: number
}

/** `ended`: look at `end`. `aborted`: the signal came first. */
export type Waited =
  {readonly type: 'came'; readonly after: Millis} | {readonly type: 'ended'} | {readonly type: 'aborted'}

/** Eight octets can not be guessed, nor come again by chance. */
const NONCE = 8
/** So much of a message is kept. */
const MOST_TEXT = 65_536

/**
 * Reads all the time from its making until `close`, so that an end is noticed when it happens and not at the next ping. Pings of
 * the server are answered.
 */
export class Channel {
  readonly #stream: ByteStream
  readonly #clock: Clock
  readonly #reader = new FrameReader()
  readonly #stop = new AbortController()
  readonly #waiting = new Set<() => void>()
  readonly #counts = {pings: 0, pongs: 0, stale: 0, messages: 0}
  readonly #underWay = new Set<string>()
  #end: ChannelEnd | null = null
  #closing = false
  #text = ''
  #message: string | null = null
  readonly openedAt: Millis

  /** `rest`: what came together with the answer to the upgrade. */
  constructor(stream: ByteStream, rest: Uint8Array, clock: Clock) {
    this.#stream = stream
    this.#clock = clock
    this.openedAt = clock.now()
    this.#take(rest)
    void this.#pump()
  }

  get end(): ChannelEnd | null {
    return this.#end
  }

  get counts(): Counts {
    return {...this.#counts}
  }

  /** The last message, or the one that was waited for. */
  get message(): string | null {
    return this.#message
  }

  get remote(): string {
    return this.#stream.remote
  }

  /** Sends a ping; a pong counts that brings back the very octets of it. */
  async ping(signal: AbortSignal): Promise<Waited> {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE))
    const name = Buffer.from(nonce).toString('hex')
    const started = this.#clock.now()
    let came: Millis | null = null
    this.#underWay.add(name)
    this.#counts.pings += 1
    void this.#send('ping', nonce)
    const waited = await this.#until(signal, () => {
      if (came === null && !this.#underWay.has(name)) came = this.#clock.now() - started
      return came
    })
    this.#underWay.delete(name)
    return waited
  }

  /** Sends a text; null when it was taken. */
  async say(text: string): Promise<NetError | null> {
    return this.#send('text', Buffer.from(text, 'utf8'))
  }

  /** Waits for a message with this in it. */
  async hear(wanted: string, signal: AbortSignal): Promise<Waited> {
    const started = this.#clock.now()
    return this.#until(signal, () => (this.#message?.includes(wanted) ? this.#clock.now() - started : null))
  }

  /** Waits until it ends or the signal comes. */
  async rest(signal: AbortSignal): Promise<Waited> {
    return this.#until(signal, () => null)
  }

  /** The closing handshake (section 7.1.2); true when the other side answered it. Nothing is left open in any case. */
  async close(code: number, signal: AbortSignal): Promise<boolean> {
    if (this.#end === null && !this.#closing) {
      this.#closing = true
      void this.#send('close', encodeClose(code, ''))
      await this.#until(signal, () => null)
    }
    this.drop()
    return this.#end?.by === 'close-frame'
  }

  /** Ends it without a word. */
  drop(): void {
    this.#stop.abort()
    if (this.#end === null) this.#stream.reset()
    else this.#stream.close()
  }

  async #pump(): Promise<void> {
    while (this.#end === null) {
      const event = await this.#stream.read(this.#stop.signal)
      const at = this.#clock.now()
      if (event.type === 'aborted') return
      if (event.type === 'data') this.#take(event.data)
      else if (event.type === 'end') this.#finish({by: 'fin', at})
      else this.#finish({by: 'error', error: event.error, at})
    }
  }

  #take(data: Uint8Array): void {
    try {
      for (const frame of this.#reader.add(data)) if (this.#end === null) this.#onFrame(frame)
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      void this.#send('close', encodeClose(1002, ''))
      this.#finish({by: 'malformed', because: error.message, at: this.#clock.now()})
    }
    this.#wake()
  }

  #onFrame(frame: Frame): void {
    switch (frame.type) {
      case 'ping':
        void this.#send('pong', frame.payload)
        return
      case 'pong':
        if (this.#underWay.delete(Buffer.from(frame.payload).toString('hex'))) this.#counts.pongs += 1
        else this.#counts.stale += 1
        return
      case 'close':
        this.#onClose(frame.payload)
        return
      case 'text':
      case 'binary':
      case 'continuation':
        this.#onData(frame)
    }
  }

  #onClose(payload: Uint8Array): void {
    const word = decodeClose(payload)
    // Section 5.5.1: the answer repeats the code.
    if (!this.#closing) void this.#send('close', word.code === null ? payload : encodeClose(word.code, ''))
    this.#finish({by: 'close-frame', word, at: this.#clock.now()})
  }

  #onData({type, fin, payload}: Frame): void {
    const before = type === 'continuation' ? this.#text : ''
    this.#text = (before + Buffer.from(payload).toString('utf8')).slice(0, MOST_TEXT)
    if (!fin) return
    this.#counts.messages += 1
    this.#message = this.#text
  }

  #finish(end: ChannelEnd): void {
    this.#end ??= end
    // After what is still to be said; a connection that rests must not keep its socket.
    this.#stream.close()
    this.#wake()
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }

  /** Resolves as soon as `look` gives a time. What has arrived counts even when the signal came first. */
  async #until(signal: AbortSignal, look: () => Millis | null): Promise<Waited> {
    for (;;) {
      const after = look()
      if (after !== null) return {type: 'came', after}
      if (this.#end !== null) return {type: 'ended'}
      if (signal.aborted) return {type: 'aborted'}
      await this.#next(signal)
    }
  }

  async #next(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake)
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
      const onAbort = (): void => void this.#clock.turn().then(wake)
      this.#waiting.add(wake)
      signal.addEventListener('abort', onAbort, {once: true})
    })
  }

  /** An error of sending is left to the reader, which may still hold what the other side said before it went. */
  async #send(type: Frame['type'], payload: Uint8Array): Promise<NetError | null> {
    return this.#stream.write(encodeFrame(type, payload, crypto.getRandomValues(new Uint8Array(4))))
  }
}

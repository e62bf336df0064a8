import type {Socket} from 'node:net'
import type {ProxyImpairment} from '../../../core/agent.ts'
import type {Clock, Random} from '../../../core/ports.ts'
import type {Millis} from '../../../core/units.ts'

/** A slow lane sends pieces that take this long each, so that a rate is smooth and a change of it acts at once. */
const PIECE_TIME: Millis = 10
/** Smaller pieces would only cost timers. */
const SMALLEST_PIECE = 64
/** A late timer is made up for up to this much, so that the rate holds; a sink that blocked for longer gets no burst. */
const CATCH_UP: Millis = 50
/** Bytes that wait in a lane before its source is paused, when only latency holds them. */
const LONGEST_QUEUE = 16 * 2 ** 20

interface Waiting {
  /** Null stands for the end of the stream. */
  readonly chunk: Buffer | null
  readonly arrived: Millis
  /** Where in the jitter range this chunk falls, −1…1; drawn once. */
  readonly spread: number
}

export interface LaneOptions {
  readonly source: Socket
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly random: Random
  readonly onBytes: (count: number) => void
}

/**
 * One direction of a proxied connection. Without an impairment a chunk goes straight on; else it waits in a queue of
 * (arrival, chunk) with one timer for its head. The due time is worked out when a chunk is the head, so that a change
 * of the impairment acts on what waits already. Bytes are never lost and never overtake each other; the end of the
 * stream keeps its place behind them.
 */
export class Lane {
  readonly #options: LaneOptions
  #sink: Socket | null = null
  #impairment: ProxyImpairment = {}
  #queue: Waiting[] = []
  #queued = 0
  /** When the last piece has left a lane of limited rate; the next one starts then. */
  #free: Millis = 0
  #cancel: (() => void) | null = null
  #closed = false

  constructor(options: LaneOptions) {
    this.#options = options
    options.source.on('data', (chunk: Buffer) => this.#take(chunk))
    options.source.once('end', () => this.#take(null))
  }

  /** Where the bytes go; until it is known they wait. */
  connect(sink: Socket): void {
    this.#sink = sink
    sink.on('drain', () => this.#pump())
    this.#pump()
  }

  impair(impairment: ProxyImpairment): void {
    this.#impairment = impairment
    this.#pump()
  }

  close(): void {
    this.#closed = true
    this.#cancel?.()
    this.#queue = []
  }

  #take(chunk: Buffer | null): void {
    const {clock, random} = this.#options
    const spread = this.#impairment.jitter === undefined ? 0 : 2 * random.next() - 1
    this.#queue.push({chunk, arrived: clock.now(), spread})
    this.#queued += chunk?.length ?? 0
    this.#pump()
  }

  /** Passes on what is due, then waits for the next head or for room. */
  #pump(): void {
    this.#cancel?.()
    this.#cancel = null
    while (!this.#closed && this.#mayPass()) {
      const head = this.#queue[0]
      if (!head) break
      const wait = this.#due(head) - this.#options.clock.now()
      if (wait > 0) {
        this.#cancel = this.#options.clock.after(wait, () => this.#pump())
        break
      }
      this.#pass(head)
    }
    this.#regulate()
  }

  #mayPass(): boolean {
    return this.#sink !== null && !this.#impairment.blackhole && !this.#sink.writableNeedDrain
  }

  /** When the head's next piece has gone through the lane. */
  #due(head: Waiting): Millis {
    const {latency = 0, jitter = 0, bandwidth} = this.#impairment
    const held = Math.max(0, latency + head.spread * jitter)
    if (bandwidth === undefined) return held === 0 ? 0 : head.arrived + held
    return Math.max(head.arrived + held, this.#free) + (this.#piece(head, bandwidth) * 8000) / bandwidth
  }

  /** How many bytes of the head go at once at a rate of `bandwidth`. */
  #piece(head: Waiting, bandwidth: number): number {
    const most = Math.max(SMALLEST_PIECE, Math.floor((bandwidth / 8000) * PIECE_TIME))
    return Math.min(head.chunk?.length ?? 0, most)
  }

  #pass(head: Waiting): void {
    const {bandwidth} = this.#impairment
    this.#queue.shift()
    if (head.chunk === null) {
      this.#sink?.end()
      return
    }
    const size = bandwidth === undefined ? head.chunk.length : this.#piece(head, bandwidth)
    if (bandwidth !== undefined) this.#free = Math.max(this.#due(head), this.#options.clock.now() - CATCH_UP)
    if (size < head.chunk.length) this.#queue.unshift({...head, chunk: head.chunk.subarray(size)})
    this.#queued -= size
    this.#options.onBytes(size)
    this.#sink?.write(head.chunk.subarray(0, size))
  }

  /** Pauses the source while too much waits: then the sender feels it as it would feel a slow path. */
  #regulate(): void {
    const {source} = this.#options
    if (this.#closed || source.destroyed) return
    const full = this.#impairment.blackhole || this.#queued >= this.#limit()
    if (full && !source.isPaused()) source.pause()
    else if (!full && source.isPaused()) source.resume()
  }

  #limit(): number {
    const {bandwidth, latency = 0} = this.#impairment
    if (this.#sink === null || this.#sink.writableNeedDrain) return 1
    if (bandwidth === undefined) return latency > 0 ? LONGEST_QUEUE : 1
    return Math.min(LONGEST_QUEUE, Math.max(16_384, (bandwidth / 8000) * (100 + latency)))
  }
}

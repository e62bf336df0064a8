/** Toxics that only change when bytes arrive: a queue whose head has a due time. Nothing is lost or overtaken. */
import type {Millis} from '../../../core/units.ts'
import type {Stage, StageDoor} from './stage.ts'

interface Waiting {
  readonly chunk: Buffer | null
  readonly arrived: Millis
  /** Where in the jitter range it falls, −1…1. */
  readonly spread: number
  /** The first piece of what arrived at once. */
  readonly first: boolean
}

/** How a kind cuts what arrives, and when a piece may go. `free` is when the piece before it went. */
export interface Pace {
  readonly limit: number
  readonly jitters?: boolean
  cut?(chunk: Buffer, door: StageDoor): readonly Buffer[]
  due(waiting: Waiting, free: Millis, door: StageDoor): Millis
}

/** A late timer is made up for up to this much. */
const CATCH_UP: Millis = 100
const LONG_QUEUE = 16 * 2 ** 20
const SHORT_QUEUE = 65_536
/** Bandwidth lets the bytes of so much time go at once. */
const PORTION: Millis = 100

/** Each chunk waits for latency ± jitter from its own arrival, so the throughput stays. */
export const LATENCY: Pace = {
  limit: LONG_QUEUE,
  jitters: true,
  due: ({arrived, spread}, _free, door) =>
    arrived + Math.max(0, door.attribute('latency') + spread * door.attribute('jitter')),
}

/** A rate of 0 limits nothing. Bytes per millisecond and kB per second are the same number. */
export const BANDWIDTH: Pace = {
  limit: SHORT_QUEUE,
  cut: (chunk, door) => {
    const size = Math.max(1, Math.floor(door.attribute('rate') * PORTION))
    return door.attribute('rate') === 0 ? [chunk] : slices(chunk, () => size)
  },
  due: ({chunk, arrived}, free, door) => {
    const rate = door.attribute('rate')
    return rate === 0 || chunk === null ? 0 : Math.max(arrived, free) + chunk.length / rate
  },
}

/** Pieces of average_size ± size_variation, the delay (µs) between two of them. */
export const SLICER: Pace = {
  limit: SHORT_QUEUE,
  cut: (chunk, door) => {
    const [average, variation] = [door.attribute('average_size'), door.attribute('size_variation')]
    if (average === 0) return [chunk]
    return slices(chunk, () => Math.max(1, Math.round(average + (2 * door.random.next() - 1) * variation)))
  },
  due: ({chunk, first}, free, door) => (first || chunk === null ? 0 : free + door.attribute('delay') / 1000),
}

export const SLOW_CLOSE: Pace = {
  limit: SHORT_QUEUE,
  due: ({chunk, arrived}, _free, door) => (chunk === null ? arrived + door.attribute('delay') : 0),
}

export class Paced implements Stage {
  readonly limit: number
  readonly #pace: Pace
  readonly #door: StageDoor
  readonly #queue: Waiting[] = []
  #next = 0
  #free: Millis = 0
  #cancel: (() => void) | null = null

  constructor(pace: Pace, door: StageDoor) {
    this.#pace = pace
    this.#door = door
    this.limit = pace.limit
  }

  take(chunk: Buffer | null): void {
    const arrived = this.#door.clock.now()
    const spread = this.#pace.jitters ? 2 * this.#door.random.next() - 1 : 0
    const pieces = chunk === null ? [null] : (this.#pace.cut?.(chunk, this.#door) ?? [chunk])
    for (const [index, piece] of pieces.entries())
      this.#queue.push({chunk: piece, arrived, spread, first: index === 0})
    this.#door.hold(chunk?.length ?? 0)
    if (this.#cancel === null) this.#pump()
  }

  changed(): void {
    this.#pump()
  }

  release(): void {
    this.#pass(() => true)
    this.stop()
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
    this.#queue.length = 0
    this.#next = 0
  }

  #pump(): void {
    this.#cancel?.()
    this.#cancel = null
    const {clock} = this.#door
    const wait = this.#pass((due) => due <= clock.now())
    if (wait !== null) {
      this.#cancel = clock.after(Math.max(0, wait - clock.now()), () => this.#pump())
    }
  }

  /** Passes on from the head while `may` says so; when the next one is due, or null when none waits. */
  #pass(may: (due: Millis) => boolean): Millis | null {
    for (let head = this.#queue[this.#next]; head; head = this.#queue[this.#next]) {
      const due = this.#pace.due(head, this.#free, this.#door)
      if (!may(due)) return due
      this.#free = Math.max(due, this.#door.clock.now() - CATCH_UP)
      this.#next += 1
      this.#door.hold(-(head.chunk?.length ?? 0))
      this.#door.emit(head.chunk)
    }
    this.#queue.length = 0
    this.#next = 0
    return null
  }
}

function slices(chunk: Buffer, size: () => number): readonly Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < chunk.length;) {
    const end = Math.min(chunk.length, at + size())
    pieces.push(chunk.subarray(at, end))
    at = end
  }
  return pieces
}

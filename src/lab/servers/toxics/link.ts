import type {Socket} from 'node:net'
import type {Clock, Random} from '../../../core/ports.ts'
import {openStage} from './open-stage.ts'
import type {Stage} from './stage.ts'
import type {Toxic} from './toxic.ts'

export interface LinkOptions {
  readonly source: Socket
  readonly sink: Socket
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly random: Random
  readonly close: () => void
  readonly reset: () => void
  /** A toxic acts on this direction from now on. */
  readonly onToxic?: (toxic: Toxic) => void
}

interface Node {
  readonly toxic: Toxic
  readonly stage: Stage
  next: Node | null
}

/**
 * One direction of a connection. Without toxics a chunk goes from socket to socket; toxics form a chain in the order in
 * which they came. The source is paused while the sink is full or too much waits; the end of the stream keeps its place
 * behind the bytes and goes on as a FIN, so that the other direction stays open.
 */
export class Link {
  readonly #options: LinkOptions
  #nodes: readonly Node[] = []
  /** One draw per toxic, so that its toxicity can change without another draw. */
  readonly #draws = new Map<Toxic, number>()
  #held = 0
  #stopped = false
  #piped = false
  #ended = false

  constructor(options: LinkOptions) {
    this.#options = options
    const {source, sink} = options
    sink.on('drain', () => {
      if (!this.#piped) this.#regulate()
    })
    source.once('end', () => {
      if (!this.#piped) this.#into(this.#nodes[0] ?? null, null)
    })
    this.#pass()
  }

  /** Sets the toxics of this direction: what waits in those that go goes on, those that stay see their attributes anew. */
  set(toxics: readonly Toxic[]): void {
    if (this.#stopped) return
    const wanted = toxics.filter((toxic) => this.#draw(toxic) < toxic.toxicity)
    for (const node of this.#nodes) if (!wanted.includes(node.toxic)) node.stage.release()
    const before = this.#nodes.filter(({toxic}) => wanted.includes(toxic))
    const fresh = wanted.filter((toxic) => !before.some((node) => node.toxic === toxic))
    this.#nodes = before
    this.#chain()
    for (const node of before) node.stage.changed()
    for (const toxic of fresh) this.#add(toxic)
    this.#pass()
    if (!this.#piped) this.#regulate()
  }

  stop(): void {
    this.#stopped = true
    for (const {stage} of this.#nodes) stage.stop()
    this.#nodes = []
  }

  /** Without toxics the streams do it among themselves, with the fewest calls per byte. */
  #pass(): void {
    const {source, sink} = this.#options
    const direct = this.#nodes.length === 0 && !this.#ended
    if (direct === this.#piped) return
    this.#piped = direct
    if (direct) {
      source.off('data', this.#take)
      source.pipe(sink)
    } else {
      source.unpipe(sink)
      source.on('data', this.#take)
      source.resume()
    }
  }

  readonly #take = (chunk: Buffer): void => {
    this.#into(this.#nodes[0] ?? null, chunk)
    this.#regulate()
  }

  #draw(toxic: Toxic): number {
    const draw = this.#draws.get(toxic) ?? this.#options.random.fork(toxic.name).next()
    this.#draws.set(toxic, draw)
    return draw
  }

  #add(toxic: Toxic): void {
    const {clock, random, close, reset} = this.#options
    let node: Node | null = null
    const stage = openStage(toxic.type, {
      clock,
      random: random.fork(`${toxic.name} at work`),
      attribute: (name) => toxic.attributes[name] ?? 0,
      emit: (chunk) => this.#into(node?.next ?? null, chunk),
      hold: (change) => {
        this.#held += change
      },
      close,
      reset,
    })
    if (!stage || this.#stopped) return
    this.#options.onToxic?.(toxic)
    node = {toxic, stage, next: null}
    this.#nodes = [...this.#nodes, node]
    this.#chain()
  }

  #chain(): void {
    for (const [index, node] of this.#nodes.entries()) node.next = this.#nodes[index + 1] ?? null
  }

  #into(node: Node | null, chunk: Buffer | null): void {
    if (this.#stopped) return
    if (node) {
      node.stage.take(chunk)
      return
    }
    const {sink} = this.#options
    if (chunk === null) {
      this.#ended = true
      sink.end()
    } else if (!this.#ended) sink.write(chunk)
    this.#regulate()
  }

  #regulate(): void {
    const {source, sink} = this.#options
    if (this.#stopped || source.destroyed) return
    const limit = this.#nodes.reduce(
      (most, {stage}) => Math.max(most, stage.limit === Infinity ? 0 : stage.limit),
      0,
    )
    const full = (sink.writableNeedDrain && !sink.writableEnded) || (this.#held > 0 && this.#held >= limit)
    if (full && !source.isPaused()) source.pause()
    else if (!full && source.isPaused()) source.resume()
  }
}

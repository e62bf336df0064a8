/** A journal that is split into files, so that a watch of weeks fills no disk. */
import type {RunEvent} from '../../core/events.ts'
import {toJsonLine} from '../../core/json.ts'
import type {AppendFile, Files} from '../../core/ports.ts'
import type {Bytes, Millis} from '../../core/units.ts'
import {Preamble} from './preamble.ts'
import type {Journal} from './writer.ts'

export interface SegmentLimits {
  /** A segment that would grow beyond it is followed by the next one; null: of any size. */
  readonly size: Bytes | null
  /** From a segment's first event to its last, on the run's clock; null: for any time. */
  readonly age: Millis | null
  /** So many of the newest segments stay, the one being written included; null: all of them. */
  readonly keep: number | null
}

export interface SegmentPlace {
  readonly folder: string
  readonly run: string
}

interface Waiting {
  readonly segment: number
  readonly line: string
}

/**
 * Opens `<folder>/<run>.0001.jsonl`, and the next numbers as the limits say. Each segment can be read by itself, and
 * all of them together are the whole run: later ones repeat the targets and their states in a preamble that
 * `run.segment` announces. As with one file, `kill -9` costs at most the last line of the last segment; an older one is
 * removed only when its successor is open.
 */
export async function openSegments(
  files: Files,
  place: SegmentPlace,
  limits: SegmentLimits,
): Promise<Journal> {
  const split = new Splitter(limits)
  const pathOf = (segment: number): string =>
    `${place.folder}/${place.run}.${String(segment).padStart(4, '0')}.jsonl`
  let open: {readonly segment: number; readonly file: AppendFile} = {
    segment: 1,
    file: await files.openAppend(pathOf(1)),
  }
  let waiting: Waiting[] = []
  let writing: Promise<void> | null = null
  const enter = async (segment: number): Promise<void> => {
    if (segment === open.segment) return
    const file = await files.openAppend(pathOf(segment))
    await open.file.close()
    open = {segment, file}
    if (limits.keep !== null && segment > limits.keep) await files.remove(pathOf(segment - limits.keep))
  }
  const drain = async (): Promise<void> => {
    while (waiting[0]) {
      const {segment} = waiting[0]
      const group = waiting.filter((one) => one.segment === segment)
      waiting = waiting.slice(group.length)
      await enter(segment)
      await open.file.append(`${group.map(({line}) => line).join('\n')}\n`)
    }
    writing = null
  }
  const flushed = async (): Promise<void> => {
    while (writing) await writing
  }
  return {
    path: `${place.folder}/${place.run}`,
    write: (event) => {
      waiting.push(...split.take(event))
      writing ??= drain()
    },
    flushed,
    close: async () => {
      await flushed()
      await open.file.close()
    },
  }
}

/** Decides in which segment an event goes. */
class Splitter {
  readonly #limits: SegmentLimits
  readonly #preamble = new Preamble()
  #segment = 1
  /** Of the preamble, and of what came after it. */
  #bytes = {preamble: 0, events: 0}
  #since: Millis | null = null

  constructor(limits: SegmentLimits) {
    this.#limits = limits
  }

  take(event: RunEvent): readonly Waiting[] {
    const line = toJsonLine(event)
    const size = Buffer.byteLength(line) + 1
    const opening = this.#isOver(size, event.at) ? this.#next() : []
    this.#since ??= event.at
    this.#bytes.events += size
    this.#preamble.add(event)
    return [...opening, line].map((one) => ({segment: this.#segment, line: one}))
  }

  /** A segment holds at least as much news as preamble, else a small limit would repeat the targets at every event. */
  #isOver(size: Bytes, at: Millis): boolean {
    const {preamble, events} = this.#bytes
    if (this.#since === null || events < preamble) return false
    if (this.#limits.age !== null && at - this.#since >= this.#limits.age) return true
    return this.#limits.size !== null && preamble + events + size > this.#limits.size
  }

  #next(): readonly string[] {
    const lines = this.#preamble.linesFor(this.#segment + 1)
    // Without a run there is nothing that a segment could begin with.
    if (lines.length === 0) return []
    this.#segment += 1
    this.#bytes = {preamble: lines.reduce((sum, one) => sum + Buffer.byteLength(one) + 1, 0), events: 0}
    this.#since = null
    return lines
  }
}

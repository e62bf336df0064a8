/** Which messages of a numbered stream have come through, how often and in which order. Pure: times are given. */
import type {StreamCounts} from '../../core/stream-events.ts'
import type {Millis} from '../../core/units.ts'

/** So many lost ones are remembered, to tell a late confirmation from a second one. */
const MEMORY = 10_000
/** Without a buffer, messages under way are still counted; more than these are lost. */
const MOST_UNDER_WAY = 100_000

export class Tally {
  readonly #buffer: number
  /** By number, in the order of sending: when it was sent first. */
  readonly #pending = new Map<number, Millis>()
  readonly #lost = new Set<number>()
  #sent = 0
  #confirmed = 0
  #lostCount = 0
  #duplicates = 0
  #reordered = 0
  #resent = 0
  #highest = 0
  #latency: Millis | null = null

  /** `buffer`: so many messages are kept until they are confirmed; 0 keeps none. */
  constructor(buffer: number) {
    this.#buffer = buffer
  }

  /** The number of a new message, from 1. The oldest one is given up when there are too many. */
  next(now: Millis): number {
    this.#sent += 1
    this.#pending.set(this.#sent, now)
    const most = this.#buffer === 0 ? MOST_UNDER_WAY : this.#buffer
    const [oldest] = this.#pending.size > most ? this.#pending.keys() : []
    if (oldest !== undefined) this.#lose(oldest)
    return this.#sent
  }

  /** The other end has sent this one back. What was never sent is ignored. */
  confirm(seq: number, now: Millis): void {
    if (seq < 1 || seq > this.#sent) return
    const sentAt = this.#pending.get(seq)
    if (sentAt === undefined) {
      // What was given up and comes after all is of no use to anybody: it stays lost.
      if (!this.#lost.delete(seq)) this.#duplicates += 1
      return
    }
    this.#pending.delete(seq)
    this.#confirmed += 1
    this.#latency = now - sentAt
    if (seq < this.#highest) this.#reordered += 1
    this.#highest = Math.max(this.#highest, seq)
  }

  /** The connection is gone over which everything under way was sent. Gives what has to be sent again. */
  interrupted(): readonly number[] {
    const pending = [...this.#pending.keys()]
    if (this.#buffer > 0) return pending
    for (const seq of pending) this.#lose(seq)
    return []
  }

  /** These were sent once more. */
  repeated(count: number): void {
    this.#resent += count
  }

  /** Not confirmed yet, oldest first. */
  pending(): readonly number[] {
    return [...this.#pending.keys()]
  }

  get latency(): Millis | null {
    return this.#latency
  }

  counts(): StreamCounts {
    return {
      sent: this.#sent,
      confirmed: this.#confirmed,
      lost: this.#lostCount,
      duplicates: this.#duplicates,
      reordered: this.#reordered,
      resent: this.#resent,
      pending: this.#pending.size,
    }
  }

  #lose(seq: number): void {
    this.#pending.delete(seq)
    this.#lostCount += 1
    this.#lost.add(seq)
    const [oldest] = this.#lost.size > MEMORY ? this.#lost : []
    if (oldest !== undefined) this.#lost.delete(oldest)
  }
}

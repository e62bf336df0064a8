/** Things that are due some time: the earliest first, and of two due at once the one that came first. */
import type {Millis} from '../../core/units.ts'

interface Entry<Item> {
  readonly at: Millis
  readonly order: number
  readonly item: Item
}

/** A binary heap. */
export class SendQueue<Item> {
  readonly #heap: Entry<Item>[] = []
  #count = 0

  get size(): number {
    return this.#heap.length
  }

  /** When the next one is due; null when nothing waits. */
  get next(): Millis | null {
    return this.#heap[0]?.at ?? null
  }

  add(at: Millis, item: Item): void {
    const heap = this.#heap
    const entry = {at, order: this.#count++, item}
    let index = heap.length
    heap.push(entry)
    while (index > 0) {
      const above = (index - 1) >> 1
      const other = heap[above]
      if (!other || !isBefore(entry, other)) break
      heap[index] = other
      index = above
    }
    heap[index] = entry
  }

  /** The earliest one if it is due by `now`. */
  take(now: Millis): Item | undefined {
    const heap = this.#heap
    const [first] = heap
    if (!first || first.at > now) return undefined
    const last = heap.pop()
    if (last && last !== first) this.#sink(last)
    return first.item
  }

  /** Takes out all that fit, in the order in which they would have left. */
  pull(fits: (item: Item) => boolean): readonly Item[] {
    const all = this.#heap.splice(0)
    for (const {at, item} of all.filter((entry) => !fits(entry.item)).toSorted(compare)) this.add(at, item)
    return all
      .filter(({item}) => fits(item))
      .toSorted(compare)
      .map(({item}) => item)
  }

  #sink(entry: Entry<Item>): void {
    const heap = this.#heap
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      const [a, b] = [heap[left], heap[left + 1]]
      if (!a) break
      const [child, at] = b && isBefore(b, a) ? [b, left + 1] : [a, left]
      if (!isBefore(child, entry)) break
      heap[index] = child
      index = at
    }
    heap[index] = entry
  }
}

function compare(a: Entry<unknown>, b: Entry<unknown>): number {
  return a.at - b.at || a.order - b.order
}

function isBefore(a: Entry<unknown>, b: Entry<unknown>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

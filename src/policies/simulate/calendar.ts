/** Who is due when: a calendar of seconds, each put in the order of its milliseconds when its turn comes. */
import type {Millis} from '../../core/units.ts'

const SLOTS = 1000
const NONE = -1
/** Integers of a chunk: the next chunk, how many entries it has, and the entries. */
const CHUNK = 32
const HEAD = 2

export interface Calendar {
  /** Enters a client; `due` is a whole number, not before what `next` gave last. Each client stands in once. */
  add(client: number, due: Millis): void
  /** Takes out the client that is due first, or -1 when nobody is; the order within a millisecond is fixed. */
  next(): number
  /** When the client that `next` gave last was due. */
  now(): Millis
}

/** Everybody who is due in a second, as chunks in one array that are used again. */
interface Chunks {
  add(second: number, entry: number): void
  /** Gives the entries of a second to `visit`, and the chunks back. */
  take(second: number, visit: (entry: number) => void): void
  isEmpty(second: number): boolean
}

/**
 * For at most `clients` at a time, none of them due at or after `end`. Entries lie in a row: a million clients are
 * then limited by what the processor computes, and not by how long it waits for memory, as with linked lists.
 */
export function openCalendar(clients: number, end: Millis): Calendar {
  const seconds = Math.ceil(end / SLOTS) + 1
  const chunks = openChunks(clients, seconds)
  // The second under way: `order` in a row, and behind each millisecond those who were entered since.
  const order = new Int32Array(clients)
  const ends = new Int32Array(SLOTS)
  const late = new Int32Array(SLOTS).fill(NONE)
  const follower = new Int32Array(clients)
  let second = -1
  let slot = SLOTS
  let at = 0
  const openSecond = (): void => {
    ends.fill(0)
    const entries: number[] = []
    chunks.take(second, (entry) => {
      entries.push(entry)
      const ms = entry % SLOTS
      ends[ms] = (ends[ms] ?? 0) + 1
    })
    for (let ms = 1; ms < SLOTS; ms++) ends[ms] = (ends[ms] ?? 0) + (ends[ms - 1] ?? 0)
    for (const entry of entries) {
      const ms = entry % SLOTS
      const place = (ends[ms] ?? 0) - 1
      ends[ms] = place
      order[place] = Math.floor(entry / SLOTS)
    }
    // Now each millisecond holds its first place, so that its end is the first place of the next one.
    ends.copyWithin(0, 1)
    ends[SLOTS - 1] = entries.length
    slot = 0
    at = 0
  }
  return {
    add(client, due) {
      const when = Math.floor(due / SLOTS)
      const ms = due - when * SLOTS
      if (when !== second) return chunks.add(when, client * SLOTS + ms)
      follower[client] = late[ms] ?? NONE
      late[ms] = client
    },
    next() {
      for (;;) {
        for (; slot < SLOTS; slot++) {
          if (at < (ends[slot] ?? 0)) return order[at++] ?? NONE
          const client = late[slot] ?? NONE
          if (client === NONE) continue
          late[slot] = follower[client] ?? NONE
          return client
        }
        do second += 1
        while (second < seconds && chunks.isEmpty(second))
        if (second >= seconds) return NONE
        openSecond()
      }
    },
    now: () => second * SLOTS + slot,
  }
}

function openChunks(clients: number, seconds: number): Chunks {
  const heads = new Int32Array(seconds).fill(NONE)
  // Every second has at most one chunk that is not full, and that one has an entry at least.
  const most = Math.ceil(clients / (CHUNK - HEAD)) + Math.min(clients, seconds)
  const pool = new Int32Array(most * CHUNK)
  const free = Int32Array.from({length: most}, (_, index) => index * CHUNK)
  let left = most
  return {
    add(second, entry) {
      let chunk = heads[second] ?? NONE
      let count = chunk === NONE ? CHUNK : (pool[chunk + 1] ?? 0)
      if (count >= CHUNK - HEAD) {
        left -= 1
        const fresh = free[left] ?? 0
        pool[fresh] = chunk
        heads[second] = fresh
        chunk = fresh
        count = 0
      }
      pool[chunk + HEAD + count] = entry
      pool[chunk + 1] = count + 1
    },
    take(second, visit) {
      let chunk = heads[second] ?? NONE
      heads[second] = NONE
      while (chunk !== NONE) {
        const last = chunk + HEAD + (pool[chunk + 1] ?? 0)
        for (let index = chunk + HEAD; index < last; index++) visit(pool[index] ?? 0)
        free[left] = chunk
        left += 1
        chunk = pool[chunk] ?? NONE
      }
    },
    isEmpty: (second) => heads[second] === NONE,
  }
}

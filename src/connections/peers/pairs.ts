/** The candidate pairs of a peer and the checks on them (RFC 8445 sections 6 and 7, without what needs a server). Pure. */
import type {PeerAddress} from '../../core/peer-spec.ts'
import {joinHostPort} from '../../core/target.ts'
import type {Millis} from '../../core/units.ts'

/** RFC 8445 section 14.2: one check per Ta; section 14.3: RTO of 500 ms at least, doubled, seven requests. */
const PACE: Millis = 50
const FIRST_RTO: Millis = 500
const MOST_SENT = 7
/** RFC 8489 section 6.2.1: the last request is waited for 16 RTO. */
const LAST_WAIT: Millis = 8000

export interface Pair {
  readonly key: string
  readonly local: string
  readonly remote: PeerAddress
  /** Credentials it is checked with: a restart begins a new generation. */
  readonly generation: number
  readonly priority: number
  state: 'waiting' | 'in-progress' | 'succeeded' | 'failed'
  sent: number
  due: Millis
  /** When the controlling side chose it last. */
  nominatedAt: Millis | null
  /** When the last proven answer came over it. */
  heardAt: Millis | null
}

interface Transaction {
  readonly key: string
  readonly sentAt: Millis
  readonly isConsent: boolean
  /** In which it was sent. */
  readonly role: 'controlling' | 'controlled'
}

export interface PairPlace {
  readonly local: string
  readonly remote: PeerAddress
  readonly generation: number
}

function pairKey({local, remote, generation}: PairPlace): string {
  return `${generation} ${local} ${joinHostPort(remote.address, remote.port)}`
}

/** For people, and the same over all generations. */
export function pairName({local, remote}: Pick<Pair, 'local' | 'remote'>): string {
  return `${local} → ${joinHostPort(remote.address, remote.port)}`
}

export class PairTable {
  readonly #pairs = new Map<string, Pair>()
  readonly #transactions = new Map<string, Transaction>()
  #nextSlot: Millis = 0

  get all(): readonly Pair[] {
    return [...this.#pairs.values()]
  }

  find(key: string): Pair | null {
    return this.#pairs.get(key) ?? null
  }

  /** The pair of this place; made and checked at once when it is new. */
  ensure(place: PairPlace, priority: number, now: Millis): Pair {
    const key = pairKey(place)
    const known = this.#pairs.get(key)
    if (known) return known
    const pair: Pair = {
      ...place,
      ...{key, priority, state: 'waiting', sent: 0, due: now, nominatedAt: null, heardAt: null},
    }
    this.#pairs.set(key, pair)
    return pair
  }

  /** Checks it from the beginning: a triggered check (section 7.3.1.4), or another try. */
  again(pair: Pair, now: Millis): void {
    pair.state = 'waiting'
    pair.sent = 0
    pair.due = now
  }

  drop(wanted: (pair: Pair) => boolean): void {
    for (const [key, pair] of this.#pairs) if (wanted(pair)) this.#pairs.delete(key)
    for (const [id, {key}] of this.#transactions) if (!this.#pairs.has(key)) this.#transactions.delete(id)
  }

  /** Pairs whose check is due, no more than the pace allows; each counts as sent. */
  take(now: Millis): Pair | null {
    if (now < this.#nextSlot) return null
    const open = this.all.filter(
      ({state, due}) => (state === 'waiting' || state === 'in-progress') && due <= now,
    )
    for (const pair of open.toSorted((one, other) => other.priority - one.priority)) {
      if (pair.sent >= MOST_SENT) {
        pair.state = 'failed'
        continue
      }
      pair.state = 'in-progress'
      pair.sent += 1
      pair.due = now + (pair.sent === MOST_SENT ? LAST_WAIT : FIRST_RTO * 2 ** (pair.sent - 1))
      this.#nextSlot = now + PACE
      return pair
    }
    return null
  }

  sent(id: string, transaction: Transaction): void {
    this.#transactions.set(id, transaction)
  }

  /** The pair whose check has this transaction; it goes on waiting. */
  waiting(id: string): Pair | null {
    const transaction = this.#transactions.get(id)
    return transaction ? this.find(transaction.key) : null
  }

  roleOf(id: string): Transaction['role'] | null {
    return this.#transactions.get(id)?.role ?? null
  }

  /** The pair that an answer is about; null for one that nobody waits for. Each answer counts once. */
  answered(id: string): Pair | null {
    const transaction = this.#transactions.get(id)
    this.#transactions.delete(id)
    return transaction ? this.find(transaction.key) : null
  }

  /** Forgets what was not answered within `after`; gives how many of those were consent checks. */
  expire(now: Millis, after: Millis): number {
    let lost = 0
    for (const [id, {sentAt, isConsent}] of this.#transactions) {
      if (now - sentAt < (isConsent ? after : LAST_WAIT)) continue
      this.#transactions.delete(id)
      if (isConsent) lost += 1
    }
    return lost
  }

  /** When something is due next; infinite for never. */
  next(after: Millis): Millis {
    const checks = this.all
      .filter(({state}) => state === 'waiting' || state === 'in-progress')
      .map(({due}) => Math.max(due, this.#nextSlot))
    const ends = [...this.#transactions.values()].map(
      ({sentAt, isConsent}) => sentAt + (isConsent ? after : LAST_WAIT),
    )
    return Math.min(Number.POSITIVE_INFINITY, ...checks, ...ends)
  }
}

/** RFC 8445 section 5.1.2.1; host candidates are preferred to those that only a packet showed. */
export function candidatePriority(rank: number, kind: 'host' | 'peer-reflexive' = 'host'): number {
  const preference = Math.max(0, 65_535 - rank)
  return (kind === 'host' ? 126 : 110) * 2 ** 24 + preference * 2 ** 8 + 255
}

/** Section 6.1.2.3, as a float: exact enough to order pairs, and the same on both sides. */
export function pairPriority(controlling: number, controlled: number): number {
  return (
    2 ** 32 * Math.min(controlling, controlled) +
    2 * Math.max(controlling, controlled) +
    (controlling > controlled ? 1 : 0)
  )
}

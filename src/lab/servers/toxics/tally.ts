import type {ProxyFaultCount} from '../../../core/proxy-effects.ts'

interface Count {
  matched: number
  affected: number
  readonly seen: WeakSet<object>
  readonly hit: WeakSet<object>
}

/** Counts for each fault what it looked at and what it changed. A connection counts once, whatever happens to it. */
export class Tally {
  readonly #counts = new Map<string, Count>()

  /** `what` is the connection, datagram, question or request; absent or undefined faults are nobody's. */
  matched(fault: string | undefined, what: object): void {
    if (fault === undefined) return
    const count = this.#count(fault)
    if (count.seen.has(what)) return
    count.seen.add(what)
    count.matched += 1
  }

  affected(fault: string | undefined, what: object): void {
    if (fault === undefined) return
    this.matched(fault, what)
    const count = this.#count(fault)
    if (count.hit.has(what)) return
    count.hit.add(what)
    count.affected += 1
  }

  get all(): Readonly<Record<string, ProxyFaultCount>> {
    return Object.fromEntries(
      [...this.#counts].map(([fault, {matched, affected}]) => [fault, {matched, affected}]),
    )
  }

  #count(fault: string): Count {
    const known = this.#counts.get(fault)
    if (known) return known
    const fresh = {matched: 0, affected: 0, seen: new WeakSet<object>(), hit: new WeakSet<object>()}
    this.#counts.set(fault, fresh)
    return fresh
  }
}

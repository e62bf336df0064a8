/**
 * Looks for the largest packet that a path takes whole: echo requests that nobody may fragment, halving what is left
 * between a size that passes and one that does not. Routers that name their MTU make it short (RFC 1191, RFC 8201);
 * those that drop in silence are found all the same (RFC 4821 has the idea).
 */
import type {Family} from '../../core/outcome.ts'
import type {EchoResult} from '../../core/ports.ts'
import type {Bytes, Millis} from '../../core/units.ts'

/** Octets of IP header without options, and of ICMP. */
const HEADERS: Readonly<Record<Family, Bytes>> = {4: 28, 6: 48}
/** What no link takes but the loopback: the refusal of our own kernel names the MTU of the own link, and sends nothing. */
const LARGEST: Bytes = 65_535
/**
 * Where the search begins, until one passes; the last is an ordinary ping. From the first to 1500, the size of most
 * links, are at most 256 sizes, so that 8 halvings end it; between the others 9 at the most.
 */
const STARTS: Readonly<Record<Family, readonly Bytes[]>> = {4: [1244, 800, 300, 84], 6: [1280, 800, 300, 104]}
const COMMON: Bytes = 1500
/** What is named below this is not believed, only tried: forged messages like to name 68 (RFC 8201 section 6). */
const LEAST_NAMED: Readonly<Record<Family, Bytes>> = {4: 576, 6: 1280}
/** Packets to a path whose own link takes no more than 1500 octets, and to any other: log2 of what is to be halved. */
const BUDGET = {common: 12, jumbo: 20} as const
/** How long a size is waited for before it counts as lost. */
const SHORTEST: Millis = 200
const LONGEST: Millis = 1000

export type EchoReply = Extract<EchoResult, {status: 'reply'}>
export type EchoLoss = Exclude<EchoResult, EchoReply>

export interface MtuSearchRequest {
  readonly family: Family
  /** Sends a payload of so many octets that may not be fragmented. */
  readonly echo: (payload: Bytes, timeout: Millis) => Promise<EchoResult>
  /** What is left of the sample's time. */
  readonly left: () => Millis
}

export interface MtuFound {
  readonly status: 'found'
  /** The largest packet that got through, headers included. */
  readonly mtu: Bytes
  /** The smallest that did not; null when the largest there is got through. */
  readonly over: Bytes | null
  /** What our own kernel takes at once; null when it did not say. */
  readonly link: Bytes | null
  /** Who named the MTU; null when nobody did. */
  readonly from: string | null
  /** What is too large vanishes without an answer. */
  readonly silent: boolean
  /** Everything between `mtu` and `over` was looked at. */
  readonly complete: boolean
  /** Requests that left this machine. */
  readonly packets: number
  /** The first reply: its round trip is that of the sample. */
  readonly reply: EchoReply
}
export type MtuSearched = MtuFound | {readonly status: 'lost'; readonly result: EchoLoss}

/** `lost` when not even the smallest packet was answered. Never throws for what the network does. */
export async function searchMtu(request: MtuSearchRequest): Promise<MtuSearched> {
  return new Search(request).run()
}

/** A size that did not pass, and who said so. */
interface Bound {
  readonly size: Bytes
  readonly from: string | null
  readonly silent: boolean
}

class Search {
  readonly #request: MtuSearchRequest
  /** Smallest last. */
  readonly #bounds: Bound[] = []
  /** Sizes that were not answered at all, one per packet. */
  readonly #silences: Bytes[] = []
  #low: Bytes = 0
  #link: Bytes | null = null
  #packets = 0
  #reply: EchoReply | null = null
  /** Sizes that were named, to be tried next. */
  #named: Bytes | null = null
  #confirmed = false

  constructor(request: MtuSearchRequest) {
    this.#request = request
  }

  async run(): Promise<MtuSearched> {
    const refusal = await this.#send(LARGEST)
    if (refusal.status === 'failed' && refusal.error.local === true) this.#link = refusal.mtu ?? null
    if (this.#link === null && !this.#reply && isFinal(refusal)) return {status: 'lost', result: refusal}
    const lost = this.#reply ? null : await this.#begin()
    if (lost) return {status: 'lost', result: lost}
    const isComplete = await this.#narrow()
    return this.#found(isComplete)
  }

  /** Gives why nothing passes; null when something does. */
  async #begin(): Promise<EchoLoss | null> {
    const {family} = this.#request
    let last: EchoLoss = {status: 'timeout', took: 0}
    for (const start of STARTS[family]) {
      const size = Math.min(start, this.#named ?? start, this.#link ?? start)
      if (size >= this.#high()) continue
      const result = await this.#send(size)
      if (result.status === 'reply') return this.#repeatFirst()
      last = result
      if (isFinal(result)) break
    }
    return last
  }

  /** A single silence proves nothing, least of all that of the very first packet, which neighbours are looked up for. */
  async #repeatFirst(): Promise<null> {
    const [only, ...others] = this.#bounds.filter(({silent}) => silent)
    if (only && others.length === 0) await this.#send(only.size)
    return null
  }

  /** False when time or packets ran out before the end. */
  async #narrow(): Promise<boolean> {
    for (let size = this.#next(); size !== null; size = this.#next()) {
      // With less patience silence would mean nothing.
      if (this.#request.left() < this.#patience()) return false
      if (this.#packets >= this.#budget() && size < this.#high()) return false
      const result = await this.#send(size)
      if (result.status === 'aborted') return false
    }
    return true
  }

  /** Null at the end. */
  #next(): Bytes | null {
    const named = this.#named
    if (named !== null && named > this.#low && named < this.#high()) return named
    const high = this.#high()
    if (high - this.#low <= 1) return this.#confirmation()
    if (this.#low < COMMON && high > 2 * COMMON) return COMMON
    return Math.floor((this.#low + high) / 2)
  }

  /** A packet that was lost by chance is as silent as a black hole: the smallest one is sent once more. */
  #confirmation(): Bytes | null {
    const last = this.#bounds.at(-1)
    if (!last?.silent || this.#confirmed) return null
    if (this.#packets >= this.#budget() && !this.#hangsOnOneSilence()) return null
    this.#confirmed = true
    return last.size
  }

  /** Only then the budget may be exceeded, by one: a black hole is not claimed for a single lost packet. */
  #hangsOnOneSilence(): boolean {
    return this.#silences.filter((size) => size > this.#low).length < 2
  }

  async #send(size: Bytes): Promise<EchoResult> {
    const {family, echo, left} = this.#request
    const timeout = Math.max(1, Math.min(this.#patience(), left()))
    const result = await echo(size - HEADERS[family], timeout)
    if (!(result.status === 'failed' && result.error.local === true)) this.#packets++
    if (result.status === 'reply') this.#passed(size, result)
    else this.#failed(size, result)
    return result
  }

  #patience(): Millis {
    if (!this.#reply) return LONGEST
    return Math.min(LONGEST, Math.max(SHORTEST, 4 * this.#reply.rtt + 100))
  }

  #passed(size: Bytes, reply: EchoReply): void {
    this.#reply ??= reply
    this.#low = Math.max(this.#low, size)
    // A size that was lost by chance, and got through when it was tried again.
    while ((this.#bounds.at(-1)?.size ?? Infinity) <= size) {
      this.#bounds.pop()
      this.#confirmed = false
    }
  }

  #failed(size: Bytes, result: EchoLoss): void {
    if (result.status === 'aborted') return
    const from = result.status === 'failed' ? (result.error.icmp?.from ?? null) : null
    const silent = result.status === 'timeout'
    if (silent) this.#silences.push(size)
    if (size < this.#high()) this.#bounds.push({size, from, silent})
    const named = namedIn(result, this.#request.family)
    // A router that names a size that it just refused, or one that passed, says nothing.
    if (named <= this.#low || named >= size || named >= this.#high()) return
    this.#named = named
    if (named + 1 < this.#high()) this.#bounds.push({size: named + 1, from, silent: false})
  }

  #high(): Bytes {
    return this.#bounds.at(-1)?.size ?? LARGEST + 1
  }

  #budget(): number {
    return this.#link !== null && this.#link <= COMMON ? BUDGET.common : BUDGET.jumbo
  }

  #found(isComplete: boolean): MtuSearched {
    const reply = this.#reply
    if (!reply) return {status: 'lost', result: {status: 'timeout', took: 0}}
    const bound = this.#bounds.at(-1)
    const over = bound?.size ?? null
    return {
      status: 'found',
      mtu: this.#low,
      over,
      link: this.#link,
      from: bound?.from ?? null,
      silent: bound?.silent === true && !this.#hangsOnOneSilence(),
      complete: isComplete && (over === null || over - this.#low === 1),
      packets: this.#packets,
      reply,
    }
  }
}

/** A smaller packet would meet the same. */
function isFinal(result: EchoResult): result is EchoLoss {
  if (result.status === 'aborted') return true
  return result.status === 'failed' && result.error.code !== 'EMSGSIZE'
}

/** The MTU that a refusal names; 0 when it names none that can be believed. */
function namedIn(result: EchoLoss, family: Family): Bytes {
  if (result.status !== 'failed') return 0
  const {mtu = 0, error} = result
  return error.local === true || mtu >= LEAST_NAMED[family] ? mtu : 0
}

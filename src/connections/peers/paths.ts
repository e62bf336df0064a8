/** Where a peer can be reached and how: candidates, pairs, credentials, and the pair in use. */
import type {PeerHealth, PeerStep} from '../../core/peer-events.ts'
import type {PeerAddress, PeerCredentials, PeerSpec} from '../../core/peer-spec.ts'
import type {Millis} from '../../core/units.ts'
import {type Pair, PairTable, candidatePriority, pairName, pairPriority} from './pairs.ts'

/** A consent check counts as unanswered after so long; round trips are shorter. */
const ANSWER_WITHIN: Millis = 1000

export interface Generation {
  readonly local: PeerCredentials
  readonly remote: PeerCredentials
}

/** A request whose sender knows our password. */
export interface Request {
  readonly local: string
  readonly from: PeerAddress
  readonly generation: number
  readonly role: {readonly name: 'controlling' | 'controlled'; readonly tieBreaker: bigint} | null
  readonly nominate: boolean
}

export interface PathsListener {
  readonly say: (step: PeerStep, level: 'info' | 'warning', text: string) => void
  /** Another pair is in use now. */
  readonly onSelected: (now: Millis) => void
}

export class PeerPaths {
  readonly tieBreaker: bigint
  readonly #listener: PathsListener
  readonly #bind: readonly string[]
  readonly #pairs = new PairTable()
  readonly #generations = new Map<number, Generation>()
  #generation = 0
  #locals: string[] = []
  #remotes: PeerAddress[]
  #role: PeerSpec['role']
  #selected: Pair | null = null

  constructor(spec: PeerSpec, tieBreaker: bigint, listener: PathsListener) {
    const {bind, candidates, role, local, remote} = spec
    this.tieBreaker = tieBreaker
    this.#listener = listener
    this.#bind = bind
    this.#remotes = [...candidates]
    this.#role = role
    this.#generations.set(0, {local, remote})
  }

  get role(): PeerSpec['role'] {
    return this.#role
  }
  get selected(): Pair | null {
    return this.#selected
  }
  get locals(): readonly string[] {
    return this.#locals
  }
  record(now: Millis): Pick<PeerHealth, 'selected' | 'consent' | 'locals'> {
    const pair = this.#selected
    const heardAt = pair?.heardAt ?? null
    const consent = heardAt === null ? null : now - heardAt
    return {selected: pair && pairName(pair), consent, locals: [...this.#locals]}
  }
  /** How many pairs there are to check. */
  get size(): number {
    return this.#pairs.all.length
  }

  /** What a pair is checked with; null for a generation that is over. */
  credentials(generation: number): Generation | null {
    return this.#generations.get(generation) ?? null
  }

  /** Which generation a user name `ours:theirs` belongs to; null for none. */
  generationOf(username: string): number | null {
    for (const [number, {local, remote}] of this.#generations)
      if (username === `${local.ufrag}:${remote.ufrag}`) return number
    return null
  }

  /** The pair that a check of ours went over; null when nobody waits for its answer. */
  waiting(transaction: string): Pair | null {
    return this.#pairs.waiting(transaction)
  }

  /** 0 for the local address that is preferred to all others: in the order of `bind`, else of their coming. */
  rankOf(local: string): number {
    return (this.#bind.length > 0 ? this.#bind : this.#locals).indexOf(local)
  }

  addLocal(address: string, now: Millis): void {
    if (this.#locals.includes(address)) return
    this.#locals.push(address)
    for (const remote of this.#remotes) this.#pair(address, remote, now)
  }

  /** Its pairs are gone with it, the one in use too. */
  removeLocal(address: string, now: Millis): void {
    this.#locals = this.#locals.filter((each) => each !== address)
    this.#pairs.drop(({local}) => local === address)
    if (this.#selected?.local !== address) return
    this.#selected = null
    this.#choose(now)
  }

  /** An answer whose sender knows the password: the pair works. Null when nobody waits for it. */
  responded(transaction: string, now: Millis): Pair | null {
    const pair = this.#pairs.answered(transaction)
    if (pair === null) return null
    pair.state = 'succeeded'
    pair.heardAt = now
    this.#choose(now)
    return pair
  }

  /** `role-conflict`: the sender has to take the other role (RFC 8445 section 7.3.1.1). */
  requested(request: Request, now: Millis): 'success' | 'role-conflict' {
    const {local, from, generation, role, nominate} = request
    if (role?.name === this.#role) {
      const isLarger = this.tieBreaker >= role.tieBreaker
      if ((this.#role === 'controlling') === isLarger) return 'role-conflict'
      this.#switchRole()
    }
    if (generation !== this.#generation) return 'success'
    if (!this.#remotes.some(({address, port}) => address === from.address && port === from.port))
      this.#learn(request, now)
    const pair = this.#pair(local, from, now)
    if (pair.state === 'succeeded') pair.heardAt = now
    // A triggered check: that it came says that the way there may work by now.
    if (pair.state === 'failed' || (pair.state === 'in-progress' && pair.sent > 1))
      this.#pairs.again(pair, now)
    if (nominate && this.#role === 'controlled') {
      pair.nominatedAt = now
      this.#choose(now)
    }
    return 'success'
  }

  /** The other side insists on the role in which this was asked. */
  roleRefused(transaction: string, now: Millis): void {
    const role = this.#pairs.roleOf(transaction)
    const pair = this.#pairs.answered(transaction)
    if (role === this.#role) this.#switchRole()
    if (pair) this.#pairs.again(pair, now)
  }

  /** The next pair to check; null when none is due. */
  take(now: Millis): Pair | null {
    return this.#pairs.take(now)
  }

  sent(
    transaction: string,
    pair: Pair,
    {now, isConsent}: {readonly now: Millis; readonly isConsent: boolean},
  ): void {
    this.#pairs.sent(transaction, {key: pair.key, sentAt: now, isConsent, role: this.#role})
  }

  /** How many consent checks have become unanswered. */
  expire(now: Millis): number {
    return this.#pairs.expire(now, ANSWER_WITHIN)
  }

  next(): Millis {
    return this.#pairs.next(ANSWER_WITHIN)
  }

  /** All pairs are checked from the beginning. */
  again(now: Millis): void {
    for (const pair of this.#pairs.all) this.#pairs.again(pair, now)
  }

  /** Credentials of both sides are new; what works goes on until something of the new generation does. */
  begin(generation: Generation, candidates: readonly PeerAddress[], now: Millis): void {
    const keep = this.#selected
    this.#pairs.drop(({key}) => key !== keep?.key)
    for (const number of this.#generations.keys())
      if (number !== keep?.generation) this.#generations.delete(number)
    this.#generation += 1
    this.#generations.set(this.#generation, generation)
    if (candidates.length > 0) this.#remotes = [...candidates]
    for (const local of this.#locals) for (const remote of this.#remotes) this.#pair(local, remote, now)
  }

  /**
   * Takes a pair that was heard more recently than the one in use: no restart is needed for that. The one that is left counts as
   * good again when the other side speaks over it, or it would be preferred at the next answer.
   */
  takeOther(now: Millis, within: Millis): boolean {
    const left = this.#selected
    const last = left?.heardAt ?? 0
    const fresh = this.#pairs.all.find(
      ({state, heardAt}) =>
        state === 'succeeded' && heardAt !== null && heardAt > last && now - heardAt < within,
    )
    if (!fresh) return false
    if (left) left.state = 'failed'
    this.#select(fresh, now)
    return true
  }

  /** Nothing may be sent over it any more. */
  dropSelected(): void {
    this.#selected = null
  }

  end(): void {
    this.#pairs.drop(() => true)
    this.#generations.clear()
    this.#selected = null
  }

  #switchRole(): void {
    this.#role = this.#role === 'controlling' ? 'controlled' : 'controlling'
    this.#listener.say('candidate', 'info', `both sides had the same role; this one is ${this.#role} now`)
  }

  #learn({from, local}: Request, now: Millis): void {
    this.#remotes.push(from)
    const text = `the peer speaks from a new address, ${from.address} port ${from.port}`
    this.#listener.say('candidate', 'info', text)
    for (const each of this.#locals) if (each !== local) this.#pair(each, from, now)
  }

  #pair(local: string, remote: PeerAddress, now: Millis): Pair {
    const mine = candidatePriority(this.rankOf(local))
    const theirs = candidatePriority(this.#remotes.indexOf(remote))
    const priority = this.#role === 'controlling' ? pairPriority(mine, theirs) : pairPriority(theirs, mine)
    return this.#pairs.ensure({local, remote, generation: this.#generation}, priority, now)
  }

  /** The controlling side takes the best; the controlled one what was chosen for it last, and until then anything that works. */
  #choose(now: Millis): void {
    const good = this.#pairs.all
      .filter(({state, generation}) => state === 'succeeded' && generation === this.#generation)
      .toSorted((one, other) => other.priority - one.priority)
    const nominated = good
      .filter(({nominatedAt}) => nominatedAt !== null)
      .toSorted((one, other) => (other.nominatedAt ?? 0) - (one.nominatedAt ?? 0))
    const chosen = this.#role === 'controlled' ? nominated[0] : good[0]
    const isFine = this.#selected?.state === 'succeeded' && this.#selected.generation === this.#generation
    const best = chosen ?? (isFine ? null : good[0])
    if (best && best.key !== this.#selected?.key) this.#select(best, now)
  }

  #select(pair: Pair, now: Millis): void {
    const before = this.#selected
    this.#selected = pair
    if (this.#role === 'controlling') pair.nominatedAt = now
    if (before) this.#listener.say('candidate', 'info', `moves from ${pairName(before)} to ${pairName(pair)}`)
    if (pair.generation === this.#generation) this.#forgetOld()
    this.#listener.onSelected(now)
  }

  #forgetOld(): void {
    const current = this.#generation
    this.#pairs.drop(({generation}) => generation !== current)
    for (const number of this.#generations.keys()) if (number !== current) this.#generations.delete(number)
  }
}

/** The budget of restarts, the one that waits for its answer, and when the next one is due. */
import type {PeerHealth} from '../../core/peer-events.ts'
import type {PeerCredentials, PeerSpec} from '../../core/peer-spec.ts'
import type {Random} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
/** RFC 8445 section 5.3 asks for 24 and 128 random bits; a letter has 6. */
const UFRAG = 8
const PWD = 24
/** However often it was tried in vain. */
const LONGEST: Millis = 30_000

type Own = PeerCredentials & {readonly id: string; readonly until: Millis}

export class Restarts {
  readonly #spec: Pick<PeerSpec, 'maxRestarts' | 'restartAfter' | 'restartTimeout' | 'refundAfter'>
  readonly #random: Random
  #used = 0
  #total = 0
  #won = 0
  #glares = 0
  #pending: Own | null = null
  #due: Millis = Number.POSITIVE_INFINITY
  #reason = ''
  #refundAt: Millis = Number.POSITIVE_INFINITY

  constructor(spec: PeerSpec, random: Random) {
    this.#spec = spec
    this.#random = random
  }

  /** That count against the limit. */
  get used(): number {
    return this.#used
  }
  record(): Pick<PeerHealth, 'restarts' | 'restartsTotal' | 'restartsWon' | 'glares'> {
    const won = this.#won > 0 && {restartsWon: this.#won}
    const glares = this.#glares > 0 && {glares: this.#glares}
    return {restarts: this.#used, restartsTotal: this.#total, ...won, ...glares}
  }
  /** An offer of ours waits for its answer, and not in vain as it seems. */
  isPending(now: Millis): boolean {
    return this.#pending !== null && now < this.#pending.until
  }

  get offeredUfrag(): string | null {
    return this.#pending && this.#pending.ufrag
  }

  /** The next restart is made then, unless it has become well before. */
  wait(until: Millis, reason: string): void {
    this.#due = until
    this.#reason = reason
    this.#refundAt = Number.POSITIVE_INFINITY
  }

  /** Why a restart is due now; null when none is. */
  takeDue(now: Millis): string | null {
    if (now < this.#due) return null
    this.#due = Number.POSITIVE_INFINITY
    return this.#reason
  }

  /** New credentials; null when the budget is used up. What is not answered in time leads to the next one, later each time. */
  begin(now: Millis): Own | null {
    this.#pending = null
    if (this.#used >= this.#spec.maxRestarts) return null
    this.#used += 1
    this.#total += 1
    const {restartAfter, restartTimeout} = this.#spec
    const pause = Math.min(LONGEST, restartAfter * 2 ** (this.#used - 1)) * (0.8 + 0.4 * this.#random.next())
    this.wait(now + restartTimeout + pause, 'the restart before brought nothing')
    const own = {...this.makeCredentials(), id: this.#letters(12), until: now + restartTimeout}
    this.#pending = own
    return own
  }

  /**
   * The credentials of the offer that is answered; null for any other answer. A late one counts too, also when the old path is
   * back: the other side knows us by the new credentials from now on.
   */
  answered(id: string): PeerCredentials | null {
    if (this.#pending?.id !== id) return null
    const {ufrag, pwd} = this.#pending
    this.#pending = null
    this.#won += 1
    return {ufrag, pwd}
  }

  /** The other side offers as well. */
  glare(): void {
    this.#glares += 1
  }

  drop(): void {
    this.#pending = null
  }

  /** It works again: restarts are given back if that lasts. */
  stable(now: Millis): void {
    this.#due = Number.POSITIVE_INFINITY
    this.#refundAt = this.#used > 0 ? now + this.#spec.refundAfter : Number.POSITIVE_INFINITY
  }

  /** True when restarts were given back just now. */
  refund(now: Millis): boolean {
    if (now < this.#refundAt) return false
    this.#refundAt = Number.POSITIVE_INFINITY
    this.#used = 0
    return true
  }

  next(): Millis {
    return Math.min(this.#due, this.#refundAt)
  }

  makeCredentials(): PeerCredentials {
    return {ufrag: this.#letters(UFRAG), pwd: this.#letters(PWD)}
  }

  /** From the system's own randomness: a seed that is printed must not give passwords away. */
  #letters(count: number): string {
    return [...crypto.getRandomValues(new Uint8Array(count))]
      .map((octet) => LETTERS[octet % 64] ?? '')
      .join('')
  }
}

/** Whether silence and missed checks mean that the peer is lost; thresholds are inclusive. */
export function isLost({combine, inactive, failures}: PeerSpec, idle: Millis, missed: number): boolean {
  const signs = [idle >= inactive, missed >= failures]
  return combine === 'any' ? signs.some(Boolean) : signs.every(Boolean)
}

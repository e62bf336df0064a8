/** When which pair is checked. */
import type {PeerSpec} from '../../core/peer-spec.ts'
import type {Random} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {CheckOrder} from './actions.ts'
import type {Pair} from './pairs.ts'
import type {PeerPaths} from './paths.ts'

const NEVER = Number.POSITIVE_INFINITY

export class Sending {
  readonly #spec: Pick<PeerSpec, 'consentInterval' | 'keepalive'>
  readonly #random: Random
  readonly #paths: PeerPaths
  #sentAt: Millis = 0
  #consentDue: Millis = NEVER

  constructor(spec: PeerSpec, paths: PeerPaths, random: Random) {
    this.#spec = spec
    this.#paths = paths
    this.#random = random
  }

  /** Asks for consent at once, and from then on at its interval. */
  askFrom(now: Millis): void {
    this.#consentDue = now
  }

  stopAsking(): void {
    this.#consentDue = NEVER
  }

  next(): Millis {
    return this.#paths.selected ? Math.min(this.#consentDue, this.#sentAt + this.#spec.keepalive) : NEVER
  }

  /** Everything that is due now. */
  take(now: Millis): readonly CheckOrder[] {
    const orders: CheckOrder[] = []
    for (let pair = this.#paths.take(now); pair !== null; pair = this.#paths.take(now))
      orders.push(this.#order(pair, now, false))
    return [...orders, ...this.#consent(now)]
  }

  /** Keepalives are checks as well, so that each brings a proof back; only those of consent count as failures. */
  #consent(now: Millis): readonly CheckOrder[] {
    const pair = this.#paths.selected
    if (pair === null) return []
    const isConsent = now >= this.#consentDue
    if (!isConsent && now - this.#sentAt < this.#spec.keepalive) return []
    // RFC 7675 section 5.1: so that nobody can foretell when.
    if (isConsent) this.#consentDue = now + this.#spec.consentInterval * (0.8 + 0.4 * this.#random.next())
    return [this.#order(pair, now, isConsent)]
  }

  #order(pair: Pair, now: Millis, isConsent: boolean): CheckOrder {
    const transaction = Buffer.from(crypto.getRandomValues(new Uint8Array(12))).toString('hex')
    this.#paths.sent(transaction, pair, {now, isConsent})
    const isSelected = pair.key === this.#paths.selected?.key
    if (isSelected) this.#sentAt = now
    return {type: 'check', pair, transaction, nominate: isSelected && this.#paths.role === 'controlling'}
  }
}

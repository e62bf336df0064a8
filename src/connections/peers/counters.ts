/** What is counted of a peer's packets, and how often it is worth a word. */
import type {PeerHealth} from '../../core/peer-events.ts'
import type {Millis} from '../../core/units.ts'
import type {PeerLog} from './peer-log.ts'

/** The same trouble is told this often. */
const REPEAT: Millis = 60_000

export class Counters {
  readonly #log: PeerLog
  sent = 0
  received = 0
  #forged = 0
  #unknown = 0
  readonly #sendCodes = new Map<string, number>()
  readonly #told = new Map<string, Millis>()

  constructor(log: PeerLog) {
    this.#log = log
  }

  /** Counted and told, nothing else: the peer is judged by its answers alone. */
  sendFailed(code: string, now: Millis): void {
    this.#sendCodes.set(code, (this.#sendCodes.get(code) ?? 0) + 1)
    if (this.#isNews(code, now)) this.#log.step('send-error', 'warning', `could not send: ${code}`)
  }

  /** Packets that prove nothing never change a state. */
  refused(kind: 'forged' | 'unknown', from: string, now: Millis): void {
    if (kind === 'forged') this.#forged += 1
    else this.#unknown += 1
    if (this.#isNews(kind, now)) this.#log.step('refused', 'warning', `${kind} packet from ${from}`)
  }

  record(): Pick<PeerHealth, 'sent' | 'received' | 'forged' | 'unknown' | 'sendErrors' | 'sendCodes'> {
    const {sent, received} = this
    const sendErrors = [...this.#sendCodes.values()].reduce((sum, count) => sum + count, 0)
    const sendCodes = sendErrors > 0 && {sendCodes: Object.fromEntries(this.#sendCodes)}
    return {sent, received, forged: this.#forged, unknown: this.#unknown, sendErrors, ...sendCodes}
  }

  #isNews(what: string, now: Millis): boolean {
    const last = this.#told.get(what)
    if (last !== undefined && now - last < REPEAT) return false
    this.#told.set(what, now)
    return true
  }
}

/** One peer: what to send when, what its packets mean, and when to restart. No clock and no socket: told the time, it answers with actions. */
import type {PeerHealth, PeerState} from '../../core/peer-events.ts'
import type {PeerSpec} from '../../core/peer-spec.ts'
import type {Random} from '../../core/ports.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import type {Action} from './actions.ts'
import {Counters} from './counters.ts'
import type {Answer, Offer} from './offer.ts'
import {pairName} from './pairs.ts'
import {PeerLog} from './peer-log.ts'
import {PeerPaths, type Request} from './paths.ts'
import {Restarts, isLost} from './restarts.ts'
import {Sending} from './sending.ts'

/** RFC 8863: nothing is given up earlier, since the other side may still be on its way. */
const PATIENCE: Millis = 39_500
/** After an address is gone a new one may be about to come. */
const AFTER_CHANGE: Millis = 500
const NEVER = Number.POSITIVE_INFINITY

export class PeerMachine {
  readonly #spec: PeerSpec
  readonly #log: PeerLog
  readonly #sending: Sending
  readonly #restarts: Restarts
  readonly paths: PeerPaths
  readonly counters: Counters
  #failures = 0
  #heardAt: Millis | null = null
  #checkDue: Millis = NEVER
  #endDue: Millis = NEVER

  constructor(spec: PeerSpec, random: Random) {
    this.#spec = spec
    this.#log = new PeerLog(spec.name)
    this.counters = new Counters(this.#log)
    this.#restarts = new Restarts(spec, random.fork('restarts'))
    const half = (): bigint => BigInt(Math.floor(random.next() * 2 ** 32))
    const tieBreaker = spec.tieBreaker === undefined ? half() * 2n ** 32n + half() : BigInt(spec.tieBreaker)
    this.paths = new PeerPaths(spec, tieBreaker, {
      say: (step, level, text) => this.#log.step(step, level, text),
      onSelected: (now) => {
        this.#failures = 0
        this.#sending.askFrom(now)
      },
    })
    this.#sending = new Sending(spec, this.paths, random.fork('consent'))
  }

  get #state(): PeerState {
    return this.#log.state
  }

  /** Our name in an offer that has no answer yet: the other side is a little ahead of it. */
  get offeredUfrag(): string | null {
    return this.#restarts.offeredUfrag
  }

  /** What is to be done since the last call. */
  take(): readonly Action[] {
    return this.#log.take()
  }

  start(now: Millis): void {
    this.#log.become('checking', 'the watch began')
    this.#log.step('connect', 'info', `checks ${this.paths.size} pairs`)
    this.#checkDue = now + this.#spec.check
    this.#restarts.wait(now + Math.max(PATIENCE, this.#spec.restartTimeout), 'no pair answered')
  }

  addLocal(address: string, now: Millis): void {
    if (this.#state === 'closed' || this.paths.locals.includes(address)) return
    if (this.#state !== 'new') this.#log.step('candidate', 'info', `new local address ${address}`)
    this.paths.addLocal(address, now)
  }

  /** A restart follows soon unless another pair works. */
  removeLocal(address: string, now: Millis): void {
    if (!this.paths.locals.includes(address)) return
    this.#log.step('candidate', 'warning', `local address ${address} is gone`)
    this.paths.removeLocal(address, now)
    if (this.paths.selected !== null || this.#state !== 'connected') return
    const wait = Math.min(AFTER_CHANGE, this.#spec.restartAfter)
    this.#lose(now, `its local address ${address} is gone`, wait)
  }

  /** An answer whose sender knows the password; false when nobody waits for it. */
  responded(transaction: string, now: Millis): boolean {
    const pair = this.paths.responded(transaction, now)
    if (pair === null) return false
    this.counters.received += 1
    this.#heardAt = now
    if (this.paths.selected?.key !== pair.key) return true
    this.#failures = 0
    if (this.#state !== 'connected') this.#gain(now)
    return true
  }

  /** A request whose sender knows our password. */
  requested(request: Request, now: Millis): 'success' | 'role-conflict' {
    this.counters.received += 1
    this.#heardAt = now
    return this.paths.requested(request, now)
  }

  /** Brings everything up to date that is due. */
  tick(now: Millis): void {
    if (this.#state === 'closed' || this.#state === 'new') return
    if (now >= this.#endDue) {
      this.end(`it failed ${formatDuration(this.#spec.grace)} ago and nothing brought it back`)
      return
    }
    this.#failures += this.paths.expire(now)
    this.#log.order(...this.#sending.take(now))
    if (now >= this.#checkDue) this.#look(now)
    this.#restartIfDue(now)
    if (this.#restarts.refund(now))
      this.#log.step('monitor', 'info', 'stable again: its restarts are refunded')
  }

  /** When `tick` has something to do. */
  next(): Millis {
    if (this.#state === 'closed' || this.#state === 'new') return NEVER
    const others = [this.#sending.next(), this.paths.next(), this.#restarts.next()]
    return Math.min(this.#checkDue, this.#endDue, ...others)
  }

  /** The other side's answer to our offer. */
  answered(answer: Answer, now: Millis): void {
    const local = this.#restarts.answered(answer.id)
    if (local === null || this.#state === 'closed') return
    this.#log.step('recover', 'info', 'the other side answered the offer')
    this.paths.begin({local, remote: {ufrag: answer.ufrag, pwd: answer.pwd}}, answer.candidates, now)
    this.#beginAgain(now)
  }

  /** The other side restarts; gives the answer, or null when our own offer wins. */
  offered(offer: Offer, now: Millis): Omit<Answer, 'candidates'> | null {
    if (this.#state === 'closed') return null
    if (this.#restarts.isPending(now)) {
      const wins = this.paths.tieBreaker >= BigInt(offer.tieBreaker)
      this.#log.step('recover', 'info', `both sides offer a restart: ${wins ? 'ours' : 'theirs'} wins`)
      this.#restarts.glare()
      if (wins) return null
    }
    this.#restarts.drop()
    this.#log.step('recover', 'info', `the other side restarts: ${offer.reason}`)
    const local = this.#restarts.makeCredentials()
    this.paths.begin({local, remote: {ufrag: offer.ufrag, pwd: offer.pwd}}, offer.candidates, now)
    this.#beginAgain(now)
    return {type: 'answer', id: offer.id, ...local}
  }

  /** An offer with new credentials; null when there is nothing to mend, nobody to tell, or no restart left. */
  restart(reason: string, now: Millis): Offer | null {
    if (this.#state !== 'disconnected' && this.#state !== 'checking') return null
    const own = this.#restarts.begin(now)
    if (own === null) {
      this.#fail(now, `${this.#spec.maxRestarts} restarts did not help`)
      return null
    }
    const count = `restart ${this.#restarts.used} of ${this.#spec.maxRestarts}: ${reason}`
    this.paths.again(now)
    if (this.#spec.signal === null) {
      this.#log.step('recover', 'warning', `${count}; no signal hook, so the known pairs are tried again`)
      this.#restarts.drop()
      return null
    }
    this.#log.step('recover', 'warning', `${count}; new credentials go to the other side`)
    const tieBreaker = String(this.paths.tieBreaker)
    const {id, ufrag, pwd} = own
    return {type: 'offer', id, ufrag, pwd, tieBreaker, reason, candidates: []}
  }

  end(because: string): void {
    if (this.#state === 'closed') return
    this.#log.step('clean-up', 'info', because)
    this.#log.become('closed', because)
    this.paths.end()
    this.#log.tell({type: 'peer-removed', peer: this.#spec.name, because})
    this.#log.order({type: 'end'})
  }

  health(now: Millis): PeerHealth {
    const idle = this.#heardAt === null ? null : now - this.#heardAt
    const [state, failures] = [this.#state, this.#failures]
    return {
      state,
      idle,
      failures,
      ...this.#restarts.record(),
      ...this.paths.record(now),
      ...this.counters.record(),
    }
  }

  #look(now: Millis): void {
    const {check, consentTimeout, inactive, restartAfter} = this.#spec
    this.#checkDue += Math.max(1, Math.ceil((now - this.#checkDue + 1) / check)) * check
    this.#log.tell({type: 'peer-check', peer: this.#spec.name, health: this.health(now)})
    const {selected} = this.paths
    const idle = now - (selected?.heardAt ?? this.#heardAt ?? now)
    if (
      this.#state === 'connected' &&
      isLost(this.#spec, idle, this.#failures) &&
      !this.paths.takeOther(now, inactive)
    ) {
      const text = `nothing proven for ${formatDuration(Math.round(idle))}, ${this.#failures} checks without an answer`
      this.#lose(now, text, restartAfter)
    }
    if (selected && selected === this.paths.selected && idle >= consentTimeout) {
      this.#log.step('monitor', 'warning', `consent expired: nothing more is sent over ${pairName(selected)}`)
      this.paths.dropSelected()
      this.#sending.stopAsking()
    }
    if (this.#state === 'failed') this.paths.again(now)
  }

  #restartIfDue(now: Millis): void {
    const reason = this.#restarts.takeDue(now)
    if (reason === null || this.#state === 'connected') return
    if (this.#state === 'checking') this.#log.become('disconnected', reason)
    const offer = this.restart(reason, now)
    if (offer) this.#log.order({type: 'offer', offer})
  }

  /** What still works goes on meanwhile. */
  #beginAgain(now: Millis): void {
    if (this.#state === 'connected') return
    this.#restarts.wait(now + this.#spec.restartTimeout, 'no pair answered after the restart')
    if (this.#state !== 'disconnected' && this.#state !== 'failed') return
    this.#endDue = NEVER
    this.#log.become('checking', 'new credentials on both sides')
  }

  #lose(now: Millis, because: string, wait: Millis): void {
    this.#log.become('disconnected', because)
    this.#restarts.wait(now + wait, because)
  }

  #gain(now: Millis): void {
    const isFirst = this.#state === 'checking' && this.#restarts.record().restartsTotal === 0
    this.#endDue = NEVER
    this.#restarts.stable(now)
    const {selected} = this.paths
    this.#log.become('connected', selected === null ? '' : pairName(selected))
    if (isFirst)
      this.#log.step('monitor', 'info', `health is looked at every ${formatDuration(this.#spec.check)}`)
    else this.#log.step('recover', 'info', 'the peer is back')
  }

  #fail(now: Millis, because: string): void {
    this.#log.become('failed', because)
    if (this.#spec.onFailed === 'close') this.#endDue = now + this.#spec.grace
  }
}

/** One receiver: collects what happens, tells it in few messages, and tries again when that fails. */
import type {AlertEvent} from '../../core/alert-events.ts'
import type {Clock, Random} from '../../core/ports.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {type AttemptOutcome, runWithPolicy} from '../../policies/executor.ts'
import type {Incident} from './incident.ts'
import {type Message, type MessageSource, makeMessage} from './message.ts'
import {type Batch, MOST_INCIDENTS, Outbox} from './outbox.ts'
import type {ReceiverSpec} from './receiver-spec.ts'

export interface ReceiverWorld {
  readonly clock: Clock
  /** On the run's clock. */
  readonly now: () => Millis
  readonly random: Pick<Random, 'next'>
  readonly source: Omit<MessageSource, 'receiver'>
  readonly send: (
    message: Message,
    options: {readonly timeout: Millis; readonly signal: AbortSignal},
  ) => Promise<AttemptOutcome<null>>
  readonly tell: (event: AlertEvent & {type: 'notified'}) => void
}

/** After a ladder that did not help, the receiver is left alone for so long. */
const PAUSE: Millis = 300_000
/** The end of a watch waits no longer for the last message. */
const LAST_ATTEMPT: Millis = 5000

/** Never blocks who adds: all it does happens on timers of its own, and it holds one timer at most. */
export class Receiver {
  readonly spec: ReceiverSpec
  readonly #world: ReceiverWorld
  readonly #outbox: Outbox
  #cancel: (() => void) | null = null
  #hasTimer: 'news' | 'reminder' | null = null
  #sending: {readonly controller: AbortController; readonly done: Promise<void>} | null = null
  /** No message before this. */
  #notBefore: Millis = Number.NEGATIVE_INFINITY
  #closed = false

  constructor(spec: ReceiverSpec, world: ReceiverWorld) {
    this.spec = spec
    this.#world = world
    this.#outbox = new Outbox(spec)
  }

  /** Takes an incident if it is for this receiver. */
  add(incident: Incident): void {
    const {on, severity} = this.spec
    if (this.#closed || !incident.kinds.some((kind) => on.includes(kind))) return
    const isAlert = incident.kinds.includes('alerts')
    if (isAlert && severity && !severity.includes(incident.labels['severity'] ?? '')) return
    if (this.#outbox.add(incident)) this.#planNews()
  }

  /** Tells what is left with one last attempt, and forgets the rest. */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancel?.()
    this.#cancel = null
    this.#sending?.controller.abort(new Error('the watch ends'))
    await this.#sending?.done
    if (!this.#outbox.hasNews()) return
    const timeout = Math.min(LAST_ATTEMPT, this.spec.policy.attemptTimeout)
    await this.#send({...this.spec.policy, attemptTimeout: timeout, maxAttempts: 1})
  }

  /** What follows within `wait` comes into the same message. */
  #planNews(): void {
    if (this.#hasTimer === 'news' || this.#sending) return
    this.#setTimer('news', Math.max(this.#world.now() + this.spec.wait, this.#notBefore))
  }

  /** After a message: for what came meanwhile, else for the next reminder. */
  #planNext(): void {
    if (this.#closed) return
    if (this.#outbox.hasNews()) {
      this.#planNews()
      return
    }
    const reminder = this.#outbox.nextReminder()
    if (reminder !== null) this.#setTimer('reminder', Math.max(reminder, this.#notBefore))
  }

  #setTimer(what: 'news' | 'reminder', due: Millis): void {
    const {clock, now} = this.#world
    this.#cancel?.()
    this.#hasTimer = what
    this.#cancel = clock.after(due - now(), () => this.#flush())
  }

  #flush(): void {
    this.#cancel = null
    this.#hasTimer = null
    const controller = new AbortController()
    const done = this.#send(this.spec.policy, controller.signal).then(() => {
      this.#sending = null
      this.#planNext()
    })
    this.#sending = {controller, done}
  }

  /** What is told is what is true when an attempt is made, not what was true at the first one. */
  async #send(policy: ReceiverSpec['policy'], signal = new AbortController().signal): Promise<void> {
    const {clock, random, now, send} = this.#world
    this.#tellDropped()
    let sent: {readonly batch: Batch; readonly message: Message} | null = null
    const result = await runWithPolicy<null>({
      policy,
      clock,
      random,
      signal,
      attempt: async ({timeout, signal: own}) => {
        const batch = this.#outbox.batch(now())
        sent = batch && {
          batch,
          message: makeMessage(batch, {...this.#world.source, receiver: this.spec.name}),
        }
        return sent ? send(sent.message, {timeout, signal: own}) : {status: 'ok', value: null}
      },
    })
    this.#settle(result, sent)
  }

  #settle(
    result: Awaited<ReturnType<typeof runWithPolicy<null>>>,
    sent: {readonly batch: Batch; readonly message: Message} | null,
  ): void {
    const {now, tell} = this.#world
    if (!sent || result.status === 'aborted') return
    const about = sent.message.text
    const {length: attempts} = result.attempts
    const told = {type: 'notified', receiver: this.spec.name, about, attempts} as const
    if (result.status === 'ok') {
      this.#outbox.delivered(sent.batch, now())
      this.#notBefore = now() + this.spec.interval
      tell({...told, result: 'delivered', because: ''})
      return
    }
    this.#outbox.givenUp()
    this.#notBefore = now() + PAUSE
    const failure = result.failure ? `${result.failure.code}: ${result.failure.message}` : result.because
    tell({...told, result: 'failed', because: `${failure}; the next message in ${formatDuration(PAUSE)}`})
  }

  #tellDropped(): void {
    const dropped = this.#outbox.takeDropped()
    if (dropped === 0) return
    const because = `more than ${MOST_INCIDENTS} incidents at once`
    const about = `${dropped} incidents`
    this.#world.tell({
      type: 'notified',
      receiver: this.spec.name,
      about,
      result: 'dropped',
      attempts: 0,
      because,
    })
  }
}

/** The connection to the netdrill on another host, from its first word until it is closed or lost. */
import {isUserError, type UserError} from '../../core/errors.ts'
import type {HostChannel, HostDoor} from '../../core/host-channel.ts'
import type {Clock} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import {
  type NamedHost,
  contactProblem,
  lastLine,
  lostProblem,
  silenceProblem,
  toldThere,
  versionProblem,
} from './host-problems.ts'
import {channelArguments} from './ssh-host.ts'
import {
  type Answers,
  BEAT,
  type FromHost,
  type Hello,
  type Order,
  SILENCE,
  decodeWords,
  encodeWords,
} from './words.ts'

/** Connecting takes ssh a second, and a Node on a busy machine some more until it speaks. */
const CONTACT_PATIENCE: Millis = 20_000
/** How long ssh may take to end after the last word. */
const END_PATIENCE: Millis = 2000

export interface LinkWorld {
  readonly door: HostDoor
  readonly clock: Clock
  readonly version: string
}

interface LinkListener {
  lost(problem: UserError): void
  halted(because: string): void
}

interface Question {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: UserError) => void
}

export class HostLink {
  readonly host: NamedHost
  readonly hello: Hello
  readonly #channel: HostChannel
  readonly #clock: Clock
  readonly #listener: LinkListener
  readonly #open = new Map<number, Question>()
  #count = 0
  #lost: UserError | null = null
  #over = false
  #heard: Millis
  #cancelBeat = (): void => undefined

  private constructor(
    contact: {readonly host: NamedHost; readonly hello: Hello; readonly channel: HostChannel},
    clock: Clock,
    listener: LinkListener,
  ) {
    this.host = contact.host
    this.hello = contact.hello
    this.#channel = contact.channel
    this.#clock = clock
    this.#listener = listener
    this.#heard = clock.now()
    void contact.channel.ended.then(({said, code}) => {
      const last = lastLine(said)
      this.#lose(last === '' ? `ssh ended with ${code ?? 'a signal'}` : last)
    })
    this.#beat()
  }

  /** Throws HOST_* (exit 6) when there is nobody to talk to, or somebody else. */
  static async open(
    host: NamedHost,
    {door, clock, version}: LinkWorld,
    listener: LinkListener,
  ): Promise<HostLink> {
    const channel = door.open(channelArguments(host))
    let link: HostLink | null = null
    const noise: string[] = []
    const hello = new Promise<Hello>((resolve) => {
      channel.onLine((line) => {
        const words = decodeWords<FromHost>(line)
        if (link) link.#receive(words)
        else if (words && 'say' in words && words.say === 'hello') resolve(words)
        else noise.push(line)
      })
    })
    const patience = new AbortController()
    try {
      const said = await Promise.race([
        hello,
        channel.ended.then((end) => Promise.reject(contactProblem(host, end, noise.slice(-5).join('\n')))),
        clock
          .sleep(CONTACT_PATIENCE, patience.signal)
          .then(() =>
            Promise.reject(silenceProblem(host, `no word from it within ${CONTACT_PATIENCE / 1000}s`)),
          ),
      ])
      const problem = versionProblem(host, said, version)
      if (problem) throw problem
      link = new HostLink({host, hello: said, channel}, clock, listener)
      return link
    } catch (error) {
      if (isUserError(error)) channel.drop()
      throw error
    } finally {
      patience.abort()
    }
  }

  get lost(): UserError | null {
    return this.#lost
  }

  /** Throws what the netdrill there complains about, and HOST_LOST when the connection ends before the answer. */
  async ask<Verb extends Order['do']>(order: Extract<Order, {do: Verb}>): Promise<Answers[Verb]> {
    if (this.#lost) throw this.#lost
    const id = ++this.#count
    return new Promise<Answers[Verb]>((resolve, reject) => {
      this.#open.set(id, {resolve: resolve as Question['resolve'], reject})
      this.#channel.send(encodeWords({id, order}))
    })
  }

  /** Lets the netdrill there undo what it still keeps, and ends. Never throws. */
  async close(): Promise<void> {
    if (this.#over) return
    if (!this.#lost) await this.ask({do: 'close'}).catch(() => undefined)
    this.#end()
    this.#channel.end()
    const patience = new AbortController()
    await Promise.race([
      this.#channel.ended,
      this.#clock.sleep(END_PATIENCE, patience.signal).catch(() => undefined),
    ])
    patience.abort()
    this.#channel.drop()
  }

  #receive(words: FromHost | null): void {
    if (!words) return
    this.#heard = this.#clock.now()
    if ('say' in words) {
      if (words.say === 'halted') this.#listener.halted(words.because)
      return
    }
    const question = this.#open.get(words.re)
    this.#open.delete(words.re)
    if ('ok' in words) question?.resolve(words.ok)
    else question?.reject(toldThere(this.host, words.problems, words.exit, this.hello.uid))
  }

  #beat(): void {
    if (this.#over || this.#lost) return
    if (this.#clock.now() - this.#heard >= SILENCE) {
      this.#lose(`not a word from it for ${SILENCE / 1000}s`)
      return
    }
    this.#channel.send(encodeWords({beat: true}))
    this.#cancelBeat = this.#clock.after(BEAT, () => this.#beat())
  }

  #lose(because: string): void {
    if (this.#over || this.#lost) return
    const problem = lostProblem(this.host, because)
    this.#lost = problem
    this.#cancelBeat()
    this.#channel.drop()
    for (const {reject} of this.#open.values()) reject(problem)
    this.#open.clear()
    this.#listener.lost(problem)
  }

  #end(): void {
    this.#over = true
    this.#cancelBeat()
  }
}

import type {FromAgent, ProxyControl, ServerSpec, ServingServer, ToAgent} from '../core/agent.ts'
import {UserError} from '../core/errors.ts'
import type {EmitEvent} from '../core/events.ts'
import type {LinkOrder, LinkState} from '../core/link-effects.ts'
import type {PeerSpec} from '../core/peer-spec.ts'
import type {Place} from '../core/place.ts'
import type {AgentProcess, Clock, Ports, SpawnOptions} from '../core/ports.ts'
import type {CarriedSpec, SteerOrder} from '../core/stream-spec.ts'
import type {Millis} from '../core/units.ts'
import type {WatchSpec} from '../core/watch.ts'
import type {WebhookRequest, WebhookResult} from '../core/webhook-port.ts'

/** An agent answers within milliseconds, to thousands of targets within seconds, on a starved machine later. One that has ended is told at once. */
const ANSWER_LIMIT: Millis = 60_000

type Request = Exclude<ToAgent, {type: 'start'}>
type WithoutId<T> = T extends Request ? Omit<T, 'id'> : never
type Counters = Extract<FromAgent, {type: 'proxy-counters'}>

export interface SessionOptions {
  /** For people: the node's name. */
  readonly name: string
  readonly place: Place
  readonly spawn?: SpawnOptions
  /** Start of the run on the monotonic clock. */
  readonly origin: Millis
  readonly seed: number
  readonly forward?: boolean
  readonly resolver?: Extract<ToAgent, {type: 'start'}>['resolver']
}

/** An agent with its questions and answers matched: every request resolves, or rejects when the agent can't or is gone. */
export class AgentSession {
  readonly name: string
  readonly #process: AgentProcess
  readonly #clock: Pick<Clock, 'after'>
  readonly #pending = new Map<number, (answer: FromAgent | Error) => void>()
  readonly #counters = new Map<string, Counters>()
  #emit: EmitEvent = () => {}
  #onSignal: (peer: string, text: string) => void = () => {}
  #lastId = 0
  #gone: string | null = null

  private constructor(name: string, process: AgentProcess, clock: Pick<Clock, 'after'>) {
    this.name = name
    this.#process = process
    this.#clock = clock
    process.onMessage((message) => this.#receive(message))
    void process.ended.then((because) => this.#lose(because))
  }

  /** Starts the agent. Throws `UserError` when the place can't be entered. */
  static async open(ports: Pick<Ports, 'agents' | 'clock'>, options: SessionOptions): Promise<AgentSession> {
    const {name, place, spawn, origin, seed, forward, resolver} = options
    const process = await ports.agents.spawn(place, spawn)
    const session = new AgentSession(name, process, ports.clock)
    process.send({
      type: 'start',
      origin,
      seed,
      openPing: spawn?.unshare !== undefined,
      ...(forward === undefined ? {} : {forward}),
      ...(resolver === undefined ? {} : {resolver}),
    })
    return session
  }

  get pid(): number {
    return this.#process.pid
  }

  /** Why the agent ended; resolves exactly once. */
  get ended(): Promise<string> {
    return this.#process.ended
  }

  async serve(servers: readonly ServerSpec[]): Promise<readonly ServingServer[]> {
    const answer = await this.#ask({type: 'serve', servers})
    return answer.type === 'done' ? (answer.servers ?? []) : []
  }

  /**
   * Watches these from now on: those that were watched before with the same spec go on with their state. Events come until
   * `unwatch` has resolved.
   */
  async watch(
    targets: readonly WatchSpec[],
    emit: EmitEvent,
    streams: readonly CarriedSpec[] = [],
  ): Promise<void> {
    this.#emit = emit
    await this.#ask({type: 'watch', targets, ...(streams.length > 0 && {streams})})
  }

  /** What the carrier of a stream is to do; how it goes comes as events. */
  steer(order: SteerOrder): void {
    void this.#ask({type: 'steer', order}).catch(() => undefined)
  }

  /** Until `unwatch`; `onSignal` gets what they tell peers of any node. */
  async keepPeers(
    peers: readonly PeerSpec[],
    emit: EmitEvent,
    onSignal: (peer: string, text: string) => void,
  ): Promise<void> {
    this.#emit = emit
    this.#onSignal = onSignal
    await this.#ask({type: 'keep-peers', peers})
  }

  signalPeer(peer: string, text: string): void {
    void this.#ask({type: 'peer-signal', peer, text}).catch(() => undefined)
  }

  /** What its servers have to say. */
  hear(emit: EmitEvent): void {
    this.#emit = emit
  }

  /** An abort of the request's signal gives the answer up. */
  async post({signal, ...request}: WebhookRequest, timeout: Millis): Promise<WebhookResult> {
    const given = new Promise<WebhookResult>((resolve) => {
      signal.addEventListener('abort', () => resolve({status: 'aborted'}), {once: true})
    })
    const asked = this.#ask({type: 'post', request, timeout}).then((answer): WebhookResult => {
      const posted = answer.type === 'done' ? answer.posted : undefined
      return posted ?? {status: 'aborted'}
    })
    return signal.aborted ? {status: 'aborted'} : Promise.race([asked, given])
  }

  async unwatch(): Promise<void> {
    await this.#ask({type: 'unwatch'})
    this.#emit = () => {}
  }

  proxy(name: string): ProxyControl {
    return {
      name,
      impair: async (faults) => {
        await this.#ask({type: 'impair', proxy: name, faults})
      },
      counters: async () => {
        await this.#ask({type: 'count'})
        const {connections = 0, bytes = 0, faults = {}} = this.#counters.get(name) ?? {}
        return {connections, bytes, faults}
      },
    }
  }

  /** Passes packets between two devices of the node, and does to them what the orders say. */
  async joinLink(
    link: string,
    devices: readonly [string, string],
    orders: readonly LinkOrder[],
  ): Promise<void> {
    await this.#ask({type: 'join-link', link, devices, orders})
  }

  /** Without a change it only tells how things are. */
  async impairLink(
    link: string,
    change: {readonly set?: LinkOrder; readonly clear?: string},
  ): Promise<LinkState> {
    const answer = await this.#ask({type: 'impair-link', link, ...change})
    if (answer.type !== 'done' || !answer.link) throw new Error(`the link ${link} gave no answer`)
    return answer.link
  }

  async close(): Promise<void> {
    await this.#process.stop()
  }

  async #ask(request: WithoutId<Request>): Promise<FromAgent> {
    const answer = await new Promise<FromAgent | Error>((resolve) => {
      if (this.#gone !== null) {
        resolve(new Error(this.#gone))
        return
      }
      const id = ++this.#lastId
      const late = new Error(`the agent of ${this.name} did not answer "${request.type}"`)
      const cancel = this.#clock.after(ANSWER_LIMIT, () => this.#settle(id, late))
      this.#pending.set(id, (result) => {
        cancel()
        resolve(result)
      })
      this.#process.send({...request, id})
    })
    if (answer instanceof Error) throw answer
    if (answer.type === 'failed') {
      throw answer.problems ? new UserError(answer.problems, answer.exit) : new Error(answer.message)
    }
    return answer
  }

  #settle(id: number, answer: FromAgent | Error): void {
    const settle = this.#pending.get(id)
    this.#pending.delete(id)
    settle?.(answer)
  }

  #receive(message: FromAgent): void {
    switch (message.type) {
      case 'ready':
        return
      case 'event':
        this.#emit(message.event)
        return
      case 'peer-signal':
        this.#onSignal(message.peer, message.text)
        return
      case 'proxy-counters':
        this.#counters.set(message.proxy, message)
        return
      case 'done':
      case 'failed':
        this.#settle(message.id, message)
        return
    }
  }

  #lose(because: string): void {
    this.#gone = `the agent of ${this.name} is gone: ${because}`
    for (const id of this.#pending.keys()) this.#settle(id, new Error(this.#gone))
  }
}

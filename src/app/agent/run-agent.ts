import type {FromAgent, ToAgent} from '../../core/agent.ts'
import {isUserError} from '../../core/errors.ts'
import type {RunEvent} from '../../core/events.ts'
import type {PacketDoor} from '../../core/packet-port.ts'
import type {LinkWatch} from '../../connections/interfaces/link-watch.ts'
import type {Carriers} from '../../connections/relay/carriers.ts'
import type {OpenWatch} from '../../connections/watch-targets.ts'
import type {KeptPeers} from '../../connections/peers/kept-peers.ts'
import type {Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {WebhookEvent} from '../../core/webhook-events.ts'
import type {WebhookResult, Webhooks} from '../../core/webhook-port.ts'
import {LinkRoom} from '../../lab/emulated-links/link-room.ts'
import {ServerRoom} from '../../lab/servers/server-room.ts'

export interface AgentDoors {
  readonly channel: {
    readonly pid: number
    send(message: FromAgent): void
    onMessage(listener: (message: ToAgent) => void): void
  }
  readonly openPorts: (seed: number) => Ports
  readonly openPingGroups: () => Promise<unknown>
  readonly forwardPackets: () => Promise<void>
  readonly packets: PacketDoor
  readonly webhooks: Webhooks
  readonly keepHeapSmall: () => void
  readonly ownResolver: (resolver: {
    readonly servers: readonly string[]
    readonly search: readonly string[]
  }) => Promise<void>
}

/** Counters of the proxies are told this often, when they have changed. */
const COUNTERS_EVERY: Millis = 1000

/** What they leave behind at each sample grows to several times of what stays. */
const MANY_TARGETS = 100

/** Says that it is ready and does what the main process asks, until its input ends. */
export function runAgent(doors: AgentDoors): void {
  const agent = new Agent(doors)
  doors.channel.onMessage((message) => agent.handle(message))
  doors.channel.send({type: 'ready', pid: doors.channel.pid})
}

interface Started {
  readonly ports: Ports
  readonly origin: Millis
  readonly room: ServerRoom
  readonly links: LinkRoom
}

type Answer = Pick<Extract<FromAgent, {type: 'done'}>, 'servers' | 'link' | 'posted'> | undefined

class Agent {
  readonly #doors: AgentDoors
  #started: Promise<Started> | null = null
  #watching: ({readonly stop: AbortController; readonly links: LinkWatch} & OpenWatch) | null = null
  #carriers: Carriers | null = null
  #peers: KeptPeers | null = null
  #told = ''
  #work: Promise<void> = Promise.resolve()

  constructor(doors: AgentDoors) {
    this.#doors = doors
  }

  /** One after the other, in the order they came. */
  handle(message: ToAgent): void {
    // A receiver of messages may take its time, which nothing else should wait for.
    if (message.type === 'post') void this.#handle(message)
    else this.#work = this.#work.then(async () => this.#handle(message))
  }

  async #handle(message: ToAgent): Promise<void> {
    if (message.type === 'start') {
      this.#started = this.#start(message)
      return
    }
    try {
      this.#send({type: 'done', id: message.id, ...(await this.#answer(message))})
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      const problem = isUserError(error) ? {problems: error.problems, exit: error.exit} : {}
      this.#send({type: 'failed', id: message.id, message: text, ...problem})
    }
  }

  async #answer(message: Exclude<ToAgent, {type: 'start'}>): Promise<Answer> {
    if (!this.#started) throw new Error('the agent was asked for work before it was started')
    const started = await this.#started
    switch (message.type) {
      case 'serve': {
        const servers = await started.room.serve(message.servers)
        this.#tellCounters(started)
        return {servers}
      }
      case 'impair':
        await started.room.impair(message.proxy, message.faults)
        this.#tellCounters(started, true)
        return undefined
      case 'count':
        this.#tellCounters(started, true)
        return undefined
      case 'join-link':
        await started.links.join(message)
        return undefined
      case 'impair-link':
        return {link: started.links.impair(message)}
      case 'watch':
        if (message.targets.length > MANY_TARGETS) this.#doors.keepHeapSmall()
        await (this.#watching?.update(message.targets) ?? this.#watch(started, message.targets))
        this.#watching?.links.replace(message.targets)
        await this.#carry(started, message)
        return undefined
      case 'steer':
        this.#carriers?.steer(message.order)
        return undefined
      case 'keep-peers':
        await this.#keepPeers(started, message.peers)
        return undefined
      case 'peer-signal':
        this.#peers?.hear(message.peer, message.text)
        return undefined
      case 'post':
        return {posted: await this.#post(started, message)}
      case 'unwatch':
        await this.#unwatch()
        return undefined
    }
  }

  async #start(message: Extract<ToAgent, {type: 'start'}>): Promise<Started> {
    if (message.openPing) await this.#doors.openPingGroups()
    if (message.forward) await this.#doors.forwardPackets()
    if (message.resolver) await this.#doors.ownResolver(message.resolver)
    const ports = this.#doors.openPorts(message.seed)
    const links = new LinkRoom({clock: ports.clock, packets: this.#doors.packets, seed: message.seed})
    const {origin} = message
    const tell = (news: WebhookEvent): void =>
      this.#send({type: 'event', event: {...news, at: ports.clock.now() - origin}})
    const started = {ports, origin, room: new ServerRoom(ports, tell), links}
    const tick = (): void => {
      this.#tellCounters(started)
      ports.clock.after(COUNTERS_EVERY, tick)
    }
    ports.clock.after(COUNTERS_EVERY, tick)
    return started
  }

  async #watch(
    {ports, origin}: Started,
    targets: Extract<ToAgent, {type: 'watch'}>['targets'],
  ): Promise<void> {
    const [{openWatch}, {LinkWatch}, {watchInterfaces}, {FollowMptcp}] = await Promise.all([
      import('../../connections/watch-targets.ts'),
      import('../../connections/interfaces/link-watch.ts'),
      import('../../connections/interfaces/watch-interfaces.ts'),
      import('../../connections/mptcp/follow-mptcp.ts'),
    ])
    const stop = new AbortController()
    const tell = (event: RunEvent): void => this.#send({type: 'event', event})
    const mptcp = new FollowMptcp()
    const onRestored = (target: string): void => this.#watching?.hurry(target)
    const links = new LinkWatch(ports, {origin, emit: tell, onRestored})
    const emit = (event: RunEvent): void => {
      tell(event)
      links.see(event)
      for (const next of mptcp.add(event)) tell(next)
    }
    const watch = await openWatch(targets, ports, {origin, emit, signal: stop.signal})
    watchInterfaces(ports, {origin, emit: tell, links, signal: stop.signal})
    this.#watching = {stop, links, ...watch}
  }

  /** Loaded only where there is a stream to carry. */
  async #carry(
    {ports, origin}: Started,
    {streams, targets}: Extract<ToAgent, {type: 'watch'}>,
  ): Promise<void> {
    if (!this.#carriers && (streams === undefined || streams.length === 0)) return
    const {Carriers: Opened} = await import('../../connections/relay/carriers.ts')
    const emit = (event: RunEvent): void => this.#send({type: 'event', event})
    this.#carriers ??= new Opened(ports, {origin, emit})
    await this.#carriers.replace(streams ?? [], targets)
  }

  /** Loaded only where there are any. */
  async #keepPeers(
    {ports, origin}: Started,
    peers: Extract<ToAgent, {type: 'keep-peers'}>['peers'],
  ): Promise<void> {
    const {KeptPeers: Opened} = await import('../../connections/peers/kept-peers.ts')
    this.#peers ??= new Opened(ports, {
      origin,
      emit: (event) => this.#send({type: 'event', event}),
      tell: (peer, text) => this.#send({type: 'peer-signal', peer, text}),
    })
    await this.#peers.replace(peers)
  }

  async #post(
    {ports: {clock}}: Started,
    {request, timeout}: Extract<ToAgent, {type: 'post'}>,
  ): Promise<WebhookResult> {
    const late = new AbortController()
    const cancel = clock.after(timeout, () => late.abort())
    try {
      return await this.#doors.webhooks.post({...request, signal: late.signal})
    } finally {
      cancel()
    }
  }

  async #unwatch(): Promise<void> {
    this.#peers?.stop()
    this.#peers = null
    this.#carriers?.stop()
    this.#carriers = null
    const watching = this.#watching
    this.#watching = null
    watching?.links.stop()
    watching?.stop.abort()
    await watching?.ended
  }

  #tellCounters(started: Started, always = false): void {
    const all = started.room.counters()
    const text = JSON.stringify(all)
    if (text === this.#told && !always) return
    this.#told = text
    for (const counters of all) this.#send({type: 'proxy-counters', ...counters})
  }

  #send(message: FromAgent): void {
    this.#doors.channel.send(message)
  }
}

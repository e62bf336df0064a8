/** A group that carries a stream over real connections: a direct way and a relay, each with a peer behind a front that misbehaves. */
import net, {type Server, type Socket} from 'node:net'
import {openPorts} from '../../src/app/ports.ts'
import {FollowGroups} from '../../src/connections/groups/follow-groups.ts'
import {Carriers} from '../../src/connections/relay/carriers.ts'
import {Steering, carriedSpecs} from '../../src/connections/relay/steer.ts'
import {openWatch} from '../../src/connections/watch-targets.ts'
import type {RunEvent} from '../../src/core/events.ts'
import type {PathGroupSpec} from '../../src/core/group-spec.ts'
import type {Ports} from '../../src/core/ports.ts'
import type {StreamSpec} from '../../src/core/stream-spec.ts'
import type {WatchSpec} from '../../src/core/watch.ts'
import {startPeer} from '../../src/lab/servers/peer.ts'
import {type RunningServer} from '../../src/lab/servers/server.ts'
import {tcpOptions} from '../../src/probes/tcp/options.ts'

export const STREAM: StreamSpec = {
  ...{interval: 20, buffer: 1000, key: 'a key of the test', standby: 'warm', grace: 100},
  ...{dial: true, listen: null, retry: 200},
  limits: {listener: 500, connect: 300, handshake: 300, migration: 600, closing: 300},
  slowDown: {after: 3, factor: 2, max: 1000},
}

/** What a front does with the connections of the stream; the probes of the targets are always let through. */
export type Mischief =
  | 'none'
  /** Passes so many octets to the client, and nothing more. */
  | {readonly passes: number}
  /** Takes so long to reach the peer. */
  | {readonly slow: number}

/** Between the client and a peer. */
export class Front {
  readonly #upstream: number
  #server: Server | null = null
  readonly #live = new Set<Socket>()
  port = 0
  /** Connections with something in them. */
  mischief: Mischief = 'none'
  connections = 0
  /** Octets that the client has sent and got. */
  octets = {up: 0, down: 0}

  constructor(upstream: number) {
    this.#upstream = upstream
  }

  async listen(): Promise<void> {
    const server = net.createServer({noDelay: true}, (socket) => this.#pass(socket))
    this.#server = server
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve))
    this.port = (server.address() as net.AddressInfo).port
  }

  /** Resets everything and takes nothing new. */
  async end(): Promise<void> {
    const server = this.#server
    this.#server = null
    for (const socket of this.#live) socket.resetAndDestroy()
    if (server) await new Promise<void>((resolve) => void server.close(() => resolve()))
  }

  #pass(socket: Socket): void {
    this.#hold(socket)
    let upstream: Socket | null = null
    let passed = 0
    socket.on('data', (data) => {
      this.octets.up += data.length
      // A probe that only connects is not passed on.
      upstream ??= this.#connect(socket, (answer) => {
        const {mischief} = this
        if (typeof mischief === 'object' && 'passes' in mischief && passed >= mischief.passes) return
        passed += answer.length
        this.octets.down += answer.length
        socket.write(answer)
      })
      const to = upstream
      const write = (): void => void to.write(data)
      if (typeof this.mischief === 'object' && 'slow' in this.mischief) setTimeout(write, this.mischief.slow)
      else write()
    })
    socket.on('end', () => upstream?.end())
    socket.on('close', () => upstream?.destroy())
  }

  #connect(socket: Socket, onAnswer: (data: Buffer) => void): Socket {
    this.connections += 1
    const upstream = net.connect({host: '127.0.0.1', port: this.#upstream, noDelay: true})
    this.#hold(upstream)
    upstream.on('data', onAnswer)
    upstream.on('end', () => socket.end())
    upstream.on('close', () => socket.destroy())
    return upstream
  }

  #hold(socket: Socket): void {
    this.#live.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#live.delete(socket))
  }
}

export interface StreamRigOptions {
  readonly stream?: Partial<StreamSpec>
  /** Options of the peers behind both paths. */
  readonly direct?: Readonly<Record<string, unknown>>
  readonly relay?: Readonly<Record<string, unknown>>
  /** The doors of the carrier, which are not those of the probes. */
  readonly doors?: (ports: Ports) => Ports
  readonly isDirectThere?: boolean
}

export class StreamRig {
  readonly events: RunEvent[] = []
  readonly direct: Front
  readonly relay: Front
  readonly #cleanUp: (() => Promise<void>)[]

  private constructor(direct: Front, relay: Front, cleanUp: (() => Promise<void>)[]) {
    this.direct = direct
    this.relay = relay
    this.#cleanUp = cleanUp
  }

  static async open(options: StreamRigOptions = {}): Promise<StreamRig> {
    const stream = {...STREAM, ...options.stream}
    const ports = openPorts(1)
    const peers = await Promise.all(
      [options.direct, options.relay].map(async (own) => openPeer(ports, stream.key, own)),
    )
    const [direct, relay] = peers.map(({port}) => new Front(port)) as [Front, Front]
    await relay.listen()
    await direct.listen()
    if (options.isDirectThere === false) await direct.end()
    const rig = new StreamRig(direct, relay, [
      async () => direct.end(),
      async () => relay.end(),
      ...peers.map((peer) => async () => peer.close()),
    ])
    await rig.#begin(stream, ports, options.doors?.(ports) ?? ports)
    return rig
  }

  async #begin(stream: StreamSpec, ports: Ports, doors: Ports): Promise<void> {
    const stop = new AbortController()
    const origin = ports.clock.now()
    const spec = groupOf(stream)
    const groups = new FollowGroups()
    let steering: Steering | null = null
    const emit = (event: RunEvent): void => {
      for (const one of [event, ...groups.add(event)]) {
        this.events.push(one)
        steering?.see(one)
      }
    }
    for (const event of groups.replace([spec], () => 50)) this.events.push({...event, at: 0})
    const targets = [targetOf('direct', this.direct.port), targetOf('relay', this.relay.port)]
    const carriers = new Carriers(doors, {origin, emit})
    await carriers.replace(carriedSpecs([spec]), targets)
    steering = new Steering([spec], (order) => carriers.steer(order))
    const watch = await openWatch(targets, ports, {origin, emit, signal: stop.signal})
    this.#cleanUp.push(async () => {
      carriers.stop()
      stop.abort()
      await watch.ended
    })
  }

  /** What happened before is not looked at any more, but for the path. */
  forget(): void {
    const switched = this.of('path-switched').at(-1)
    this.events.splice(0, this.events.length, ...(switched ? [switched] : []))
  }

  of<T extends RunEvent['type']>(type: T): readonly (RunEvent & {type: T})[] {
    return this.events.filter((event): event is RunEvent & {type: T} => event.type === type)
  }

  /** The path that the group is on. */
  get path(): string | null {
    return this.of('path-switched').at(-1)?.to ?? null
  }

  /** `connect outbound ok`, `closing warned RELAY_CLOSE_TIMEOUT` of all attempts. */
  get stages(): readonly string[] {
    return this.of('upgrade-stage').map(({stage, direction, result, failure}) =>
      [stage, direction, result, failure?.code]
        .filter((word) => word !== null && word !== undefined)
        .join(' '),
    )
  }

  get counts(): (RunEvent & {type: 'stream-counted'})['counts'] {
    const last = this.of('stream-counted').at(-1)
    if (!last) throw new Error('nothing was counted yet')
    return last.counts
  }

  async close(): Promise<void> {
    for (const each of this.#cleanUp.toReversed()) await each()
  }
}

async function openPeer(
  ports: Ports,
  key: string | null,
  own: Readonly<Record<string, unknown>> = {},
): Promise<RunningServer> {
  const {clock, random, programs} = ports
  const options = {...(key !== null && {key}), ...own}
  return startPeer({address: '127.0.0.1', port: 0, names: [], options, clock, random, programs})
}

function groupOf(stream: StreamSpec): PathGroupSpec {
  return {
    ...{mode: 'active-backup', name: 'chat', stream},
    paths: [
      {name: 'direct', target: 'direct'},
      {name: 'relay', target: 'relay'},
    ],
    failover: {onQuality: false, maxRtt: 500, maxLoss: 1},
    failback: {policy: 'after_stable', holdDown: 100, minImprovement: 0},
    switches: {most: 50, within: 60_000},
  }
}

function targetOf(name: string, port: number): WatchSpec {
  return {
    ...{name, url: `tcp://127.0.0.1:${port}`, role: 'target', interval: 50, timeout: 400},
    ...{family: 0, options: tcpOptions.parse({}), policy: null, fall: 2, rise: 1},
  }
}

import type {ProxyControl, ServingServer} from '../core/agent.ts'
import {UserError} from '../core/errors.ts'
import type {EmitEvent} from '../core/events.ts'
import type {LinkControl} from '../core/link-effects.ts'
import type {PeerSpec} from '../core/peer-spec.ts'
import {HOST, type Place} from '../core/place.ts'
import type {CarriedSpec, SteerOrder} from '../core/stream-spec.ts'
import type {Millis} from '../core/units.ts'
import type {WatchSpec} from '../core/watch.ts'
import type {WebhookRequest, WebhookResult} from '../core/webhook-port.ts'
import type {AgentSession} from './agent-session.ts'
import {closeNodes, type Node, type Nodes} from './build-nodes.ts'
import type {Lab, LinkEnd, NodeSettings} from './lab.ts'
import {type Way, findWays} from './find-way.ts'
import {type Landmark, resolveUrl} from './resolve-url.ts'
import {carrierOf} from './emulated-links/carrier-of.ts'
import type {StartedServer} from './start-servers.ts'
import {type Topology, nodeAddresses} from './topology.ts'
import {trustServers} from './trust-servers.ts'

/** The machine itself can be watched from in every lab. */
export const HOST_NODE = 'host'

export interface LabParts {
  readonly isolation: Lab['isolation']
  readonly notes: readonly string[]
  readonly nodes: Nodes
  /** Without segments on loopback. */
  readonly topology: Topology
  readonly settings: Readonly<Record<string, NodeSettings>>
  readonly started: ReadonlyMap<string, StartedServer>
  /** Starts an agent on the machine itself, for `host`. */
  readonly openHost: () => Promise<AgentSession>
  readonly onLoss: (what: string) => void
}

export class RunningLab implements Lab {
  readonly #parts: LabParts
  readonly #nodes: Map<string, Node>
  readonly #watching = new Set<AgentSession>()
  /** Who keeps which peer. */
  readonly #peers = new Map<string, AgentSession>()
  #down: Promise<void> | null = null

  constructor(parts: LabParts) {
    this.#parts = parts
    this.#nodes = new Map(parts.nodes)
    for (const node of parts.nodes.values()) this.#guard(node.session)
  }

  get isolation(): Lab['isolation'] {
    return this.#parts.isolation
  }

  get notes(): readonly string[] {
    return this.#parts.notes
  }

  resolve(url: string): string {
    return resolveUrl(url, this.#landmarks())
  }

  servers(): Readonly<Record<string, ServingServer>> {
    const entries = [...this.#parts.started].map(([name, {address, port, ca}]) => {
      return [name, {name, address, port, ...(ca === undefined ? {} : {ca})}] as const
    })
    return Object.fromEntries(entries)
  }

  place(node: string): Place {
    if (node === HOST_NODE && !this.#nodes.has(node)) return HOST
    return this.#node(node).place
  }

  link(from: string, to: string, link?: string): {readonly from: LinkEnd; readonly to: LinkEnd} | null {
    const way = this.#way(from, to, link)
    const [first, last] = [way?.[0], way?.at(-1)]
    return first && last ? {from: plainEnd(first.out), to: plainEnd(last.in)} : null
  }

  proxyOf(server: string): ProxyControl | null {
    const started = this.#parts.started.get(server)
    return started?.proxied ? this.#node(started.node).session.proxy(server) : null
  }

  carrierOf(node: string, device: string): LinkControl | null {
    return carrierOf({node, device}, this.#parts.topology, (name) => this.#node(name).session)
  }

  async watch(
    node: string,
    targets: readonly WatchSpec[],
    emit: EmitEvent,
    streams: readonly CarriedSpec[] = [],
  ): Promise<void> {
    const session = await this.#sessionOf(node)
    this.#watching.add(session)
    // What servers of nodes that watch nothing have to say.
    for (const {session: other} of this.#nodes.values()) if (!this.#watching.has(other)) other.hear(emit)
    await session.watch(trustServers(targets, this.#everywhere()), emit, streams)
  }

  steer(order: SteerOrder): void {
    for (const session of this.#watching) session.steer(order)
  }

  async keepPeers(node: string, peers: readonly PeerSpec[], emit: EmitEvent): Promise<void> {
    const session = await this.#sessionOf(node)
    this.#watching.add(session)
    for (const {name} of peers) this.#peers.set(name, session)
    await session.keepPeers(peers, emit, (peer, text) => this.#peers.get(peer)?.signalPeer(peer, text))
  }

  async post(node: string, request: WebhookRequest, timeout: Millis): Promise<WebhookResult> {
    return (await this.#sessionOf(node)).post(request, timeout)
  }

  async unwatch(): Promise<void> {
    const watching = [...this.#watching]
    this.#watching.clear()
    await Promise.all(watching.map(async (session) => this.#unwatchOne(session)))
    for (const {session} of this.#nodes.values()) session.hear(() => undefined)
  }

  async down(): Promise<void> {
    this.#down ??= closeNodes(this.#nodes)
    return this.#down
  }

  /** With `link`, only a way that begins or ends there: the far end decides by which address the other is reached. */
  #way(from: string, to: string, link: string | undefined): Way | undefined {
    const {topology, settings} = this.#parts
    const isRouter = (node: string): boolean => settings[node]?.router ?? false
    if (link === undefined) return findWays(from, topology, isRouter).get(to)
    const segments = topology.segments.filter(({name, ends}) => name === link || !ends.some(isEndOf(to)))
    return findWays(from, {...topology, segments}, isRouter).get(to)
  }

  /** Nodes and servers by name, and by name and link where they have several addresses. */
  #landmarks(): ReadonlyMap<string, Landmark> {
    const {topology, started} = this.#parts
    const landmarks = new Map<string, Landmark>()
    const add = (name: string, node: string, own: Landmark): void => {
      landmarks.set(name, own)
      for (const {name: segment, ends} of topology.segments) {
        const end = ends.find(isEndOf(node))
        if (end) landmarks.set(`${name}.${segment}`, {address: end.address, port: own.port})
      }
    }
    for (const node of topology.nodes) {
      add(node, node, {address: nodeAddresses(node, topology)[0] ?? '127.0.0.1', port: null})
    }
    for (const [name, {node, address, port}] of started) add(name, node, {address, port})
    return landmarks
  }

  /** Each server once per address by which it can be reached. */
  #everywhere(): readonly StartedServer[] {
    const {topology, started} = this.#parts
    return [...started.values()].flatMap((server) => {
      const own = new Set([server.address, ...nodeAddresses(server.node, topology)])
      return [...own].map((address) => ({...server, address}))
    })
  }

  /** An agent that is gone watches nothing any more; its loss has been told. */
  async #unwatchOne(session: AgentSession): Promise<void> {
    const gone = session.ended.then(() => {})
    await Promise.race([session.unwatch(), gone]).catch(async () => gone)
  }

  async #sessionOf(name: string): Promise<AgentSession> {
    if (name === HOST_NODE && !this.#nodes.has(name)) {
      const session = await this.#parts.openHost()
      this.#nodes.set(name, {session, place: HOST})
      this.#guard(session)
    }
    return this.#node(name).session
  }

  #node(name: string): Node {
    const node = this.#nodes.get(name)
    if (node) return node
    const advice = [`known: ${[...this.#nodes.keys()].join(', ')}`]
    throw new UserError({code: 'CONFIG_REFERENCE', message: `there is no node "${name}" in the lab`, advice})
  }

  #guard(session: AgentSession): void {
    void session.ended.then((because) => {
      if (this.#down === null) this.#parts.onLoss(`node ${session.name} (${because})`)
    })
  }
}

function isEndOf(node: string): (end: LinkEnd) => boolean {
  return (end) => end.node === node
}

function plainEnd({node, device, address}: LinkEnd): LinkEnd {
  return {node, device, address}
}

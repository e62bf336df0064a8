import type {ProxyControl, ServingServer} from '../core/agent.ts'
import {UserError} from '../core/errors.ts'
import type {EmitEvent} from '../core/events.ts'
import {HOST, type Place} from '../core/place.ts'
import type {WatchSpec} from '../core/watch.ts'
import type {AgentSession} from './agent-session.ts'
import {closeNodes, type Node, type Nodes} from './build-nodes.ts'
import type {Lab, LinkEnd} from './lab.ts'
import {nodeAddresses, type PlannedLink} from './plan-lab.ts'
import {type Landmark, resolveUrl} from './resolve-url.ts'
import type {StartedServer} from './start-servers.ts'
import {trustServers} from './trust-servers.ts'

/** The machine itself can be watched from in every lab. */
export const HOST_NODE = 'host'

export interface LabParts {
  readonly isolation: Lab['isolation']
  readonly notes: readonly string[]
  readonly nodes: Nodes
  readonly links: readonly PlannedLink[]
  readonly started: ReadonlyMap<string, StartedServer>
  /** Starts an agent on the machine itself, for `host`. */
  readonly openHost: () => Promise<AgentSession>
  readonly onLoss: (what: string) => void
}

export class RunningLab implements Lab {
  readonly #parts: LabParts
  readonly #nodes: Map<string, Node>
  readonly #watching = new Set<AgentSession>()
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
    const {nodes, links, started} = this.#parts
    const addressOf = (name: string): string =>
      this.isolation === 'loopback' ? '127.0.0.1' : firstAddress(name, links)
    const landmarks = new Map<string, Landmark>(
      [...nodes.keys()].map((name) => [name, {address: addressOf(name), port: null}]),
    )
    for (const [name, {address, port}] of started) landmarks.set(name, {address, port})
    return resolveUrl(url, landmarks)
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

  link(from: string, to: string): {readonly from: LinkEnd; readonly to: LinkEnd} | null {
    if (this.isolation === 'loopback') return null
    for (const {first, second} of this.#parts.links) {
      if (first.node === from && second.node === to) return {from: first, to: second}
      if (first.node === to && second.node === from) return {from: second, to: first}
    }
    return null
  }

  proxyOf(server: string): ProxyControl | null {
    const started = this.#parts.started.get(server)
    return started?.proxied ? this.#node(started.node).session.proxy(server) : null
  }

  async watch(node: string, targets: readonly WatchSpec[], emit: EmitEvent): Promise<void> {
    const session = await this.#sessionOf(node)
    this.#watching.add(session)
    await session.watch(trustServers(targets, [...this.#parts.started.values()]), emit)
  }

  async unwatch(): Promise<void> {
    const watching = [...this.#watching]
    this.#watching.clear()
    await Promise.all(watching.map(async (session) => this.#unwatchOne(session)))
  }

  async down(): Promise<void> {
    this.#down ??= closeNodes(this.#nodes)
    return this.#down
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

function firstAddress(node: string, links: readonly PlannedLink[]): string {
  return nodeAddresses(node, links)[0] ?? '127.0.0.1'
}

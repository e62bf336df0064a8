import type {ServerSpec, ServingServer} from '../../core/agent.ts'
import {isUserError} from '../../core/errors.ts'
import type {Ports} from '../../core/ports.ts'
import type {ProxyCounters, ProxyFaultOrder} from '../../core/proxy-effects.ts'
import type {WebhookEvent} from '../../core/webhook-events.ts'
import {type Authority, makeAuthority} from './certificates/certificate.ts'
import {LabProxy} from './proxy/lab-proxy.ts'
import {SERVERS} from './registry.ts'
import type {RunningServer} from './server.ts'

const DAY = 86_400_000
/** Longer than any lab or fault lasts. */
const LIFE = 100 * DAY

type RoomPorts = Pick<Ports, 'clock' | 'random' | 'programs'> & Partial<Pick<Ports, 'mptcp'>>

/** Of a server, before it gets its time. */
type TellNews = (news: WebhookEvent) => void

/** The servers and proxies of one agent. */
export class ServerRoom {
  readonly #ports: RoomPorts
  readonly #tell: TellNews
  readonly #servers: RunningServer[] = []
  readonly #proxies = new Map<string, LabProxy>()
  /** By port: a proxy is told no more of the server behind it. */
  readonly #authorities = new Map<number, Authority>()

  constructor(ports: RoomPorts, tell: TellNews = () => undefined) {
    this.#ports = ports
    this.#tell = tell
  }

  /** Starts them in the given order; when one can't start, its error tells which and why. */
  async serve(specs: readonly ServerSpec[]): Promise<readonly ServingServer[]> {
    const serving: ServingServer[] = []
    for (const spec of specs) {
      try {
        serving.push(await this.#start(spec))
      } catch (error) {
        if (isUserError(error)) throw error
        const because = error instanceof Error ? error.message : String(error)
        throw new Error(`server ${spec.name} (${spec.kind}) did not start: ${because}`, {cause: error})
      }
    }
    return serving
  }

  /** Sets the faults that are in force on a proxy. */
  async impair(name: string, faults: readonly ProxyFaultOrder[]): Promise<void> {
    const proxy = this.#proxies.get(name)
    if (!proxy) throw new Error(`there is no proxy ${name} here`)
    await proxy.set(faults)
  }

  counters(): readonly (ProxyCounters & {readonly proxy: string})[] {
    return [...this.#proxies].map(([name, proxy]) => ({proxy: name, ...proxy.counters}))
  }

  async close(): Promise<void> {
    await Promise.all([...this.#proxies.values(), ...this.#servers].map(async (server) => server.close()))
    this.#proxies.clear()
    this.#servers.length = 0
  }

  async #start(spec: ServerSpec): Promise<ServingServer> {
    if (spec.kind === 'proxy') return this.#startProxy(spec)
    const {clock, random, programs, mptcp} = this.#ports
    const start = await SERVERS[spec.kind]()
    const running = await start({
      address: spec.address,
      port: spec.port,
      names: [spec.name, ...(spec.names ?? [])],
      options: spec.options ?? {},
      clock,
      random: random.fork(`server ${spec.name}`),
      programs,
      mptcp,
      tell: (news) => this.#tell({...news, webhook: spec.name}),
    })
    this.#servers.push(running)
    const {address, port, ca, authority} = running
    if (authority) this.#authorities.set(port, authority)
    return {name: spec.name, address, port, ...(ca === undefined ? {} : {ca})}
  }

  async #startProxy(spec: ServerSpec): Promise<ServingServer> {
    if (!spec.upstream) throw new Error('a proxy needs an upstream')
    const {clock, random} = this.#ports
    const {address, port, upstream, passes = ['tcp']} = spec
    const authority = this.#authorities.get(upstream.port) ?? this.#freshAuthority()
    const proxy = await LabProxy.open({
      listen: {address, port},
      upstream,
      passes,
      authority,
      names: [...new Set([spec.name, ...(spec.names ?? []), 'localhost', address, upstream.address])],
      clock,
      random: random.fork(`proxy ${spec.name}`),
    })
    this.#proxies.set(spec.name, proxy)
    return {name: spec.name, address, port: proxy.listens.port, ca: authority.certificate}
  }

  #freshAuthority(): Authority {
    const now = this.#ports.clock.wall()
    return makeAuthority('netdrill front authority', new Date(now - DAY), new Date(now + LIFE))
  }
}

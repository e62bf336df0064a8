/** The watch itself: an agent that samples, told what to watch, and told again when the documents have changed. */
import {FollowGroups} from '../connections/groups/follow-groups.ts'
import {Steering, carriedSpecs} from '../connections/relay/steer.ts'
import {WatchPeers} from '../connections/peers/watch-peers.ts'
import type {RunEvent, TargetInfo} from '../core/events.ts'
import {detectionTime} from '../core/health.ts'
import {boundTo} from '../core/watch.ts'
import {HOST} from '../core/place.ts'
import type {Ports} from '../core/ports.ts'
import type {Millis} from '../core/units.ts'
import type {WatchSpec} from '../core/watch.ts'
import {AgentSession} from '../lab/agent-session.ts'
import type {CheckTarget, LoadedCheck} from '../scenarios/check/check-spec.ts'
import {breakerStart} from '../policies/guards/breaker-start.ts'
import {packageVersion} from '../system/package-root.ts'
import type {MonitorOutputs} from './monitor-outputs.ts'

export interface MonitorRunOptions {
  readonly id: string
  readonly ports: Ports
  readonly origin: Millis
  readonly outputs: MonitorOutputs
  /** What is told at the start, one line each. */
  readonly notes: readonly string[]
  /** The agent has ended by itself. */
  readonly onLost: () => void
  /** The agent's process, as soon as there is one. */
  readonly onProber?: (pid: number) => void
}

export class MonitorRun {
  readonly #options: MonitorRunOptions
  #session: AgentSession | null = null
  #watched = new Map<string, WatchSpec>()
  /** While an update is under way: events wait until the views know the new targets. */
  #held: RunEvent[] | null = null
  readonly #groups = new FollowGroups()
  readonly #peers: WatchPeers
  #steering = new Steering([], () => {})
  #over = false

  constructor(options: MonitorRunOptions) {
    this.#options = options
    this.#peers = new WatchPeers(options.ports, {
      emit: (event) => options.outputs.publish({...event, at: this.#elapsed()}),
    })
  }

  /** Throws `UserError` when a target makes no sense. */
  async start(loaded: LoadedCheck): Promise<void> {
    const {ports, origin, outputs} = this.#options
    const session = await AgentSession.open(ports, {
      name: 'this machine',
      place: HOST,
      origin,
      seed: ports.random.seed,
    })
    this.#session = session
    this.#options.onProber?.(session.pid)
    void session.ended.then((because) => this.#lost(because))
    outputs.keepSecret(loaded.secrets)
    outputs.publish(this.#started(loaded))
    await this.#watch(loaded)
    await this.#peers.replace(loaded.peers)
  }

  /** Targets that are in the documents as before go on with their state. Throws as `start`: then nothing has changed. */
  async update(loaded: LoadedCheck): Promise<void> {
    const {outputs} = this.#options
    outputs.keepSecret(loaded.secrets)
    const {added, removed} = await this.#watch(loaded)
    await this.#peers.replace(loaded.peers)
    outputs.notice('info', `read again: ${added} new or changed, ${removed} removed or changed`)
  }

  async stop(): Promise<void> {
    this.#over = true
    this.#peers.stop()
    await this.#session?.unwatch().catch(() => undefined)
  }

  async close(): Promise<void> {
    this.#over = true
    this.#peers.stop()
    await this.#session?.close()
  }

  async #watch({
    targets,
    groupSpecs,
  }: LoadedCheck): Promise<{readonly added: number; readonly removed: number}> {
    const specs = new Map(targets.map((target) => [target.name, watchSpec(target)]))
    const isSame = (name: string): boolean =>
      JSON.stringify(specs.get(name)) === JSON.stringify(this.#watched.get(name))
    const removed = [...this.#watched.keys()].filter((name) => !isSame(name))
    const added = targets.filter(({name}) => !isSame(name))
    this.#held = []
    try {
      await this.#session?.watch(
        [...specs.values()],
        (event) => this.#receive(event),
        carriedSpecs(groupSpecs),
      )
      this.#steering = new Steering(groupSpecs, (order) => this.#session?.steer(order))
      this.#watched = specs
      for (const target of removed) this.#publish({type: 'target-removed', target})
      for (const target of added) this.#publish({type: 'target-added', target: infoOf(target)})
      const intervalOf = (name: string): Millis => specs.get(name)?.interval ?? 0
      const at = this.#elapsed()
      for (const event of this.#groups.replace(groupSpecs, intervalOf))
        this.#options.outputs.publish({...event, at})
    } finally {
      const held = this.#held
      this.#held = null
      for (const event of held) if (this.#isWatched(event)) this.#tell(event)
    }
    return {added: added.length, removed: removed.length}
  }

  /** The last words of a target that was removed would bring it back into the views. */
  #isWatched(event: RunEvent): boolean {
    return !('target' in event) || typeof event.target !== 'string' || this.#watched.has(event.target)
  }

  #receive(event: RunEvent): void {
    if (this.#held) this.#held.push(event)
    else this.#tell(event)
  }

  #tell(event: RunEvent): void {
    this.#options.outputs.publish(event)
    for (const next of this.#groups.add(event)) {
      this.#options.outputs.publish(next)
      this.#steering.see(next)
    }
  }

  #publish(
    event: {type: 'target-removed'; target: string} | {type: 'target-added'; target: TargetInfo},
  ): void {
    this.#tell({...event, at: this.#elapsed()})
  }

  /** The agent ends by itself only when something is badly wrong: say so, and stop rather than show old figures. */
  #lost(because: string): void {
    if (this.#over) return
    this.#options.outputs.notice('error', `the prober ended: ${because}`)
    this.#options.onLost()
  }

  #elapsed(): Millis {
    return this.#options.ports.clock.now() - this.#options.origin
  }

  #started({files, targets, peers}: LoadedCheck): RunEvent {
    const {ports, id, outputs, notes} = this.#options
    const listens = outputs.url === null ? [] : [`${outputs.url}/metrics, /status and /healthz answer`]
    const {os, kernel, node, arch} = ports.host.platform
    return {
      at: this.#elapsed(),
      type: 'run-started',
      run: {
        id,
        purpose: 'monitor',
        command: 'monitor',
        title: `${files.join(', ')}: ${targets.length} target${targets.length === 1 ? '' : 's'}${peers.length === 0 ? '' : `, ${peers.length} peer${peers.length === 1 ? '' : 's'}`}`,
        version: packageVersion(),
        seed: ports.random.seed,
        started: new Date(ports.clock.wall()).toISOString(),
        platform: `${os} ${kernel} ${arch}, Node ${node}`,
        backends: [...listens, ...notes],
      },
    }
  }
}

function infoOf({name, url, watch, policy}: CheckTarget): TargetInfo {
  return {
    name,
    url: url.text,
    kind: url.kind,
    role: 'target',
    interval: watch.interval,
    timeout: watch.timeout,
    policy: policy?.name ?? null,
    ...(policy && breakerStart(policy)),
    detection: detectionTime(watch),
  }
}

function watchSpec(target: CheckTarget): WatchSpec {
  const {name, url, family, options, policy, watch} = target
  return {
    name,
    url: url.text,
    role: 'target',
    family,
    ...boundTo(target),
    options,
    policy,
    takesTurns: true,
    ...watch,
  }
}

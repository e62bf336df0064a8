/** Carries a numbered stream over the paths of one group, as the group decides: moves it, and leads it back in stages. */
import type {Failure} from '../../core/failure.ts'
import {UPGRADE_STAGES, type CarriedSpec, type SteerOrder} from '../../core/stream-spec.ts'
import type {StreamEvent} from '../../core/stream-events.ts'
import type {Millis} from '../../core/units.ts'
import {makeNonce} from '../../probes/shared/nonce.ts'
import type {InboundPorts} from './inbound.ts'
import type {Lane} from './lane.ts'
import {type LanePorts, LaneShelf} from './lane-shelf.ts'
import type {LaneTarget} from './lane-target.ts'
import {every} from './every.ts'
import {leaveLanes} from './leave-lanes.ts'
import {beginMigration} from './migration.ts'
import type {LaneIdentity} from './open-lane.ts'
import {Tally} from './tally.ts'
import {type Reached, type StageReport, reachDirectly} from './upgrade.ts'

const COUNT_EVERY: Millis = 1000

export type CarrierPorts = LanePorts & InboundPorts

export interface CarrierRun {
  /** By path. */
  readonly targets: ReadonlyMap<string, LaneTarget>
  /** Start of the run on the monotonic clock. */
  readonly origin: Millis
  readonly emit: (event: StreamEvent) => void
}

type Tell = (report: StageReport) => void
type Upgrade = Extract<SteerOrder, {do: 'upgrade'}>

export class Carrier {
  readonly #spec: CarriedSpec
  readonly #ports: CarrierPorts
  readonly #run: CarrierRun
  readonly #identity: LaneIdentity
  readonly #tally: Tally
  readonly #shelf: LaneShelf
  /** The path that the group has decided on, and since when. */
  #goal: {readonly path: string; readonly since: Millis} | null = null
  /** What messages are sent over, and its path. */
  #current: {readonly lane: Lane; readonly path: string} | null = null
  /** Where it was last. */
  #last: string | null = null
  /** Of a migration: messages go over this one as well. */
  #second: Lane | null = null
  #upgrading: AbortController | null = null
  #onDialled: (token: string, result: string) => void = () => {}
  #cancels: readonly (() => void)[] = []
  #stopped = false
  /** What was told last of the path in use. */
  #failed: string | null = null

  constructor(spec: CarriedSpec, ports: CarrierPorts, run: CarrierRun) {
    const {key, buffer, limits} = spec.stream
    this.#spec = spec
    this.#ports = ports
    this.#run = run
    this.#identity = {session: makeNonce(ports.random), key}
    this.#tally = new Tally(buffer)
    this.#shelf = new LaneShelf({
      ...{targets: run.targets, identity: this.#identity, limits, ports},
      onReady: (path, lane, took) => this.#onReady(path, lane, took),
      onEnd: (path) => this.#onEnd(path),
      onFailed: (path, failure) => this.#onFailed(path, failure),
      onConfirmed: (seq) => this.#tally.confirm(seq, ports.clock.now()),
      onDialled: (token, result) => this.#onDialled(token, result),
    })
  }

  get goal(): string | null {
    return this.#goal?.path ?? null
  }

  start(): void {
    const {clock} = this.#ports
    this.#cancels = [
      every(clock, this.#spec.stream.interval, () => this.#send()),
      every(clock, COUNT_EVERY, () => this.#look()),
    ]
  }

  steer(order: SteerOrder): void {
    if (this.#stopped) return
    if (order.do === 'upgrade') void this.#upgrade(order)
    else this.#move(order)
  }

  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#upgrading?.abort(new Error('the watch ended'))
    for (const cancel of this.#cancels) cancel()
    this.#count()
    this.#shelf.stop()
  }

  #send(): void {
    if (this.#goal === null) return
    const now = this.#ports.clock.now()
    const seq = this.#tally.next(now)
    this.#current?.lane.send(seq, now)
    this.#second?.send(seq, now)
    // Without a buffer, what can't be sent now is gone.
    if (!this.#current && !this.#second) this.#tally.interrupted()
  }

  /** The way back has been there already; everything else comes as fast as it can. */
  #move({to, at}: Extract<SteerOrder, {do: 'move'}>): void {
    if (to === this.goal) return
    this.#upgrading?.abort(new Error('the group has decided otherwise'))
    this.#failed = null
    this.#goal = to === null ? null : {path: to, since: at + this.#run.origin}
    this.#shelf.want(this.#wanted())
    const lane = to === null ? null : this.#shelf.get(to)
    if (to !== null && lane) this.#takeOver(to, lane, 0)
    if (to !== null) return
    // All are down: nothing that was open before is worth anything.
    this.#current = null
    for (const {name} of this.#spec.paths) this.#shelf.drop(name)
  }

  /** The path in use, and those that stand by, if they are to be warm. */
  #wanted(): readonly string[] {
    const names = this.#spec.paths.map(({name}) => name)
    const {path} = this.#goal ?? {path: null}
    if (path === null) return []
    return this.#spec.stream.standby === 'warm' ? names.slice(names.indexOf(path)) : [path]
  }

  #onReady(path: string, lane: Lane, took: Millis): void {
    if (path === this.#goal?.path) this.#takeOver(path, lane, took)
  }

  #onFailed(path: string, failure: Failure): void {
    if (path !== this.#goal?.path || this.#failed === failure.code) return
    this.#failed = failure.code
    this.#run.emit({type: 'stream-failed', group: this.#spec.group, path, failure})
  }

  #onEnd(path: string): void {
    if (this.#current?.path === path) this.#current = null
    this.#shelf.want(this.#wanted())
  }

  /** As fast as possible: whatever is under way is sent again, since the old connection may have lost it. */
  #takeOver(path: string, lane: Lane, connect: Millis): void {
    const from = this.#last
    this.#last = path
    this.#current = {path, lane}
    this.#failed = null
    const again = this.#tally.interrupted()
    this.#repeat(again, lane)
    if (from !== null && from !== path) this.#shelf.drop(from)
    this.#shelf.want(this.#wanted())
    const took = this.#ports.clock.now() - (this.#goal?.since ?? 0)
    this.#moved({from, to: path, staged: false, took, connect, resent: again.length, address: lane.remote})
  }

  #repeat(again: readonly number[], lane: Lane): void {
    const now = this.#ports.clock.now()
    for (const seq of again) lane.send(seq, now)
    this.#tally.repeated(again.length)
  }

  async #upgrade({to, attempt, at}: Upgrade): Promise<void> {
    const target = this.#run.targets.get(to)
    if (!target || to === this.goal) return
    this.#upgrading?.abort(new Error('a new attempt begins'))
    const stop = new AbortController()
    const {signal} = stop
    this.#upgrading = stop
    const {stream} = this.#spec
    const tell: Tell = (report) => this.#tell(attempt, report)
    const reached = await reachDirectly({
      ...{stream, target, identity: this.#identity, ports: this.#ports, signal, tell},
      relay: () => this.#current?.lane ?? null,
      onDialled: (listener) => (this.#onDialled = listener),
    })
    if (!reached) return
    if (signal.aborted) reached.lane.drop()
    else if (await this.#migrate(to, reached, {signal, tell, since: at + this.#run.origin}))
      await this.#leaveOthers(to, signal, tell)
  }

  async #migrate(
    to: string,
    {lane, direction, took: connect}: Reached,
    {signal, tell, since}: {signal: AbortSignal; tell: Tell; since: Millis},
  ): Promise<boolean> {
    const {clock} = this.#ports
    const started = clock.now()
    const limit = this.#spec.stream.limits.migration
    const migration = beginMigration({lane, tally: this.#tally, limit, clock, signal})
    const again = this.#spec.stream.buffer === 0 ? [] : this.#tally.pending()
    this.#repeat(again, lane)
    this.#second = lane
    const failure = await migration.ended
    if (this.#second === lane) this.#second = null
    const stage = {stage: 'migration', direction, address: lane.remote, took: clock.now() - started} as const
    if (failure || signal.aborted) {
      lane.drop()
      const because = `${failure?.message ?? ''}; the stream stays where it is`
      if (!signal.aborted) tell({...stage, result: 'failed', failure, because})
      return false
    }
    const from = this.#last
    this.#last = to
    this.#goal = {path: to, since}
    this.#current = {path: to, lane}
    this.#shelf.put(to, lane)
    // A relay that was still being connected to is no longer wanted, unless it is to be warm.
    this.#shelf.want(this.#wanted())
    tell({...stage, result: 'ok', failure: null, because: `the stream is on ${to} now`})
    const took = clock.now() - since
    this.#moved({from, to, staged: true, took, connect, resent: again.length, address: lane.remote})
    return true
  }

  async #leaveOthers(to: string, signal: AbortSignal, tell: (report: StageReport) => void): Promise<void> {
    const {clock} = this.#ports
    const others = this.#spec.paths.map(({name}) => name).filter((name) => name !== to)
    await leaveLanes(
      {paths: others, take: (path) => this.#shelf.take(path), clock, signal, tell},
      this.#spec.stream,
    )
  }

  #tell(attempt: number, report: StageReport): void {
    const {group} = this.#spec
    const step = UPGRADE_STAGES.indexOf(report.stage) + 1
    this.#run.emit({type: 'upgrade-stage', group, attempt, step, of: UPGRADE_STAGES.length, ...report})
  }

  #moved(move: Omit<Extract<StreamEvent, {type: 'stream-moved'}>, 'type' | 'group'>): void {
    this.#run.emit({type: 'stream-moved', group: this.#spec.group, ...move})
    this.#count()
  }

  /** A connection over which nothing comes back is no connection, whatever the checks of its target say. */
  #look(): void {
    this.#shelf.beat(this.#spec.stream.limits.migration)
    this.#count()
  }

  #count(): void {
    const {group} = this.#spec
    const {path = null, lane = null} = this.#current ?? {}
    const {latency} = this.#tally
    const counts = this.#tally.counts()
    if (counts.sent === 0) return
    this.#run.emit({type: 'stream-counted', group, path, address: lane?.remote ?? null, latency, counts})
  }
}

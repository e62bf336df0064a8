/** The connections of a stream, one per path at most: opened where they are wanted, and again when they end. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {Ports} from '../../core/ports.ts'
import type {StreamSpec} from '../../core/stream-spec.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {startDeadline} from '../../probes/shared/deadline.ts'
import type {Lane} from './lane.ts'
import type {LaneTarget} from './lane-target.ts'
import {type LaneIdentity, type Result, dialLane, shakeLane} from './open-lane.ts'

/** From a connection that failed to the next one; it doubles up to the most. */
const FIRST_WAIT: Millis = 100
const MOST_WAIT: Millis = 5000

export type LanePorts = Pick<Ports, 'clock' | 'dial' | 'resolver' | 'random'>

export interface ShelfOptions {
  readonly targets: ReadonlyMap<string, LaneTarget>
  readonly identity: LaneIdentity
  readonly limits: StreamSpec['limits']
  readonly ports: LanePorts
  /** A connection that was wanted is there; `took`: connecting and handshake. */
  readonly onReady: (path: string, lane: Lane, took: Millis) => void
  readonly onEnd: (path: string) => void
  /** A connection that was wanted did not come up, or nothing came back over it; it is tried on. */
  readonly onFailed: (path: string, failure: Failure) => void
  readonly onConfirmed: (seq: number) => void
  /** What the other end says of its attempts to connect to us. */
  readonly onDialled: (token: string, result: string) => void
}

export class LaneShelf {
  readonly #options: ShelfOptions
  readonly #lanes = new Map<string, Lane>()
  /** Paths on which a connection is being opened or waited for. */
  readonly #opening = new Map<string, AbortController>()

  constructor(options: ShelfOptions) {
    this.#options = options
  }

  get(path: string): Lane | null {
    return this.#lanes.get(path) ?? null
  }

  /** Keeps a connection on each of these from now on; those of others stay as they are. */
  want(paths: readonly string[]): void {
    for (const [path, stop] of [...this.#opening]) {
      if (paths.includes(path)) continue
      this.#opening.delete(path)
      stop.abort(new Error('no longer wanted'))
    }
    for (const path of paths) if (!this.#lanes.has(path) && !this.#opening.has(path)) void this.#keep(path)
  }

  /** One that was opened elsewhere. */
  put(path: string, lane: Lane): void {
    this.#opening.get(path)?.abort(new Error('there is one already'))
    this.#opening.delete(path)
    const old = this.#lanes.get(path)
    if (old !== lane) old?.drop()
    this.#lanes.set(path, lane)
    const {onConfirmed, onDialled} = this.#options
    lane.listen({
      onConfirmed,
      onDialled,
      onEnd: () => this.#onEnd(path, lane),
    })
  }

  /** Gives it away: it is no longer looked after here. */
  take(path: string): Lane | null {
    const lane = this.get(path)
    this.#lanes.delete(path)
    return lane
  }

  drop(path: string): void {
    this.take(path)?.drop()
  }

  /** Asks all whether somebody is there; one that has not answered for longer than this is as good as ended. */
  beat(patience: Millis): void {
    const now = this.#options.ports.clock.now()
    for (const [path, lane] of [...this.#lanes]) {
      if (lane.waitsSince === null || now - lane.waitsSince <= patience) lane.send(0, now)
      else {
        this.drop(path)
        const text = `${lane.remote}: nothing came back for ${formatDuration(now - lane.waitsSince)}`
        this.#options.onFailed(path, makeFailure('STREAM_STALLED', text))
        this.#options.onEnd(path)
      }
    }
  }

  stop(): void {
    this.want([])
    for (const path of [...this.#lanes.keys()]) this.drop(path)
  }

  #onEnd(path: string, lane: Lane): void {
    if (this.#lanes.get(path) !== lane) return
    this.#lanes.delete(path)
    this.#options.onEnd(path)
  }

  async #keep(path: string): Promise<void> {
    const {clock} = this.#options.ports
    const stop = new AbortController()
    this.#opening.set(path, stop)
    const started = clock.now()
    for (let wait = FIRST_WAIT; !stop.signal.aborted; wait = Math.min(MOST_WAIT, wait * 2)) {
      const opened = await this.#open(path, stop.signal)
      if (stop.signal.aborted) {
        if (opened.ok) opened.value.drop()
        return
      }
      if (opened.ok) {
        this.put(path, opened.value)
        this.#options.onReady(path, opened.value, clock.now() - started)
        return
      }
      this.#options.onFailed(path, opened.failure)
      await clock.sleep(wait, stop.signal).catch(() => undefined)
    }
  }

  async #open(path: string, signal: AbortSignal): Promise<Result<Lane>> {
    const {targets, identity, limits, ports} = this.#options
    const target = targets.get(path)
    if (!target) throw new Error(`there is no path ${path}`)
    const {clock} = ports
    const connect = startDeadline({clock, after: limits.connect, level: 'step', parent: signal})
    const dialled = await dialLane(target, connect, ports).finally(() => connect.stop())
    if (!dialled.ok) return dialled
    const handshake = startDeadline({clock, after: limits.handshake, level: 'step', parent: signal})
    return shakeLane({...target, identity}, dialled.value, handshake, ports).finally(() => handshake.stop())
  }
}

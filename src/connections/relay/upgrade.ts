/** One attempt of the way back: listener, connect, handshake, migration; what each took and how it ended is told. */
import type {Failure} from '../../core/failure.ts'
import {type Direction, type StageResult} from '../../core/stream-events.ts'
import {type StreamSpec, type UpgradeStage} from '../../core/stream-spec.ts'
import type {Millis} from '../../core/units.ts'
import {startDeadline} from '../../probes/shared/deadline.ts'
import {Inbound, type InboundPorts} from './inbound.ts'
import type {Lane} from './lane.ts'
import type {LanePorts} from './lane-shelf.ts'
import type {LaneTarget} from './lane-target.ts'
import {type LaneIdentity, dialLane, shakeLane} from './open-lane.ts'

export interface StageReport {
  readonly stage: UpgradeStage
  readonly direction: Direction | null
  readonly result: StageResult
  readonly address: string | null
  readonly took: Millis
  readonly failure: Failure | null
  readonly because: string
}

export interface UpgradeWay {
  readonly stream: StreamSpec
  readonly target: LaneTarget
  readonly identity: LaneIdentity
  readonly ports: LanePorts & InboundPorts
  /** The connection in use, by which the other end can be asked; null while there is none. */
  readonly relay: () => Lane | null
  /** Told of what the other end says about its attempts to connect. */
  readonly onDialled: (listener: (token: string, result: string) => void) => void
  /** Nothing is told after this. */
  readonly signal: AbortSignal
  readonly tell: (report: StageReport) => void
}

export interface Reached {
  readonly lane: Lane
  readonly direction: Direction
  /** Connecting and handshake. */
  readonly took: Millis
}

/**
 * Tries both directions at the same time as far as they are wanted; the first connection whose handshake succeeds is taken. The other
 * direction goes on until its own end, so that each has an outcome. Null when none came up: that was told.
 */
export async function reachDirectly(way: UpgradeWay): Promise<Reached | null> {
  const inbound = await openListener(way)
  if (inbound === 'failed') return null
  const race = new Race(way, Number(way.stream.dial) + Number(inbound !== null))
  if (way.stream.dial) void race.outbound()
  if (inbound) void race.inbound(inbound)
  return race.first
}

async function openListener({stream, identity, ports, tell}: UpgradeWay): Promise<Inbound | 'failed' | null> {
  const {listen, dial} = stream
  const base = {stage: 'listener', direction: 'inbound', address: null} as const
  if (!listen) {
    tell({
      ...base,
      direction: null,
      result: 'skipped',
      took: 0,
      failure: null,
      because: 'nobody connects to us',
    })
    return null
  }
  const started = ports.clock.now()
  const inbound = new Inbound(identity, ports)
  const opened = await inbound.open(listen)
  const took = ports.clock.now() - started
  if (opened.ok) {
    const because = `the other end is asked to connect to ${opened.value}`
    tell({...base, result: 'ok', address: opened.value, took, failure: null, because})
    return inbound
  }
  const isOver = listen.required || !dial
  const {failure} = opened
  const because = isOver ? failure.message : `${failure.message}; only outbound is tried`
  tell({...base, result: isOver ? 'failed' : 'warned', took, failure, because})
  return isOver ? 'failed' : null
}

class Race {
  readonly #way: UpgradeWay
  readonly #first = Promise.withResolvers<Reached | null>()
  #open: number
  #won = false

  constructor(way: UpgradeWay, directions: number) {
    this.#way = way
    this.#open = directions
    const onAbort = (): void => this.#first.resolve(null)
    way.signal.addEventListener('abort', onAbort, {once: true})
  }

  get first(): Promise<Reached | null> {
    return this.#first.promise
  }

  async outbound(): Promise<void> {
    const {target, ports, stream, signal, identity} = this.#way
    const {clock} = ports
    const started = clock.now()
    const direction = 'outbound'
    const connect = startDeadline({clock, after: stream.limits.connect, level: 'step', parent: signal})
    const dialled = await dialLane(target, connect, ports).finally(() => connect.stop())
    const connected = clock.now()
    const place = {direction, address: addressOf(target)} as const
    if (!dialled.ok) {
      this.#lose({stage: 'connect', ...place, took: connected - started}, dialled.failure)
      return
    }
    const address = dialled.value.stream.remote
    this.#tell({stage: 'connect', direction, address, took: connected - started, because: 'we connected'})
    const handshake = startDeadline({clock, after: stream.limits.handshake, level: 'step', parent: signal})
    const shaken = await shakeLane({...target, identity}, dialled.value, handshake, ports)
    handshake.stop()
    const took = clock.now() - connected
    if (!shaken.ok) {
      this.#lose({stage: 'handshake', direction, address, took}, shaken.failure)
      return
    }
    this.#win({stage: 'handshake', direction, address, took}, shaken.value, clock.now() - started)
  }

  async inbound(inbound: Inbound): Promise<void> {
    const {stream, relay, onDialled, signal, ports} = this.#way
    const started = ports.clock.now()
    onDialled((token, result) => inbound.dialled(token, result))
    const asking = {askToDial: (...asked: Parameters<Lane['askToDial']>) => relay()?.askToDial(...asked)}
    const arrived = await inbound.arrive(asking, stream.limits, signal)
    inbound.close()
    const direction = 'inbound'
    if (!arrived.ok) {
      const {failure} = arrived
      const stage = failure.code === 'STREAM_KEY_REFUSED' ? 'handshake' : 'connect'
      this.#lose({stage, direction, address: null, took: ports.clock.now() - started}, failure)
      return
    }
    const {lane, from: address, connect, handshake} = arrived.value
    this.#tell({
      stage: 'connect',
      direction,
      address,
      took: connect,
      because: 'the other end connected to us',
    })
    this.#win({stage: 'handshake', direction, address, took: handshake}, lane, connect + handshake)
  }

  #win(place: Place, lane: Lane, took: Millis): void {
    const {signal} = this.#way
    const isFirst = !this.#won && !signal.aborted
    this.#won = true
    this.#open -= 1
    const because = isFirst ? 'this connection is taken' : 'it works too, and is not needed'
    this.#tell({...place, because})
    if (isFirst) this.#first.resolve({lane, direction: place.direction, took})
    else lane.drop()
  }

  #lose(place: Place, failure: Failure): void {
    this.#open -= 1
    const isLast = this.#open === 0 && !this.#won
    if (isLast) this.#first.resolve(null)
    if (this.#way.signal.aborted) return
    const because = `${place.direction}: ${failure.message}`
    this.#way.tell({...place, result: isLast ? 'failed' : 'warned', failure, because})
  }

  #tell(report: Place & {readonly because: string}): void {
    if (!this.#way.signal.aborted) this.#way.tell({...report, result: 'ok', failure: null})
  }
}

type Place = Pick<StageReport, 'stage' | 'address' | 'took'> & {readonly direction: Direction}

function addressOf({host, port}: LaneTarget): string {
  return `${host}:${port}`
}

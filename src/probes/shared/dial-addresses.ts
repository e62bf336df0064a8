/** Connects to one of several addresses and reports what became of each. */
import {makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'
import type {AddressOutcome} from '../../core/outcome.ts'
import type {ByteStream, DialResult, Ports, ResolvedAddress} from '../../core/ports.ts'
import {joinHostPort} from '../../core/target.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import {classifyNetError} from './classify-net-error.ts'
import {type Deadline, abortOwner, startDeadline} from './deadline.ts'
import {interleaveFamilies} from './order-addresses.ts'
import {pickFailure} from './pick-failure.ts'

/**
 * `order`: one after the other in the resolver's order, each with an equal share of the time that is left.
 * `race`: RFC 8305; the next attempt starts after 250 ms or as soon as one failed, and earlier ones go on.
 */
export type DialStrategy = 'order' | 'race'
export const DIAL_STRATEGIES = ['order', 'race'] as const

/** RFC 8305 section 5: the recommended Connection Attempt Delay. */
const ATTEMPT_DELAY: Millis = 250

export interface DialPlan {
  readonly addresses: readonly ResolvedAddress[]
  readonly port: number
  readonly strategy: DialStrategy
  readonly source?: string | undefined
  readonly interface?: string | undefined
  readonly deadline: Deadline
}

export type Dialled =
  | {
      readonly status: 'connected'
      readonly stream: ByteStream
      readonly winner: ResolvedAddress
      /** Of the winning attempt alone. */
      readonly took: Millis
      readonly addresses: readonly AddressOutcome[]
    }
  | {
      readonly status: 'failed'
      readonly failure: Failure
      /** The address that the failure is about. */
      readonly address: ResolvedAddress | null
      readonly took: Millis
      readonly addresses: readonly AddressOutcome[]
    }

type DialPorts = Pick<Ports, 'dial' | 'clock'>

/** Never throws for what the network does; no attempt is left running when it resolves. */
export async function dialAddresses(plan: DialPlan, ports: DialPorts): Promise<Dialled> {
  const round = new DialRound(plan, ports)
  return plan.strategy === 'race' ? round.race() : round.inOrder()
}

interface Won {
  readonly index: number
  readonly stream: ByteStream
  readonly took: Millis
}

class DialRound {
  readonly #plan: DialPlan
  readonly #ports: DialPorts
  readonly #addresses: readonly ResolvedAddress[]
  readonly #outcomes: AddressOutcome[]
  readonly #started: Millis
  #won: Won | null = null

  constructor(plan: DialPlan, ports: DialPorts) {
    this.#plan = plan
    this.#ports = ports
    this.#addresses = plan.strategy === 'race' ? interleaveFamilies(plan.addresses) : plan.addresses
    this.#outcomes = this.#addresses.map((each) => ({...each, status: 'not-tried'}))
    this.#started = ports.clock.now()
  }

  async inOrder(): Promise<Dialled> {
    const {deadline} = this.#plan
    for (const [index] of this.#addresses.entries()) {
      if (this.#won || deadline.signal.aborted) break
      const others = this.#addresses.length - index - 1
      const share = startDeadline({
        clock: this.#ports.clock,
        after: deadline.left() / (others + 1),
        level: 'address',
        parent: deadline.signal,
      })
      // The last one has all that is left: its own deadline would only race the sample's.
      await this.#attempt(index, others === 0 ? deadline.signal : share.signal)
      share.stop()
    }
    return this.#result()
  }

  async race(): Promise<Dialled> {
    const over = new AbortController()
    const onDeadline = (): void => over.abort(this.#plan.deadline.signal.reason)
    this.#plan.deadline.signal.addEventListener('abort', onDeadline, {once: true})
    const running: Promise<void>[] = []
    for (const [index] of this.#addresses.entries()) {
      if (this.#won || this.#plan.deadline.signal.aborted) break
      const attempt = this.#attempt(index, over.signal).then(() => {
        if (this.#won) over.abort(new RaceOver())
      })
      running.push(attempt)
      if (index < this.#addresses.length - 1) await this.#untilNext(running, over.signal)
    }
    await Promise.all(running)
    this.#plan.deadline.signal.removeEventListener('abort', onDeadline)
    return this.#result()
  }

  /** Until the delay has passed, the newest attempt or the whole race has ended. */
  async #untilNext(running: readonly Promise<void>[], over: AbortSignal): Promise<void> {
    const pause = new AbortController()
    const end = (): void => pause.abort(new RaceOver())
    over.addEventListener('abort', end, {once: true})
    const waiting = this.#ports.clock.sleep(ATTEMPT_DELAY, pause.signal).catch(() => {})
    await Promise.race([waiting, running.at(-1)])
    end()
    over.removeEventListener('abort', end)
    await waiting
  }

  async #attempt(index: number, signal: AbortSignal): Promise<void> {
    const target = this.#addresses[index]
    if (!target) return
    const {port, source, interface: device} = this.#plan
    const startedAfter = this.#elapsed()
    const result = await this.#ports.dial.tcp({
      ...target,
      port,
      signal,
      ...(source === undefined ? {} : {source}),
      ...(device === undefined ? {} : {interface: device}),
    })
    if (result.status === 'connected') this.#connected(index, result, startedAfter)
    else {
      const failure = failureOf(result, target, port, signal)
      const status = failure ? 'failed' : 'cancelled'
      const more = failure ? {failure} : {}
      this.#outcomes[index] = {...target, status, startedAfter, took: result.took, ...more}
    }
  }

  #connected(index: number, result: DialResult & {status: 'connected'}, startedAfter: Millis): void {
    const target = this.#addresses[index]
    if (!target) return
    const {stream, took} = result
    if (this.#won) {
      // Two handshakes ended in the same turn of the event loop; the first one seen wins.
      stream.close()
      this.#outcomes[index] = {...target, status: 'cancelled', startedAfter, took}
      return
    }
    this.#won = {index, stream, took}
    this.#outcomes[index] = {...target, status: 'ok', startedAfter, took}
  }

  #result(): Dialled {
    const addresses = this.#outcomes
    const winner = this.#won && this.#addresses[this.#won.index]
    if (this.#won && winner) {
      return {status: 'connected', stream: this.#won.stream, winner, took: this.#won.took, addresses}
    }
    const failures = addresses.flatMap(({failure}) => (failure ? [failure] : []))
    const failure = pickFailure(failures) ?? this.#nothingTried()
    const index = addresses.findIndex((each) => each.failure === failure)
    const address = this.#addresses[index] ?? null
    return {status: 'failed', failure: this.#withCount(failure), address, took: this.#elapsed(), addresses}
  }

  #withCount(failure: Failure): Failure {
    const tried = this.#outcomes.filter(({status}) => status === 'failed').length
    if (tried < 2) return failure
    return {...failure, message: `${failure.message} (all ${tried} addresses tried failed)`}
  }

  #nothingTried(): Failure {
    const {signal} = this.#plan.deadline
    if (abortOwner(signal)?.by === 'deadline') {
      return makeFailure('TCP_TIMEOUT', 'no time was left to connect')
    }
    return makeFailure('CANCELLED', 'cancelled before connecting', {stage: 'connect'})
  }

  #elapsed(): Millis {
    return this.#ports.clock.now() - this.#started
  }
}

/** The reason for which the losers of a race are ended: neither a deadline nor the user. */
class RaceOver extends Error {
  override readonly name = 'RaceOver'
}

/** Null for an attempt that lost the race: it neither failed nor succeeded. */
function failureOf(
  result: Exclude<DialResult, {status: 'connected'}>,
  target: ResolvedAddress,
  port: number,
  signal: AbortSignal,
): Failure | null {
  const peer = joinHostPort(target.address, port)
  if (result.status === 'failed') {
    return classifyNetError(result.error, {stage: 'connect', peer, family: target.family})
  }
  if (signal.reason instanceof RaceOver) return null
  if (abortOwner(signal)?.by === 'deadline') {
    return makeFailure('TCP_TIMEOUT', `${peer} did not answer within ${formatDuration(result.took)}`)
  }
  return makeFailure('CANCELLED', `connecting to ${peer} was cancelled`, {stage: 'connect'})
}

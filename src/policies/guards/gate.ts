/** Stands between a due attempt and the network: breaker, retry budgets and the rate of the host, in this order. */
import type {BreakerPhase} from '../../core/guard-events.ts'
import type {Failure} from '../../core/failure.ts'
import type {DenialCode} from '../../core/outcome.ts'
import {parseTargetUrl} from '../../core/target.ts'
import {type Millis, formatDuration} from '../../core/units.ts'
import type {Policy} from '../policy.ts'
import {type BreakerResult, type BreakerState, askBreaker, resultOf, tellBreaker} from './breaker.ts'
import {askPeer, leavePeer} from './peer-queue.ts'
import type {BudgetSettings, PolicyGuards} from './settings.ts'
import {GLOBAL_BUDGET, type SharedGuards, sizeOf} from './shared.ts'
import {addShortage, endShortage, isShortage} from './shortage.ts'
import {readyAt} from './token-bucket.ts'

export type Permit =
  | {readonly type: 'go'}
  /** Ask again at `until`. The ladder stays where it is. */
  | {readonly type: 'wait'; readonly code: DenialCode; readonly until: Millis; readonly because: string}
  /** No attempt will be let through. */
  | {readonly type: 'stop'; readonly code: DenialCode; readonly because: string}

/** How the breaker moved. */
export interface BreakerChange {
  readonly from: BreakerPhase
  readonly to: BreakerPhase
  /** When it lets a trial through; null unless open. */
  readonly until: Millis | null
  readonly because: string
}

export interface GateOptions {
  readonly shared: SharedGuards
  readonly policy: Policy
  /** For texts. */
  readonly target: string
  /** Whose breaker and budget it is; two targets of the same name are two, when they are not the same otherwise. */
  readonly identity?: string
  /** The host, whose rate is shared by all targets; null for none. */
  readonly peer: string | null
  readonly onBreaker?: (change: BreakerChange) => void
}

const NONE: PolicyGuards = {breaker: null, budget: null, globalBudget: null, peerRate: null}

/** One per ladder. Ask before each attempt, tell its end, leave when no attempt follows. */
export class Gate {
  readonly #options: GateOptions
  readonly #guards: PolicyGuards
  readonly #ticket: string
  readonly #identity: string
  /** The attempt whose retry is paid for, while it waits for something else. */
  #paid: number | null = null

  constructor(options: GateOptions) {
    this.#options = options
    this.#guards = options.policy.guards ?? NONE
    this.#ticket = options.shared.nextTicket()
    this.#identity = options.identity ?? options.target
  }

  /** May attempt number `attempt` (1 is no retry) begin at `now`? */
  ask(attempt: number, now: Millis): Permit {
    const {shared} = this.#options
    const {until, because} = shared.shortage
    if (now < until && attempt > 1) return {type: 'wait', code: 'LOCAL_SHORTAGE', until, because}
    const {breaker: settings} = this.#guards
    const asked = settings ? askBreaker(shared.breaker(this.#identity, settings), now) : null
    if (asked && !asked.admitted) return refusal(asked.state, asked.retryAt)
    const denied = this.#pay(attempt, now) ?? this.#standInLine(now)
    if (denied) return denied
    this.#paid = null
    if (asked) this.#keep(asked.state)
    return {type: 'go'}
  }

  /** The admitted attempt ended; null for success. An aborted one is told as `neither`. */
  tell(result: Failure | null | 'aborted', now: Millis): void {
    const {shared} = this.#options
    const {breaker: settings} = this.#guards
    this.#tellShortage(result, now)
    if (!settings) return
    const said: BreakerResult = result === 'aborted' ? 'neither' : resultOf(result)
    this.#keep(tellBreaker(shared.breaker(this.#identity, settings), said, now))
  }

  #tellShortage(result: Failure | null | 'aborted', now: Millis): void {
    const {shared} = this.#options
    if (result === 'aborted') return
    if (result === null) shared.keepShortage(endShortage(shared.shortage, now))
    else if (isShortage(result)) {
      const because = `this machine lacks resources (${result.code})`
      shared.keepShortage(addShortage(shared.shortage, because, now))
    }
  }

  /** May a second attempt begin beside the one under way? It costs what a retry costs, and waits for nothing. */
  second(now: Millis): boolean {
    const {shared, peer} = this.#options
    const {breaker, peerRate} = this.#guards
    if (now < shared.shortage.until) return false
    if (breaker && shared.breaker(this.#identity, breaker).phase !== 'closed') return false
    const purses = this.#purses()
    const empty = purses.some(
      ([name, settings]) => readyAt(shared.budget(name, settings, now), sizeOf(settings), 1) > now,
    )
    if (empty) return false
    if (peerRate && peer !== null) {
      const answer = askPeer(
        shared.peer(peer, peerRate, now),
        {id: shared.nextTicket(), settings: peerRate},
        now,
      )
      if (answer.type !== 'go') return false
      shared.keepPeer(peer, answer.queue)
    }
    for (const [name, settings] of purses) shared.spend(name, settings, now)
    return true
  }

  /** No attempt follows: the place in line is given up. */
  leave(now: Millis): void {
    const {shared, peer} = this.#options
    const {peerRate} = this.#guards
    if (peerRate && peer !== null)
      shared.keepPeer(peer, leavePeer(shared.peer(peer, peerRate, now), this.#ticket))
  }

  #pay(attempt: number, now: Millis): Permit | null {
    const {shared} = this.#options
    if (this.#paid === attempt) return null
    const purses = this.#purses()
    if (attempt <= 1) {
      for (const [name, settings] of purses) shared.earn(name, settings, now)
    } else {
      for (const [name, settings] of purses) {
        const bucket = shared.budget(name, settings, now)
        const next = readyAt(bucket, sizeOf(settings), 1)
        if (next > now) return this.#emptyPurse(name === GLOBAL_BUDGET, settings, next)
      }
      for (const [name, settings] of purses) shared.spend(name, settings, now)
    }
    this.#paid = attempt
    return null
  }

  #purses(): readonly (readonly [string, BudgetSettings])[] {
    const {budget, globalBudget} = this.#guards
    return [
      ...(budget ? [[this.#identity, budget] as const] : []),
      ...(globalBudget ? [[GLOBAL_BUDGET, globalBudget] as const] : []),
    ]
  }

  #standInLine(now: Millis): Permit | null {
    const {shared, peer} = this.#options
    const {peerRate: settings} = this.#guards
    if (!settings || peer === null) return null
    const answer = askPeer(shared.peer(peer, settings, now), {id: this.#ticket, settings}, now)
    shared.keepPeer(peer, answer.queue)
    const rate = `${settings.perSecond} attempts/s to ${peer}`
    switch (answer.type) {
      case 'go':
        return null
      case 'wait': {
        const because = answer.ahead === 0 ? rate : `${rate}, ${answer.ahead} ahead`
        return {type: 'wait', code: 'PEER_RATE', until: answer.until, because}
      }
      case 'shed':
        return {type: 'stop', code: 'PEER_RATE', because: `the line for ${rate} is full`}
    }
  }

  #emptyPurse(global: boolean, settings: BudgetSettings, next: Millis): Permit {
    const {ratio, minPerSecond, burst, whenEmpty} = settings
    const whose = global ? 'all targets' : `target ${this.#options.target}`
    const rule = `${burst} at once, ${ratio} per first attempt and ${minPerSecond}/s`
    const because = `the retry budget of ${whose} is used up (${rule})`
    return whenEmpty === 'wait' && Number.isFinite(next)
      ? {type: 'wait', code: 'RETRY_BUDGET', until: next, because}
      : {type: 'stop', code: 'RETRY_BUDGET', because}
  }

  #keep(state: BreakerState): void {
    const {shared, onBreaker} = this.#options
    const {phase: from} = shared.breaker(this.#identity, state.settings)
    shared.keepBreaker(this.#identity, state)
    const {phase: to, until, because} = state
    if (from !== to) onBreaker?.({from, to, until, because})
  }
}

function refusal({phase, because}: BreakerState, retryAt: Millis | null): Permit {
  const text = `the breaker is ${phase}: ${because}`
  return retryAt === null
    ? {type: 'stop', code: 'BREAKER_ISOLATED', because: text}
    : {type: 'wait', code: 'BREAKER_OPEN', until: retryAt, because: text}
}

/** What makes two targets the same dependency: name, address and what is asked of it. */
export function identityOf(name: string, url: string, options: unknown): string {
  return JSON.stringify([name, url, options ?? null])
}

/** The host of a target, whose rate all targets share; null for a URL without one. */
export function peerOf(url: string): string | null {
  const parsed = parseTargetUrl(url)
  return parsed.ok && parsed.value.host !== '' ? parsed.value.host : null
}

/** What is told of a wait: how long, and until when the caller sleeps. */
export function denialText(permit: Exclude<Permit, {type: 'go'}>, now: Millis): string {
  const wait = permit.type === 'wait' ? `; asked again in ${formatDuration(permit.until - now)}` : ''
  return permit.because + wait
}

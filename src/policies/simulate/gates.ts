/** The guards of every client of a fleet: each client is a process of its own, with its own breaker and budgets. */
import type {Millis} from '../../core/units.ts'
import {type BreakerState, askBreaker, openTime, startBreaker, tellBreaker} from '../guards/breaker.ts'
import type {BudgetSettings, PolicyGuards} from '../guards/settings.ts'
import type {Policy} from '../policy.ts'

export interface Gates {
  /**
   * When the attempt that is due then begins, or -1 when it is never let through. `number` is what the ladder calls it: 1
   * is no retry and earns. `latest`: no wait goes beyond it.
   */
  admit(
    client: number,
    attempt: {readonly number: number; readonly due: Millis; readonly latest: Millis},
  ): Millis
  /** An attempt failed at `now`, the n-th in a row. */
  fail(client: number, failures: number, now: Millis): void
}

const DENIED = -1
const ROUNDING = 1e-9

/** Null for a policy without guards. */
export function openGates({guards}: Policy, clients: number): Gates | null {
  if (!guards) return null
  const breaker = openBreakers(guards, clients)
  const {budget, globalBudget, peerRate} = guards
  // With one target per client the budget of all targets is a second one of the same kind, and a line has one member.
  const purses = [budget, globalBudget].flatMap((settings) =>
    settings ? [openBuckets(settings, clients)] : [],
  )
  const rate = peerRate && openBuckets({...peerRate, perSecond: peerRate.perSecond, ratio: 0}, clients)
  return {
    admit(client, {number, due, latest}) {
      let at = breaker.readyAt(client, due)
      if (at === null) return DENIED
      if (number <= 1) for (const purse of purses) purse.earn(client, at)
      else {
        for (const purse of purses) {
          const ready = purse.readyAt(client, at)
          if (ready > at && purse.stops) return DENIED
          at = ready
        }
        for (const purse of purses) purse.take(client, at)
      }
      if (rate) {
        at = rate.readyAt(client, at)
        rate.take(client, at)
      }
      if (at > due && at > latest) return DENIED
      return Number.isFinite(at) ? at : DENIED
    },
    fail: (client, failures, now) => breaker.fail(client, failures, now),
  }
}

interface Breakers {
  /** Null when it never lets anything through. */
  readyAt(client: number, due: Millis): Millis | null
  fail(client: number, failures: number, now: Millis): void
}

function openBreakers({breaker: settings}: PolicyGuards, clients: number): Breakers {
  if (!settings) return {readyAt: (_, due) => due, fail: () => {}}
  if (settings.mode === 'isolated') return {readyAt: () => null, fail: () => {}}
  if (settings.mode === 'ratio') return ratioBreakers(startBreaker(settings))
  // Nothing succeeds before the end, so that a breaker of failures in a row is known by their number.
  const until = new Float64Array(clients).fill(Number.NEGATIVE_INFINITY)
  return {
    readyAt: (client, due) => Math.max(due, until[client] ?? due),
    fail(client, failures, now) {
      const openings = failures - settings.failures + 1
      if (openings >= 1) until[client] = now + openTime(settings, openings)
    },
  }
}

function ratioBreakers(fresh: BreakerState): Breakers {
  const states = new Map<number, BreakerState>()
  const stateOf = (client: number): BreakerState => states.get(client) ?? fresh
  return {
    readyAt(client, due) {
      const {until} = stateOf(client)
      const at = Math.max(due, until ?? due)
      states.set(client, askBreaker(stateOf(client), at).state)
      return at
    },
    fail(client, _, now) {
      states.set(client, tellBreaker(stateOf(client), 'failed', now))
    },
  }
}

interface Buckets {
  /** Nothing waits for a token: the ladder ends. */
  readonly stops: boolean
  earn(client: number, at: Millis): void
  readyAt(client: number, at: Millis): Millis
  take(client: number, at: Millis): void
}

type Size = Pick<BudgetSettings, 'burst' | 'ratio'> & {
  readonly minPerSecond?: number
  readonly perSecond?: number
  readonly whenEmpty?: BudgetSettings['whenEmpty']
}

/** The same arithmetic as `token-bucket.ts`, on one array for all clients. All are full at first. */
function openBuckets(
  {burst, ratio, minPerSecond, perSecond, whenEmpty = 'wait'}: Size,
  clients: number,
): Buckets {
  const rate = perSecond ?? minPerSecond ?? 0
  const tokens = new Float64Array(clients).fill(burst)
  const since = new Float64Array(clients)
  const fill = (client: number, at: Millis): number => {
    const gained = (Math.max(0, at - (since[client] ?? 0)) / 1000) * rate
    const now = Math.min(burst, (tokens[client] ?? 0) + gained)
    tokens[client] = now
    since[client] = Math.max(at, since[client] ?? 0)
    return now
  }
  return {
    stops: whenEmpty === 'stop',
    earn(client, at) {
      tokens[client] = Math.min(burst, fill(client, at) + ratio)
    },
    readyAt(client, at) {
      const lacking = 1 - fill(client, at)
      if (lacking <= ROUNDING) return at
      return rate <= 0 ? Number.POSITIVE_INFINITY : Math.ceil(at + (lacking / rate) * 1000)
    },
    take(client, at) {
      tokens[client] = Math.max(0, fill(client, at) - 1)
    },
  }
}

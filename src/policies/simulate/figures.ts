/** What a run of a fleet comes to. */
import type {Millis} from '../../core/units.ts'
import type {FleetRun, FleetSettings} from './fleet.ts'

export interface FleetFigures {
  /** The most attempts in one second while the server was gone, and after it came back. */
  readonly peakDuring: number
  readonly peakAfter: number
  /** Attempts a second from the heal until the last client was back (or the last attempt): the load without waves. */
  readonly steady: number
  /** How many times higher the peak is than that. */
  readonly peakToSteady: number | null
  /** Attempts after the heal that the server had no room for. */
  readonly turnedAway: number
  /** When so many percent of all clients were back, counted from the heal; null when they never were. */
  readonly back: readonly {readonly percent: number; readonly after: Millis | null}[]
  readonly attempts: {
    readonly total: number
    readonly mean: number
    readonly p95: number
    readonly max: number
  }
  readonly gaveUp: number
  readonly waiting: number
  readonly cut: boolean
  /** By second from the loss on, until nothing happens any more. */
  readonly curve: {readonly attempts: readonly number[]; readonly back: readonly number[]}
}

const PERCENTS = [50, 90, 99, 100] as const

export function figuresOf(run: FleetRun, {clients, outage}: FleetSettings): FleetFigures {
  const seconds = run.arrivals.findLastIndex((count) => count > 0) + 1
  const arrivals = Array.from(run.arrivals.subarray(0, seconds))
  const returns = Array.from(run.returns.subarray(0, seconds))
  const heal = Math.floor(outage / 1000)
  const after = arrivals.slice(heal)
  const peakAfter = highest(after)
  const steady = after.length === 0 ? 0 : sum(after) / after.length
  return {
    peakDuring: highest(arrivals.slice(0, heal)),
    peakAfter,
    steady,
    peakToSteady: steady > 0 ? peakAfter / steady : null,
    turnedAway: sum(after) - sum(returns),
    back: backTimes(run, clients, outage),
    attempts: attemptFigures(run.attempts),
    gaveUp: run.gaveUp,
    waiting: run.waiting,
    cut: run.cut,
    curve: {attempts: arrivals, back: returns},
  }
}

function backTimes(run: FleetRun, clients: number, outage: Millis): FleetFigures['back'] {
  return PERCENTS.map((percent) => {
    const at = run.backAt[Math.ceil((clients * percent) / 100) - 1]
    return {percent, after: at === undefined ? null : at - outage}
  })
}

function attemptFigures(attempts: Int32Array): FleetFigures['attempts'] {
  const ascending = attempts.toSorted()
  const total = sum(ascending)
  return {
    total,
    mean: total / ascending.length,
    p95: ascending[Math.ceil(ascending.length * 0.95) - 1] ?? 0,
    max: ascending.at(-1) ?? 0,
  }
}

/** No spreading into arguments: there may be a million. */
function highest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0)
}

function sum(values: readonly number[] | Int32Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}

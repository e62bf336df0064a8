/** What a fleet does to a server that was gone and comes back. */
import {drawFrom, seededRandom} from '../../core/random.ts'
import type {Millis} from '../../core/units.ts'
import type {Policy} from '../policy.ts'
import {drawWait} from '../wait.ts'
import {openCalendar} from './calendar.ts'
import {openGates} from './gates.ts'
import {AT, type Records, STRIDE, lastWaitIndex, openRecords} from './records.ts'
import {planWaits} from './wait-plan.ts'

export interface FleetSettings {
  readonly clients: number
  /** The server is gone from 0 until then. */
  readonly outage: Millis
  /** So many attempts a second succeed once it is back; those beyond fail. */
  readonly capacity: number
  /** Each client notices the loss at a moment between 0 and this. */
  readonly detection: Millis
  /** How long an attempt takes to fail; the attempt timeout bounds it. */
  readonly attemptDuration: Millis
  readonly seed: number
  /** The run is cut when there are more; 200 million unless told, some 20 s of work: such a policy has made its point. */
  readonly mostAttempts?: number
}

export interface FleetRun {
  /** By second from the loss on: attempts that began, and clients that came back. */
  readonly arrivals: Uint32Array
  readonly returns: Uint32Array
  /** By client. */
  readonly attempts: Int32Array
  /** When clients came back, one after the other. */
  readonly backAt: Int32Array
  readonly gaveUp: number
  /** Neither back nor given up when the simulation ended. */
  readonly waiting: number
  /** Whether it ended early, since the attempts were too many. */
  readonly cut: boolean
}

/** Sees every attempt: those of the outage client by client, the others in the order of time. */
type Watcher = (client: number, at: Millis, ok: boolean) => void

/** So long after the outage nobody looks any more. */
export const AFTERMATH: Millis = 86_400_000
const MOST_ATTEMPTS = 200_000_000
/** Clients whose attempts during the outage tell how many all make. */
const FORERUNNERS = 100

/** The 32-bit seed of each client's own stream; the first draw is the moment it notices the loss. */
export function clientSeeds(seed: number, clients: number): Uint32Array {
  const random = seededRandom(seed).fork('clients')
  return Uint32Array.from({length: clients}, () => Math.floor(random.next() * 2 ** 32))
}

/** Whole milliseconds, equally likely from 0 to `within`. */
export function drawDetection(within: Millis, next: number): Millis {
  return Math.floor(next * (within + 1))
}

/**
 * All clients are connected and stable when the server goes. Each climbs its ladder as `afterFailure` would: the
 * waits are drawn from the same ranges by the same function, and the same deadline trims them. An attempt succeeds at
 * once when it begins after the outage and the server still has room in that second.
 */
export function runFleet(policy: Policy, settings: FleetSettings, watch?: Watcher): FleetRun {
  const {clients, outage, capacity, mostAttempts = MOST_ATTEMPTS} = settings
  const end = outage + AFTERMATH
  const calendar = openCalendar(clients, end)
  const arrivals = new Uint32Array(Math.ceil(end / 1000) + 1)
  const returns = new Uint32Array(arrivals.length)
  const attempts = new Int32Array(clients)
  const backAt = new Int32Array(clients)
  const ladder = openLadders(policy, settings, openRecords(clients))
  const total = {attempts: 0, back: 0, gaveUp: 0}
  const count = (client: number, at: Millis, ok: boolean): number => {
    const second = Math.floor(at / 1000)
    total.attempts += 1
    arrivals[second] = (arrivals[second] ?? 0) + 1
    const attempt = (attempts[client] ?? 0) + 1
    attempts[client] = attempt
    watch?.(client, at, ok)
    return attempt
  }
  const plan = (client: number, due: Millis): void => {
    if (due === STOPPED) total.gaveUp += 1
    else if (due < end) calendar.add(client, due)
  }
  const fail = (client: number, at: Millis): Millis => ladder.fail(client, count(client, at, false), at)
  // Where the first clients show that the attempts would be too many, the others go by the clock, to be cut at one moment.
  let tooMany = false
  for (let client = 0; client < clients; client++) {
    tooMany ||= client >= FORERUNNERS && (total.attempts / client) * clients > mostAttempts
    const due = ladder.lose(client)
    plan(client, tooMany ? due : passOutage(client, due, outage, fail))
  }
  let client = calendar.next()
  for (; client >= 0 && total.attempts < mostAttempts; client = calendar.next()) {
    const at = calendar.now()
    const second = Math.floor(at / 1000)
    const served = returns[second] ?? 0
    if (at >= outage && served < capacity) {
      count(client, at, true)
      returns[second] = served + 1
      backAt[total.back] = at
      total.back += 1
    } else plan(client, fail(client, at))
  }
  const waiting = clients - total.back - total.gaveUp
  const times = backAt.subarray(0, total.back)
  return {arrivals, returns, attempts, backAt: times, gaveUp: total.gaveUp, waiting, cut: client >= 0}
}

const STOPPED = -1

/**
 * When the first attempt after the outage is due. While the server is gone nobody is in anybody's way, and one client
 * after the other is far quicker than all by the clock.
 */
function passOutage(
  client: number,
  first: Millis,
  outage: Millis,
  fail: (client: number, at: Millis) => Millis,
): Millis {
  let due = first
  while (due !== STOPPED && due < outage) due = fail(client, due)
  return due
}

/** The ladders of all clients; both functions tell when the next attempt is due, or that the ladder has stopped. */
interface Ladders {
  lose(client: number): Millis
  /** `attempt` counts from 1 after the loss. */
  fail(client: number, attempt: number, begun: Millis): Millis
}

function openLadders(policy: Policy, settings: FleetSettings, records: Records): Ladders {
  const {detection, attemptDuration, seed} = settings
  const {ints, words, doubles} = records
  clientSeeds(seed, records.clients).forEach((state, client) => {
    words[client * STRIDE + AT.state] = state
  })
  const waits = planWaits(policy)
  const gates = openGates(policy, records.clients)
  const counted = policy.reset.mode === 'never' ? 1 : 0
  const duration = Math.floor(Math.min(attemptDuration, policy.attemptTimeout))
  const {deadline, minAttemptTime} = policy
  const cursor = {at: 0, next: (): number => drawFrom(words, cursor.at)}
  const dueAfter = (client: number, attempt: number, begun: Millis, now: Millis): Millis => {
    const record = client * STRIDE
    const range = waits.rangeFor(attempt, doubles[lastWaitIndex(client)] ?? 0)
    if (!range) return STOPPED
    cursor.at = record + AT.state
    const wait = drawWait(range, cursor)
    doubles[lastWaitIndex(client)] = wait
    const planned = Math.max(now, (policy.delayFrom === 'start' ? begun : now) + wait)
    const lostAt = ints[record + AT.lostAt] ?? 0
    const latest =
      deadline === null ? Number.POSITIVE_INFINITY : Math.floor(lostAt + deadline - minAttemptTime)
    if (now >= latest) return STOPPED
    const due = Math.min(planned, latest)
    return gates ? gates.admit(client, {number: attempt + counted, due, latest}) : due
  }
  return {
    lose(client) {
      const at = drawDetection(detection, drawFrom(words, client * STRIDE + AT.state))
      ints[client * STRIDE + AT.lostAt] = at
      return dueAfter(client, 1, at, at)
    },
    fail(client, attempt, begun) {
      const lostAt = ints[client * STRIDE + AT.lostAt] ?? 0
      const left = deadline === null ? duration : Math.floor(lostAt + deadline - begun)
      const now = begun + Math.max(0, Math.min(duration, left))
      gates?.fail(client, attempt, now)
      return dueAfter(client, attempt + 1, begun, now)
    },
  }
}

/** The result of a series of samples, as a fold over its events. */
import type {RunEvent} from '../core/events.ts'
import type {Failure} from '../core/failure.ts'
import type {PhaseName, Phases, Reading, Sample, SkipReason} from '../core/outcome.ts'
import type {ProbeResult, ProbeSample} from '../core/probe-result.ts'
import {lossRatio, rttStatistics} from '../core/statistics.ts'
import type {Millis} from '../core/units.ts'
import {LossRun} from './loss-run.ts'
import {TrailFold} from './trail.ts'

/** What is known before the first sample. */
export interface SummaryHead {
  readonly target: string
  readonly kind: string
  /** ISO 8601. */
  readonly started: string
}

/** Everything that is measured; expectations are judged by whoever has them. */
export type Measured = Omit<ProbeResult, 'expectations' | 'interrupted' | 'verdict' | 'exit'>

const PHASES: readonly PhaseName[] = [
  ...(['resolve', 'connect', 'starttls', 'tls'] as const),
  ...(['request', 'wait', 'download', 'total'] as const),
]

const KINDS = ['ping', 'tcp', 'dns', 'tls', 'http', 'udp', 'stun', 'turn', 'mptcp', 'websocket'] as const
const SEEN: ReadonlySet<string> = new Set([...KINDS, 'method', 'addresses'])

/** Takes the events of one target in as they come; `result` may be read at any time. */
export class SummaryFold {
  readonly #head: SummaryHead
  readonly #samples: ProbeSample[] = []
  readonly #rtts: Millis[] = []
  readonly #failures = new Map<string, number>()
  readonly #phases = new Map<PhaseName, {sum: number; count: number}>()
  #attempts = 0
  /** Of an attempt whose sample has not ended: all that is known when the run ends while it waits. */
  #attemptFailure: Failure | null = null
  #retried = 0
  #mostAttempts = 0
  #missed = 0
  #duplicates = 0
  #late = 0
  #reordered = 0
  #highestReply = 0
  #failure: Failure | null = null
  #skip: SkipReason | null = null
  #last: Reading | null = null
  #facts: Pick<Reading, (typeof KINDS)[number] | 'method' | 'addresses'> = {}
  #duration: Millis = 0
  #interval: Millis = 0
  #lag: Millis = 0
  readonly #losses = new LossRun()
  readonly #trail = new TrailFold()

  constructor(head: SummaryHead) {
    this.#head = head
  }

  add(event: RunEvent): void {
    if (event.type === 'target-added' && event.target.name === this.#head.target) {
      this.#interval = event.target.interval
      this.#trail.add(event)
    }
    if (!('target' in event) || event.target !== this.#head.target) return
    this.#duration = Math.max(this.#duration, event.at)
    this.#trail.add(event)
    if (event.type === 'sample') this.#addSample(event.sample)
    else if (event.type === 'attempt') this.#addAttempt(event.attempt, event.failure)
    else if (event.type === 'slot-missed') this.#missed++
    else if (event.type === 'reply-extra') this.#addExtra(event.kind, event.seq)
  }

  #addAttempt(attempt: number, failure: Failure | null): void {
    this.#attempts = attempt
    this.#attemptFailure = failure
  }

  #addExtra(kind: 'duplicate' | 'late', seq: number): void {
    if (kind === 'duplicate') this.#duplicates++
    else this.#late++
    if (kind === 'late' && seq < this.#highestReply) this.#reordered++
  }

  #addSample(sample: Sample): void {
    const {seq, sentAt, outcome, lag = 0} = sample
    this.#losses.add(sample)
    this.#lag = Math.max(this.#lag, lag)
    const attempts = Math.max(1, this.#attempts)
    this.#attempts = 0
    this.#attemptFailure = null
    this.#mostAttempts = Math.max(this.#mostAttempts, attempts)
    const head = {seq, at: sentAt, attempts, status: outcome.status}
    if (outcome.status === 'skipped') {
      this.#skip = outcome.because
      const {code, text} = outcome.because
      this.#samples.push({...head, code, message: text, address: null, rtt: null, took: null})
      return
    }
    const reading = outcome.status === 'ok' ? outcome.reading : outcome.partial
    this.#addReading(reading)
    const more = {address: reading.address ?? null, rtt: reading.rtt ?? null, took: outcome.took}
    if (outcome.status === 'ok') {
      this.#samples.push({...head, ...more, code: null, message: null})
      this.#highestReply = Math.max(this.#highestReply, seq)
      if (attempts > 1) this.#retried++
      if (reading.rtt !== undefined) this.#rtts.push(reading.rtt)
      this.#addPhases(reading.phase)
    } else {
      const {code, message} = outcome.failure
      this.#samples.push({...head, ...more, code, message})
      this.#failure = outcome.failure
      this.#failures.set(code, (this.#failures.get(code) ?? 0) + 1)
    }
  }

  #addReading(reading: Reading): void {
    this.#last = reading
    const known = Object.entries(reading).filter(([name]) => SEEN.has(name))
    this.#facts = {...this.#facts, ...Object.fromEntries(known)}
  }

  #addPhases(phases: Phases): void {
    for (const name of PHASES) {
      const value = phases[name]
      if (value === undefined) continue
      const so = this.#phases.get(name) ?? {sum: 0, count: 0}
      this.#phases.set(name, {sum: so.sum + value, count: so.count + 1})
    }
  }

  result(): Measured {
    return {
      schema: 'netdrill/probe/1',
      ...this.#head,
      duration: this.#duration,
      ...this.#verdict(),
      ...this.#counts(),
      ...this.#lastSeen(),
      rtt: rttStatistics(this.#rtts),
      phase: this.#averagePhases(),
      ...this.#trail.result(),
      samples: [...this.#samples],
    }
  }

  #verdict() {
    const failure = this.#attemptFailure ?? this.#failure
    return {
      code: failure?.code ?? null,
      stage: failure?.stage ?? null,
      category: failure?.category ?? null,
      blame: failure?.blame ?? null,
      failure,
      failures: Object.fromEntries(this.#failures),
      attempts: Math.max(this.#mostAttempts, this.#attempts),
      flaky: this.#retried > 0,
    }
  }

  #counts() {
    const count = (status: ProbeSample['status']): number =>
      this.#samples.filter((sample) => sample.status === status).length
    const received = count('ok')
    const sent = received + count('failed')
    const arrived = received + this.#late
    return {
      ok: sent > 0 && received === sent,
      sent,
      received,
      loss: lossRatio(sent, received),
      dup: received === 0 ? 0 : this.#duplicates / received,
      reorder: arrived === 0 ? 0 : this.#reordered / arrived,
      duplicates: this.#duplicates,
      late: this.#late,
      missed: this.#missed,
      loop_lag_max: this.#lag,
      lost_in_a_row: this.#losses.longest.lost,
      outage: this.#losses.outage(this.#interval),
      skipped: count('skipped'),
      skip: this.#skip,
    }
  }

  #lastSeen() {
    const none = Object.fromEntries(KINDS.map((kind) => [kind, null])) as Record<(typeof KINDS)[number], null>
    const {address = null, family = null, port = null} = this.#last ?? {}
    return {address, family, port, addresses: [], method: null, ...none, ...this.#facts}
  }

  #averagePhases(): Phases {
    if (this.#phases.size === 0) return this.#last?.phase ?? {}
    return Object.fromEntries([...this.#phases].map(([name, {sum, count}]) => [name, sum / count]))
  }
}

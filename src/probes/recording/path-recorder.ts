/** What the samples of one target say about the way to it, as a fold over events: live, or from a journal. */
import type {RunEvent, TargetInfo} from '../../core/events.ts'
import type {Failure, Stage} from '../../core/failure.ts'
import type {Outcome, Reading, Sample} from '../../core/outcome.ts'
import type {Millis} from '../../core/units.ts'
import type {Fate} from './fit-loss.ts'

/** Everything that a profile is made of. */
export interface PathSeries {
  readonly target: Pick<TargetInfo, 'name' | 'kind' | 'interval'>
  /** In the order in which they were asked for. */
  readonly rtts: readonly Millis[]
  readonly fates: readonly Fate[]
  /** Answers after their deadline: no losses, and part of the round trips. */
  readonly late: number
  readonly duplicates: number
  /** Answers that came after one to a later request. */
  readonly overtaken: number
  /** What failed otherwise, by code. */
  readonly others: ReadonlyMap<string, number>
}

/** Where a connection is opened, that is the one round trip that holds no work of the server's. */
const HANDSHAKES: ReadonlySet<string> = new Set(['tcp', 'tls', 'http', 'websocket', 'mptcp'])

export function hasHandshake(kind: string): boolean {
  return HANDSHAKES.has(kind)
}

export class PathRecorder {
  /** Null takes the first target there is. */
  readonly #wanted: string | null
  #target: PathSeries['target'] | null = null
  readonly #fates = new Map<number, Fate>()
  readonly #rtts = new Map<number, Millis>()
  readonly #others = new Map<string, number>()
  #late = 0
  #duplicates = 0
  #overtaken = 0
  #highest = 0

  constructor(wanted: string | null = null) {
    this.#wanted = wanted
  }

  add(event: RunEvent): void {
    if (event.type === 'target-added') this.#meet(event.target)
    if (!this.#target || !('target' in event) || event.target !== this.#target.name) return
    if (event.type === 'sample') this.#addSample(event.sample, this.#target.kind)
    if (event.type === 'reply-extra') this.#addExtra(event)
  }

  /** Null as long as no target was seen. */
  series(): PathSeries | null {
    if (!this.#target) return null
    const order = [...this.#fates.keys()].toSorted((a, b) => a - b)
    return {
      target: this.#target,
      rtts: order.flatMap((seq) => this.#rtts.get(seq) ?? []),
      fates: order.map((seq) => this.#fates.get(seq) ?? null),
      late: this.#late,
      duplicates: this.#duplicates,
      overtaken: this.#overtaken,
      others: this.#others,
    }
  }

  #meet({name, kind, interval}: TargetInfo): void {
    if (this.#target === null && (this.#wanted ?? name) === name) this.#target = {name, kind, interval}
  }

  #addSample({seq, outcome}: Sample, kind: string): void {
    const seen = judgeSample(outcome, kind)
    this.#fates.set(seq, seen.fate)
    if (seen.rtt !== undefined) {
      this.#rtts.set(seq, seen.rtt)
      this.#highest = Math.max(this.#highest, seq)
    }
    if (seen.other !== undefined) this.#others.set(seen.other, (this.#others.get(seen.other) ?? 0) + 1)
  }

  #addExtra({seq, kind, rtt}: Extract<RunEvent, {type: 'reply-extra'}>): void {
    if (kind === 'duplicate') this.#duplicates++
    else if (this.#fates.get(seq) === 'lost') {
      this.#fates.set(seq, 'answered')
      this.#rtts.set(seq, rtt)
      this.#late++
      if (seq < this.#highest) this.#overtaken++
      this.#highest = Math.max(this.#highest, seq)
    }
  }
}

interface Seen {
  readonly fate: Fate
  readonly rtt?: Millis
  readonly other?: string
}

/** A failure is a loss only where nothing was heard. */
function judgeSample(outcome: Outcome, kind: string): Seen {
  if (outcome.status === 'skipped') return {fate: null}
  if (outcome.status === 'ok') return answered(outcome.reading, kind) ?? {fate: null}
  const {failure, partial} = outcome
  if (isSilence(failure, kind)) return {fate: 'lost'}
  // Whoever refuses has answered, but how long that took says nothing sure of the way.
  const seen = BEFORE_CONNECTED.has(failure.stage) ? null : answered(partial, kind)
  return seen ?? {fate: null, other: failure.code}
}

const BEFORE_CONNECTED: ReadonlySet<Stage> = new Set(['resolve', 'route', 'connect'])

/** Of the target; a resolver that is silent when it is asked for the target's name is something else. */
function isSilence({code, detail, stage}: Failure, kind: string): boolean {
  if (kind === 'dns') return code === 'DNS_TIMEOUT'
  return detail === 'timeout' && (!hasHandshake(kind) || stage === 'connect')
}

function answered({phase, rtt}: Reading, kind: string): Seen | null {
  const seen = hasHandshake(kind) ? (phase.connect ?? rtt) : rtt
  return seen === undefined ? null : {fate: 'answered', rtt: seen}
}

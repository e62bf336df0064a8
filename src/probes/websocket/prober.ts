/** Takes samples: over a new connection each, or over one that is kept. */
import type {Failure} from '../../core/failure.ts'
import type {Outcome} from '../../core/outcome.ts'
import type {Ports, ResolvedAddress} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import type {MeasureRun, Prober} from '../probe.ts'
import {type Deadline, startDeadline} from '../shared/deadline.ts'
import type {Channel, Counts} from './channel.ts'
import {type Exchanged, exchange} from './exchange.ts'
import {type Seen, readingOf} from './facts.ts'
import {endName, explainEnd} from './failure.ts'
import {type Way, openChannel} from './open-channel.ts'
import type {WebSocketTarget} from './target.ts'

type ProberPorts = Pick<Ports, 'clock' | 'dial' | 'resolver'>

interface Kept {
  readonly channel: Channel
  readonly winner: ResolvedAddress
  readonly way: Way
  /** Of the sample that used it last. */
  readonly seq: number
}

/** Without anything counted. */
const NOTHING: Counts = {pings: 0, pongs: 0, stale: 0, messages: 0}
/**
 * Samples that overlap get a prober each, so a kept connection may have rested for long when it is wanted again. That such a one has
 * ended meanwhile is no news about the target.
 */
const NEWS = 3
/** The other side gets so long to answer our close frame: it is courtesy, not measurement. */
const COURTESY: Millis = 250

export class WebSocketProber implements Prober {
  readonly method = null
  readonly #target: WebSocketTarget
  readonly #ports: ProberPorts
  #kept: Kept | null = null

  constructor(target: WebSocketTarget, ports: ProberPorts) {
    this.#target = target
    this.#ports = ports
  }

  async measure(run: MeasureRun): Promise<Outcome> {
    const {clock} = this.#ports
    const started = clock.now()
    const deadline = startDeadline({clock, after: run.timeout, level: 'sample', parent: run.signal})
    try {
      const seen = await this.#take(run, deadline)
      const reading = readingOf(seen, this.#target)
      const took = clock.now() - started
      const {failure} = seen
      return failure ? {status: 'failed', failure, partial: reading, took} : {status: 'ok', reading, took}
    } finally {
      deadline.stop()
    }
  }

  async close(): Promise<void> {
    const kept = this.#kept
    this.#kept = null
    if (kept) await this.#bid(kept.channel)
  }

  async #take(run: MeasureRun, deadline: Deadline): Promise<Seen> {
    const kept = this.#kept
    this.#kept = null
    const ended = kept?.channel.end ?? null
    if (kept && (ended === null || run.seq - kept.seq <= NEWS)) {
      // Without a packet of this sample: the way there is that of an earlier one.
      return this.#use({...kept, seq: run.seq}, kept.channel.counts, run, deadline)
    }
    kept?.channel.drop()
    const opened = await openChannel(this.#target, deadline, this.#ports)
    if (opened.status === 'open') return this.#use({...opened, seq: run.seq}, NOTHING, run, deadline)
    const {way, failure, refused} = opened
    return {way, failure, ended: refused ? 'refused' : null, counts: NOTHING, line: null}
  }

  async #use(line: Kept, before: Counts, run: MeasureRun, deadline: Deadline): Promise<Seen> {
    const {channel, winner, way} = line
    const reused = before !== NOTHING
    const {options} = this.#target
    const exchanged = await exchange(channel, options, {deadline, onTimed: run.onTimed}, this.#ports)
    const {failure, ended} = this.#judge(exchanged, channel, winner)
    const counts = difference(channel.counts, before)
    const clean = await this.#leave(line, failure)
    const age = (channel.end?.at ?? this.#ports.clock.now()) - channel.openedAt
    const {rtt} = exchanged
    return {way, failure, ended, counts, line: {channel, reused, rtt, age, clean}}
  }

  #judge(
    exchanged: Exchanged,
    channel: Channel,
    {family}: ResolvedAddress,
  ): {readonly failure: Failure | null; readonly ended: Seen['ended']} {
    const {end, openedAt} = channel
    if (exchanged.failure)
      return {failure: exchanged.failure, ended: exchanged.silent ? 'silence' : endName(end)}
    if (end === null) return {failure: null, ended: null}
    return {
      failure: explainEnd(end, {peer: channel.remote, family, age: end.at - openedAt}),
      ended: endName(end),
    }
  }

  /** Whether the other side answered our close frame; null where there was none. */
  async #leave(line: Kept, failure: Failure | null): Promise<boolean | null> {
    const {channel} = line
    if (channel.end !== null || failure) {
      channel.drop()
      return null
    }
    if (!this.#target.options.keep) return this.#bid(channel)
    this.#kept = line
    return null
  }

  async #bid(channel: Channel): Promise<boolean | null> {
    if (channel.end !== null) {
      channel.drop()
      return null
    }
    const {clock} = this.#ports
    const never = new AbortController()
    const patience = startDeadline({clock, after: COURTESY, level: 'step', parent: never.signal})
    const clean = await channel.close(1000, patience.signal)
    patience.stop()
    return clean
  }
}

function difference(now: Counts, before: Counts): Counts {
  return {
    pings: now.pings - before.pings,
    pongs: now.pongs - before.pongs,
    stale: now.stale - before.stale,
    messages: now.messages - before.messages,
  }
}

/** When the way back to a preferred path is tried, and what follows from how it went. Part of a fold: no clock of its own. */
import {slowedGap} from '../../core/health.ts'
import type {GroupEvent} from '../../core/group-events.ts'
import type {StreamEvent} from '../../core/stream-events.ts'
import type {StreamSpec} from '../../core/stream-spec.ts'
import {type Millis, formatDuration} from '../../core/units.ts'

/** Refused by who should know us: more attempts would hide an attack among failures, so it stays at these. */
const MOST_REFUSALS = 3
/** An agent that says nothing for so much longer than all stages may take has lost the order. */
const PATIENCE: Millis = 10_000

type Stage = Extract<StreamEvent, {type: 'upgrade-stage'}>
export type WayBackEvent = GroupEvent | StreamEvent

export interface Attempt {
  readonly from: string
  readonly to: string
  readonly because: string
}

/** `switch`: the stream has arrived, so the group may follow. */
export interface WayBackResult {
  readonly events: readonly WayBackEvent[]
  readonly arrived: Attempt | null
}

const NOTHING: WayBackResult = {events: [], arrived: null}

export class WayBack {
  readonly #group: string
  readonly #stream: StreamSpec
  #attempts = 0
  #underWay: (Attempt & {readonly attempt: number; readonly begun: Millis}) | null = null
  /** In a row. */
  #failures = 0
  #refusals = 0
  #notBefore: Millis = 0

  constructor(group: string, stream: StreamSpec) {
    this.#group = group
    this.#stream = stream
  }

  /** The group would like to go there. Nothing while an attempt is under way or the next one isn't due. */
  want(wanted: Attempt, at: Millis): WayBackResult {
    if (this.#underWay && at - this.#underWay.begun > this.#longest()) return this.#fail(null, at)
    if (this.#underWay || at < this.#notBefore) return NOTHING
    if (this.#refusals >= MOST_REFUSALS) return NOTHING
    this.#attempts += 1
    this.#underWay = {...wanted, attempt: this.#attempts, begun: at}
    const begun = {type: 'upgrade-begun', group: this.#group, attempt: this.#attempts, ...wanted} as const
    return {events: [begun], arrived: null}
  }

  /** What an agent says of the attempt under way; older ones are over. */
  add(stage: Stage, at: Millis): WayBackResult {
    const underWay = this.#underWay
    if (underWay?.attempt !== stage.attempt) return NOTHING
    if (stage.result === 'failed') return this.#fail(stage, at)
    if (stage.stage !== 'migration' || stage.result !== 'ok') return NOTHING
    this.#underWay = null
    this.#failures = 0
    this.#refusals = 0
    const {attempt, to} = underWay
    const because = `the stream is on ${to}`
    const ended = {type: 'upgrade-ended', group: this.#group, attempt, ok: true, failure: null} as const
    return {events: [{...ended, retryIn: null, because}], arrived: underWay}
  }

  /** The group goes somewhere else, at once: the attempt is over, and so are the waits. */
  cancel(): void {
    this.#underWay = null
    this.#failures = 0
    this.#notBefore = 0
  }

  #fail(stage: Stage | null, at: Millis): WayBackResult {
    const attempt = this.#underWay?.attempt ?? 0
    this.#underWay = null
    this.#failures += 1
    const failure = stage?.failure ?? null
    const isRefusal = failure?.category === 'authentication'
    if (isRefusal) this.#refusals += 1
    const isLast = this.#refusals >= MOST_REFUSALS
    const gap = slowedGap(this.#stream.retry, this.#failures, this.#stream.slowDown)
    this.#notBefore = at + gap
    const text = stage === null ? 'nothing was heard of it' : `${stage.stage}: ${stage.because}`
    const next = isLast
      ? `refused ${MOST_REFUSALS} times, so it is not tried again until the path was lost or the document is read again`
      : `next attempt in ${formatDuration(gap)}`
    const because = `${text}; ${next}`
    const retryIn = isLast ? null : gap
    const ended = {type: 'upgrade-ended', group: this.#group, attempt, ok: false, failure, retryIn, because}
    return {events: [ended as StreamEvent], arrived: null}
  }

  /** The path was lost meanwhile: who refused us may be somebody else now. */
  forgive(): void {
    this.#refusals = 0
  }

  #longest(): Millis {
    const {listener, connect, handshake, migration} = this.#stream.limits
    return listener + connect + handshake + migration + PATIENCE
  }
}

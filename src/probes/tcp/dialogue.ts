/** A scripted dialogue over an open connection: what to expect and what to send, step by step. */
import {makeFailure} from '../../core/codes/index.ts'
import type {DialogueFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {StreamEvent} from '../../core/ports.ts'
import {REDACTED, createRedactor} from '../../core/redact.ts'
import {shorten, stripControl} from '../../core/text.ts'
import type {Millis} from '../../core/units.ts'
import {classifyNetError} from '../shared/classify-net-error.ts'
import {abortOwner, startDeadline} from '../shared/deadline.ts'
import {parsePayload, showBytes} from '../udp/payload.ts'
import {type DialogueStep, compile} from './dialogue-options.ts'
import {type Observation, type Observed, contextOf, endOf} from './observation.ts'

/** A server that talks on without what is expected does not fill the memory. */
const LIMIT = 65_536
/** A line may come in pieces; without its end a match counts when nothing more came for so long. */
const QUIET: Millis = 50

/** Runs the steps until one fails. The stream stays open; `wait` is the time of the whole dialogue. */
export async function holdDialogue(
  steps: readonly DialogueStep[],
  observation: Observation,
): Promise<Observed> {
  const {clock} = observation
  const started = clock.now()
  const dialogue = new Dialogue(steps, observation)
  const failure = await dialogue.run()
  return {failure, banner: dialogue.banner(), wait: clock.now() - started, dialogue: dialogue.facts()}
}

class Dialogue {
  readonly #steps: readonly DialogueStep[]
  readonly #observation: Observation
  readonly #captures: Record<string, string> = {}
  readonly #secrets: string[] = []
  /** What came and was not used up by a step. */
  #pending: Buffer = Buffer.alloc(0)
  #done = 0
  /** The first that came. */
  #first: Uint8Array | null = null

  constructor(steps: readonly DialogueStep[], observation: Observation) {
    this.#steps = steps
    this.#observation = observation
    // A server may repeat a part of it: each word is as secret as the whole.
    for (const step of steps) {
      if ('send' in step && step.secret === true) this.#secrets.push(...step.send.trim().split(/\s+/))
    }
  }

  async run(): Promise<Failure | null> {
    for (const step of this.#steps) {
      const failure = await this.#take(step)
      if (failure) return failure
      this.#done++
    }
    return null
  }

  facts(): DialogueFacts {
    return {done: this.#done, of: this.#steps.length, captures: {...this.#captures}}
  }

  async #take(step: DialogueStep): Promise<Failure | null> {
    if ('send' in step) return this.#send(step.send, step.secret === true)
    if ('expect_bytes' in step) return this.#expectBytes(step.expect_bytes)
    return this.#expect(step)
  }

  async #send(text: string, secret: boolean): Promise<Failure | null> {
    const error = await this.#observation.stream.write(octetsOf(text))
    if (!error) return null
    const failure = classifyNetError(error, contextOf(this.#observation, 'send'))
    return this.#at(`send "${secret ? REDACTED : shorten(stripControl(text).trim(), 40)}"`, failure)
  }

  async #expectBytes(text: string): Promise<Failure | null> {
    const wanted = octetsOf(text)
    for (;;) {
      const at = this.#pending.indexOf(wanted)
      if (at >= 0) {
        this.#use(at + wanted.length)
        return null
      }
      const failure = await this.#more(`expect_bytes "${shorten(stripControl(text), 40)}"`)
      if (failure) return failure
    }
  }

  async #expect(step: Extract<DialogueStep, {expect: string}>): Promise<Failure | null> {
    const regexp = compile(step.expect)
    for (;;) {
      const match = regexp.exec(this.#pending.toString('latin1'))
      if (match) {
        const end = await this.#endOfLine(match)
        if (end === null) continue
        this.#capture(match, step)
        this.#use(end)
        return null
      }
      const failure = await this.#more(`expect /${shorten(step.expect, 40)}/`)
      if (failure) return failure
    }
  }

  /** Where the line ends in which the match does; null when more came first, which may change the match. */
  async #endOfLine(match: RegExpExecArray): Promise<number | null> {
    const end = match.index + match[0].length
    const last = this.#pending.indexOf(0x0a, Math.max(0, end - 1))
    if (last >= 0) return last + 1
    const {clock, deadline} = this.#observation
    const quiet = startDeadline({clock, after: QUIET, level: 'step', parent: deadline.signal})
    const event = await this.#read(quiet.signal)
    quiet.stop()
    return event.type === 'data' ? null : this.#pending.length
  }

  #capture(match: RegExpExecArray, {capture, secret}: Extract<DialogueStep, {expect: string}>): void {
    const found: Record<string, string | undefined> = {...match.groups}
    if (capture !== undefined) found[capture] = match[1] ?? match[0]
    for (const [name, octets] of Object.entries(found)) {
      if (octets === undefined) continue
      const text = stripControl(Buffer.from(octets, 'latin1').toString('utf8'))
      if (secret === true) this.#secrets.push(text)
      this.#captures[name] = secret === true ? REDACTED : text
    }
  }

  /** Null when something more came. */
  async #more(what: string): Promise<Failure | null> {
    const {deadline, stream} = this.#observation
    const event = await this.#read(deadline.signal)
    const full = this.#pending.length >= LIMIT
    if (event.type === 'data' && !full) return null
    const cancelled = event.type === 'aborted' && abortOwner(deadline.signal)?.by === 'user'
    if (event.type !== 'data' && (this.#pending.length === 0 || cancelled)) {
      return this.#at(what, endOf(event, this.#observation, 'before that'))
    }
    const sent = `${stream.remote} sent "${shorten(this.#shown(), 160)}"`
    return this.#at(what, makeFailure('EXPECT_MISMATCH', sent + EVENTS[event.type]))
  }

  async #read(signal: AbortSignal): Promise<StreamEvent> {
    const event = await this.#observation.stream.read(signal)
    if (event.type !== 'data') return event
    this.#pending = Buffer.concat([this.#pending, event.data])
    this.#first ??= event.data
    return event
  }

  /** After the last step: all secrets are known by then. */
  banner(): string | null {
    return this.#first && createRedactor(this.#secrets)(showBytes(this.#first))
  }

  #shown(): string {
    return createRedactor(this.#secrets)(showBytes(this.#pending))
  }

  #use(length: number): void {
    this.#pending = this.#pending.subarray(length)
  }

  #at(what: string, failure: Failure): Failure {
    const step = `step ${this.#done + 1} of ${this.#steps.length} (${what})`
    return {...failure, message: createRedactor(this.#secrets)(`${step}: ${failure.message}`)}
  }
}

const EVENTS: Readonly<Record<StreamEvent['type'], string>> = {
  data: ', and more than is kept',
  end: ', then closed the connection',
  error: ', then the connection broke',
  aborted: '',
}

function octetsOf(text: string): Buffer {
  const parsed = parsePayload(text)
  return parsed.ok ? Buffer.from(parsed.value) : Buffer.alloc(0)
}

/** Holds the dialogue before a handshake over an open connection. */
import type {StarttlsFacts} from '../../core/facts.ts'
import type {Failure} from '../../core/failure.ts'
import type {Family} from '../../core/outcome.ts'
import type {ByteStream, Ports} from '../../core/ports.ts'
import type {Millis} from '../../core/units.ts'
import {startDeadline, type Deadline} from '../shared/deadline.ts'
import {go, type Heard, type Step} from './dialogue.ts'
import {explainEnd, explainHeard, explainInjection, type Place} from './dialogue-failure.ts'
import type {StarttlsProtocol} from './protocols.ts'
import {planDialogue} from './steps.ts'

export interface DialogueRequest {
  readonly protocol: StarttlsProtocol
  readonly stream: ByteStream
  readonly host: string
  /** `192.0.2.1:25`, for messages. */
  readonly peer: string
  readonly family: Family
  readonly deadline: Deadline
}

export interface DialogueResult {
  /** Null when the handshake may begin. After a failure the connection is closed. */
  readonly failure: Failure | null
  readonly facts: StarttlsFacts
}

/** Never throws for what the server does. The deadline is that of the whole sample. */
export async function runDialogue(
  request: DialogueRequest,
  ports: Pick<Ports, 'clock'>,
): Promise<DialogueResult> {
  const {clock} = ports
  const {protocol, stream} = request
  const steps = planDialogue(protocol, {host: request.host, localAddress: addressOf(stream.local)})
  const told: {readonly name: string; readonly took_ms: Millis}[] = []
  const started = clock.now()
  let rest: Uint8Array = new Uint8Array()
  let failure: Failure | null = null
  for (const [index, step] of steps.entries()) {
    const begun = clock.now()
    const place: Place = {...request, step: index + 1, of: steps.length, name: step.name}
    const taken = await takeStep(step, rest, place, request)
    told.push({name: step.name, took_ms: clock.now() - begun})
    if ('failure' in taken) {
      failure = taken.failure
      break
    }
    rest = taken.rest
    if (index === steps.length - 1) failure = await checkSilence(rest, place, request, ports)
  }
  if (failure) stream.close()
  const took = clock.now() - started
  const facts = {protocol, steps: told, of: steps.length, took_ms: took, agreed: failure === null}
  return {failure, facts}
}

/** `[::1]:25` to `::1`. */
function addressOf(local: string): string {
  return local.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
}

type Taken = {readonly rest: Uint8Array} | {readonly failure: Failure}

async function takeStep(
  step: Step,
  before: Uint8Array,
  place: Place,
  {stream, deadline}: DialogueRequest,
): Promise<Taken> {
  if (step.send) {
    const error = await stream.write(step.send)
    if (error) return {failure: explainEnd({type: 'error', error}, before, place)}
  }
  let bytes = before
  let heard = hear(step, bytes)
  while (heard.type === 'more') {
    const event = await stream.read(deadline.signal)
    if (event.type !== 'data') return {failure: explainEnd(event, bytes, place, deadline.signal)}
    bytes = bytes.length === 0 ? event.data : Buffer.concat([bytes, event.data])
    heard = hear(step, bytes)
  }
  if (heard.type === 'go') return {rest: bytes.subarray(heard.used)}
  return {failure: explainHeard(heard, bytes, place)}
}

function hear(step: Step, bytes: Uint8Array): Heard {
  return step.hear ? step.hear(bytes) : go(0)
}

/**
 * Nothing may stand between the go-ahead and the handshake (CVE-2011-0411 and its kind): neither behind it in the same
 * segment nor in one that has arrived by now. The server can't have answered our handshake yet: it has not begun.
 */
async function checkSilence(
  rest: Uint8Array,
  place: Place,
  {stream, deadline}: DialogueRequest,
  {clock}: Pick<Ports, 'clock'>,
): Promise<Failure | null> {
  if (rest.length > 0) return explainInjection(rest, place)
  const look = startDeadline({clock, after: 0, level: 'step', parent: deadline.signal})
  const event = await stream.read(look.signal)
  look.stop()
  if (event.type === 'aborted') return null
  return event.type === 'data' ? explainInjection(event.data, place) : explainEnd(event, rest, place)
}

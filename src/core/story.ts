/**
 * The notable events of a run in words. The terminal's event log and the line reporter both read this, so that they
 * tell the same story. Samples are no story: only the first failure of a kind is.
 */
import type {RunEvent} from './events.ts'
import type {AddedFault, Proof} from './fault-events.ts'
import {faultLabel} from './fault-label.ts'
import {tellAlert} from './alert-story.ts'
import {tellPeer} from './peer-story.ts'
import {tellGroup} from './group-story.ts'
import type {Sample} from './outcome.ts'
import {stripControl} from './text.ts'
import {type Millis, formatDuration} from './units.ts'

/** `good` and `bad` are about the connection; `fault` is about what we did to it. */
export type Tone = 'plain' | 'good' | 'warning' | 'bad' | 'fault' | 'phase'

export interface Told {
  readonly at: Millis
  readonly tone: Tone
  /** The target or fault it is about; empty when it is about the run. */
  readonly subject: string
  readonly text: string
}

interface ToldFailure {
  readonly code: string
  readonly at: Millis
}

/**
 * What has to be remembered to tell the next event, and what the last event told. The maps are shared by a story and those
 * folded from it: with ten thousand targets a copy for each event would take all the time there is.
 */
export interface Story {
  readonly told: readonly Told[]
  readonly faults: ReadonlyMap<string, AddedFault>
  readonly failures: Map<string, ToldFailure>
  readonly missed: Set<string>
}

/** A failure with the same code is told again after this long, so that a lossy link doesn't fill the log. */
const REPEAT_AFTER: Millis = 10_000
/** A wait shorter than this isn't worth a line: the attempt that follows is. */
const SHORT_WAIT: Millis = 1000

export function emptyStory(): Story {
  return {told: [], faults: new Map(), failures: new Map(), missed: new Set()}
}

/** Takes one event in; `told` of the result holds the lines of this event alone. Text is free of control characters. */
export function foldStory(story: Story, event: RunEvent): Story {
  if (event.type === 'sample') return foldSample(story, event.at, event.target, event.sample)
  if (event.type === 'slot-missed') return foldMissed(story, event.at, event.target, event.because)
  const faults =
    event.type === 'fault-added' ? new Map(story.faults).set(event.fault.id, event.fault) : story.faults
  return {...story, faults, told: tell({...story, faults}, event).map(clean)}
}

function foldSample(story: Story, at: Millis, target: string, sample: Sample): Story {
  if (sample.outcome.status !== 'failed') return story.told.length === 0 ? story : {...story, told: []}
  const {code, message} = sample.outcome.failure
  const last = story.failures.get(target)
  if (last?.code === code && at - last.at < REPEAT_AFTER) return {...story, told: []}
  const told: Told = {at, tone: 'bad', subject: target, text: `${code}: ${message}`}
  story.failures.set(target, {code, at})
  return {...story, told: [clean(told)]}
}

function foldMissed(story: Story, at: Millis, target: string, because: string): Story {
  if (story.missed.has(target)) return {...story, told: []}
  const told: Told = {at, tone: 'warning', subject: target, text: `a probe was skipped: ${because}`}
  story.missed.add(target)
  return {...story, told: [clean(told)]}
}

function tell(story: Story, event: RunEvent): readonly Told[] {
  const line = (tone: Tone, subject: string, text: string): Told => ({at: event.at, tone, subject, text})
  const name = (id: string): string => nameOf(story, id)
  switch (event.type) {
    case 'run-started':
      return [
        line('phase', '', `${event.run.title}, seed ${event.run.seed}`),
        ...event.run.backends.map((backend) => line('plain', '', backend)),
      ]
    case 'phase-started':
      return [line('phase', '', `phase ${event.phase}${lasting(event)}`)]
    case 'state-changed': {
      // The watch began or ended: the phases say so already, once for all targets.
      if ((event.from === 'idle' && event.to === 'connecting') || event.to === 'disconnected') return []
      const tone = toneOfState(event.to)
      return [line(tone, event.target, `${event.from} → ${event.to}${reason(event.because)}`)]
    }
    case 'attempt-scheduled': {
      const wait = event.due - event.at
      if (wait < SHORT_WAIT) return []
      const when = `attempt ${event.attempt} (${event.phase}) in ${formatDuration(wait)}`
      return [line('plain', event.target, when + reason(event.because))]
    }
    case 'attempt-denied':
    case 'breaker-changed':
      return [tellGuard(event)]
    case 'strategy-step':
      return [tellStrategy(event)]
    case 'target-removed':
      return [line('plain', event.target, 'no longer in the document')]
    case 'attempt':
      return [tellAttempt(event)]
    case 'fault-applied':
      return [line('fault', name(event.fault), inForce(event.took, story.faults.get(event.fault)))]
    case 'fault-measured':
      return event.proofs.map((proof) => line(toneOfProof(proof), name(event.fault), proofText(proof)))
    case 'fault-removed':
      return [tellRemoved(event, name(event.fault))]
    case 'fault-failed':
      return [line('bad', name(event.fault), `could not be applied: ${event.because}`)]
    case 'observer-gap':
      return [line('warning', '', `not observed for ${formatDuration(event.length)}${reason(event.because)}`)]
    case 'notice':
      return [line(toneOfNotice(event.level), '', event.code ? `${event.code}: ${event.text}` : event.text)]
    case 'expectation':
      return [tellExpectation(event)]
    case 'budget':
      return [tellBudget(event)]
    case 'abort-requested':
      return [line('warning', '', `abort requested${reason(event.because)}`)]
    case 'verdict':
      return [
        line(event.verdict === 'pass' ? 'good' : 'bad', '', `verdict: ${event.verdict.toUpperCase()}`),
        ...event.reasons.map((text) => line('plain', '', text)),
      ]
    default:
      return [...tellGroup(event), ...tellAlert(event), ...tellPeer(event)]
  }
}

function tellGuard(event: Extract<RunEvent, {type: 'attempt-denied' | 'breaker-changed'}>): Told {
  const {at, target: subject, because} = event
  if (event.type === 'breaker-changed') {
    const tone = event.to === 'closed' ? 'good' : 'warning'
    return {at, tone, subject, text: `breaker ${event.from} → ${event.to}${reason(because)}`}
  }
  const text = `attempt ${event.attempt} (${event.phase}) is not let through: ${event.code}${reason(because)}`
  return {at, tone: 'warning', subject, text}
}

function tellStrategy({
  at,
  target: subject,
  strategy,
  result,
  text,
}: RunEvent & {type: 'strategy-step'}): Told {
  const tone = result === 'told' ? 'plain' : result === 'helped' ? 'good' : 'bad'
  return {at, tone, subject, text: `${strategy}: ${text}`}
}

function tellAttempt(event: RunEvent & {type: 'attempt'}): Told {
  const what = `attempt ${event.attempt} (${event.phase})`
  const took = formatDuration(event.took)
  const {at, target: subject, failure} = event
  if (!failure) return {at, tone: 'good', subject, text: `${what} succeeded after ${took}`}
  return {at, tone: 'bad', subject, text: `${what} failed after ${took}: ${failure.code}`}
}

function tellRemoved(event: RunEvent & {type: 'fault-removed'}, subject: string): Told {
  const state = event.restored ? 'the state from before is back' : 'the state from before is NOT back'
  const text = `removed in ${formatDuration(event.took)} (${event.because}); ${state}`
  return {at: event.at, tone: event.restored ? 'fault' : 'bad', subject, text}
}

function nameOf({faults}: Story, id: string): string {
  const fault = faults.get(id)
  return fault ? faultLabel(fault) : id
}

function inForce(took: Millis, fault: AddedFault | undefined): string {
  return `in force after ${formatDuration(took)}${fault ? `: ${fault.summary}` : ''}`
}

function tellBudget({at, subject, text, met, actual}: RunEvent & {type: 'budget'}): Told {
  const tone = met === true ? 'good' : met === false ? 'bad' : 'warning'
  const result = met === true ? 'kept' : met === false ? 'overspent' : "can't be judged"
  return {at, tone, subject, text: `budget ${text} ${result}: ${actual}`}
}

function tellExpectation(event: RunEvent & {type: 'expectation'}): Told {
  const word = event.met === null ? 'not judged' : event.met ? 'met' : 'NOT met'
  const tone = event.met === null ? 'warning' : event.met ? 'good' : 'bad'
  return {at: event.at, tone, subject: '', text: `expected ${event.text}: ${word}${reason(event.actual)}`}
}

/** `asked 100ms, measured 99.7ms: verified` with what it is about in front. */
function proofText(proof: Proof): string {
  return `${proof.what}: asked ${proof.asked}, measured ${proof.measured}: ${proof.verdict.replaceAll('-', ' ')}`
}

function toneOfProof(proof: Proof): Tone {
  return proof.verdict === 'verified' ? 'good' : 'bad'
}

function toneOfState(state: string): Tone {
  if (state === 'connected') return 'good'
  return state === 'connecting' || state === 'degraded' || state === 'suspect' || state === 'idle'
    ? 'warning'
    : 'bad'
}

function toneOfNotice(level: 'info' | 'warning' | 'error'): Tone {
  return level === 'info' ? 'plain' : level === 'error' ? 'bad' : 'warning'
}

/** Recovery has a longest time, the other phases a planned one. */
function lasting({at, phase, ends}: RunEvent & {type: 'phase-started'}): string {
  if (ends === null || ends <= at) return ''
  return `${phase === 'recover' ? ' for at most ' : ' for '}${formatDuration(ends - at)}`
}

function reason(because: string): string {
  return because === '' ? '' : `: ${because}`
}

function clean(told: Told): Told {
  return {...told, subject: stripControl(told.subject), text: stripControl(told.text)}
}

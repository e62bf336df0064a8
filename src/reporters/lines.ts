/** A run as readable lines, for pipes, logs and terminals without cursor control. */
import type {ConnectionState, RunEvent} from '../core/events.ts'
import {type Story, type Told, type Tone, emptyStory, foldStory} from '../core/story.ts'
import {type Millis, formatStamp} from '../core/units.ts'
import {show} from '../core/show.ts'
import {type Style, type StyleName, chooseStyle} from './style.ts'

export interface LinesOptions {
  readonly color: boolean
  /** False replaces the arrows and signs by ASCII. */
  readonly unicode: boolean
  /** The least time between two progress lines; 5 s unless told otherwise. */
  readonly progressEvery?: Millis
}

interface Tally {
  readonly state: ConnectionState
  readonly sent: number
  readonly failed: number
}

interface LinesState {
  readonly story: Story
  readonly phase: string
  /** Changed in place: with ten thousand targets a copy for each event would take all the time there is. */
  readonly tallies: Map<string, Tally>
  readonly nextProgress: Millis
}

const PROGRESS_EVERY: Millis = 5000
/** Targets named in a progress line; the others are counted. */
const NAMED = 4

/**
 * Returns the reporter: each call takes one event and returns the lines to print for it, with line breaks, or an
 * empty text. Samples give no lines of their own but a progress line at most every few seconds.
 */
export function linesReporter(options: LinesOptions): (event: RunEvent) => string {
  const style = chooseStyle(options.color)
  const every = options.progressEvery ?? PROGRESS_EVERY
  let state: LinesState = {story: emptyStory(), phase: '', tallies: new Map(), nextProgress: every}
  return (event) => {
    state = foldEvent(state, event)
    const lines = state.story.told.map((told) => renderTold(told, style))
    if (event.type === 'sample' && event.at >= state.nextProgress) {
      lines.push(renderProgress(state, event.at, style))
      state = {...state, tallies: resetTallies(state.tallies), nextProgress: event.at + every}
    }
    if (event.type === 'run-ended' && event.journal !== null) {
      lines.push(
        renderTold({at: event.at, tone: 'plain', subject: '', text: `journal: ${event.journal}`}, style),
      )
    }
    const text = lines.map((line) => `${line}\n`).join('')
    return options.unicode ? text : toAscii(text)
  }
}

function foldEvent(state: LinesState, event: RunEvent): LinesState {
  const story = foldStory(state.story, event)
  switch (event.type) {
    case 'phase-started':
      return {...state, story, phase: event.phase}
    case 'target-added':
      tally(state, event.target.name, (old) => old)
      return {...state, story}
    case 'target-removed':
      state.tallies.delete(event.target)
      return {...state, story}
    case 'state-changed':
      tally(state, event.target, (old) => ({...old, state: event.to}))
      return {...state, story}
    case 'sample': {
      const {status} = event.sample.outcome
      if (status === 'skipped') return {...state, story}
      const failed = status === 'failed' ? 1 : 0
      tally(state, event.target, (old) => ({...old, sent: old.sent + 1, failed: old.failed + failed}))
      return {...state, story}
    }
    default:
      return {...state, story}
  }
}

function tally({tallies}: LinesState, name: string, change: (old: Tally) => Tally): void {
  tallies.set(name, change(tallies.get(name) ?? {state: 'idle', sent: 0, failed: 0}))
}

function resetTallies(tallies: ReadonlyMap<string, Tally>): Map<string, Tally> {
  return new Map([...tallies].map(([name, {state}]) => [name, {state, sent: 0, failed: 0}]))
}

const STYLES: Readonly<Record<Tone, StyleName>> = {
  plain: 'plain',
  good: 'good',
  warning: 'warning',
  bad: 'bad',
  fault: 'fault',
  phase: 'accent',
}

function renderTold({at, tone, subject, text}: Told, style: Style): string {
  const about = subject === '' ? '' : `${style('strong', show(subject))}: `
  return `${style('dim', stamp(at))}  ${about}${style(STYLES[tone], show(text))}`
}

/** `+10.0s  … inject: api reconnecting (25 of 25 failed), web connected, control connected`. */
function renderProgress(state: LinesState, at: Millis, style: Style): string {
  const troubled = ([, {state: now, failed}]: readonly [string, Tally]): number =>
    (now === 'connected' ? 0 : 2) + (failed > 0 ? 1 : 0)
  const sorted = [...state.tallies].toSorted((a, b) => troubled(b) - troubled(a))
  const named = sorted.slice(0, NAMED).map(([name, {state: now, sent, failed}]) => {
    const share = failed > 0 ? ` (${failed} of ${sent} failed)` : ''
    return `${show(name)} ${now}${share}`
  })
  const rest = sorted.slice(NAMED)
  const connected = rest.filter(([, one]) => one.state === 'connected').length
  const others = rest.length === 0 ? [] : [`and ${rest.length} more, ${connected} of them connected`]
  return `${style('dim', stamp(at))}  ${style('dim', `… ${state.phase === '' ? '' : `${state.phase}: `}${[...named, ...others].join(', ')}`)}`
}

function stamp(at: Millis): string {
  return formatStamp(at).padStart(8)
}

function toAscii(text: string): string {
  return text.replaceAll('→', '->').replaceAll('…', '...').replaceAll('±', '+/-')
}

/** What a written report shows, collected from the events of one run. */
import type {ConnectionState, DrillPhase, RunEvent, TargetInfo} from '../core/events.ts'
import {type Told, emptyStory, foldStory} from '../core/story.ts'
import type {Millis} from '../core/units.ts'
import {type DrillFacts, emptyDrillFacts, foldDrillFacts} from './drill-facts.ts'

export interface ReportSpan {
  readonly from: Millis
  readonly to: Millis
}

export interface ReportSample {
  readonly at: Millis
  /** The round trip, or what the whole sample took where its kind has none; null when it failed. */
  readonly rtt: Millis | null
  readonly failure: string | null
}

export interface StateSpan extends ReportSpan {
  readonly state: ConnectionState
}

export interface PhaseSpan extends ReportSpan {
  readonly phase: DrillPhase
}

export interface FaultBand extends ReportSpan {
  readonly id: string
  readonly name: string
  readonly summary: string
  /** The journal ends before the fault was removed. */
  readonly open: boolean
}

export interface TargetTrack {
  readonly info: TargetInfo
  /** In the order in which they were sent. */
  readonly samples: readonly ReportSample[]
  readonly states: readonly StateSpan[]
}

export interface DrillReport {
  readonly facts: DrillFacts
  /** The run reached its end; a killed one did not. */
  readonly complete: boolean
  /** The time of the last event. */
  readonly end: Millis
  readonly phases: readonly PhaseSpan[]
  readonly bands: readonly FaultBand[]
  readonly tracks: readonly TargetTrack[]
  /** Times in which netdrill itself could not observe. */
  readonly gaps: readonly ReportSpan[]
  readonly told: readonly Told[]
  /** How many notable events were left out. */
  readonly untold: number
}

/** More lines than this nobody reads; the journal has them all. */
const MOST_TOLD = 1000

interface Growing {
  readonly info: TargetInfo
  readonly samples: ReportSample[]
  readonly states: {readonly at: Millis; readonly to: ConnectionState}[]
}

/** Collects the report; takes time and space in proportion to the events. */
export function collectDrillReport(events: readonly RunEvent[], complete: boolean): DrillReport {
  const end = events.reduce((latest, event) => Math.max(latest, event.at), 0)
  const told = tellAll(events)
  return {
    facts: events.reduce(foldDrillFacts, emptyDrillFacts()),
    complete,
    end,
    phases: collectPhases(events, end),
    bands: collectBands(events, end),
    tracks: collectTracks(events, end),
    gaps: events.flatMap((event) =>
      event.type === 'observer-gap' ? [{from: Math.max(0, event.at - event.length), to: event.at}] : [],
    ),
    told: told.slice(0, MOST_TOLD),
    untold: Math.max(0, told.length - MOST_TOLD),
  }
}

function tellAll(events: readonly RunEvent[]): readonly Told[] {
  let story = emptyStory()
  return events.flatMap((event) => {
    story = foldStory(story, event)
    return story.told
  })
}

function collectPhases(events: readonly RunEvent[], end: Millis): readonly PhaseSpan[] {
  const starts = events.filter((event) => event.type === 'phase-started')
  return starts.map(({at, phase}, index) => ({phase, from: at, to: starts[index + 1]?.at ?? end}))
}

function collectBands(events: readonly RunEvent[], end: Millis): readonly FaultBand[] {
  const removed = new Map(
    events.flatMap((event) => (event.type === 'fault-removed' ? [[event.fault, event.at] as const] : [])),
  )
  const added = new Map(
    events.flatMap((event) => (event.type === 'fault-added' ? [[event.fault.id, event.fault] as const] : [])),
  )
  return events.flatMap((event): readonly FaultBand[] => {
    if (event.type !== 'fault-applied') return []
    const {fault: id, at: from} = event
    const {name, summary} = added.get(id) ?? {name: id, summary: ''}
    const to = removed.get(id)
    return [{id, name, summary, from, to: to ?? end, open: to === undefined}]
  })
}

function collectTracks(events: readonly RunEvent[], end: Millis): readonly TargetTrack[] {
  const tracks = new Map<string, Growing>()
  for (const event of events) {
    if (event.type === 'target-added')
      tracks.set(event.target.name, {info: event.target, samples: [], states: []})
    else if (event.type === 'sample') addSample(tracks.get(event.target), event)
    else if (event.type === 'state-changed')
      tracks.get(event.target)?.states.push({at: event.at, to: event.to})
  }
  return [...tracks.values()].map(({info, samples, states}) => ({
    info,
    samples: samples.toSorted((a, b) => a.at - b.at),
    states: states.map(({at, to}, index) => ({state: to, from: at, to: states[index + 1]?.at ?? end})),
  }))
}

function addSample(track: Growing | undefined, {sample}: RunEvent & {type: 'sample'}): void {
  const {outcome, sentAt: at} = sample
  if (!track || outcome.status === 'skipped') return
  track.samples.push(
    outcome.status === 'ok'
      ? {at, rtt: outcome.reading.rtt ?? outcome.took, failure: null}
      : {at, rtt: null, failure: outcome.failure.code},
  )
}

/** Everything the terminal shows of a drill, as a pure fold over its events. Time is passed in when it is drawn. */
import type {DrillPhase, RunEvent, RunInfo} from '../core/events.ts'
import type {Verdict} from '../core/exit-codes.ts'
import type {FaultEvent} from '../core/fault-events.ts'
import type {Figure} from '../core/figures.ts'
import {type Story, type Told, emptyStory, foldStory} from '../core/story.ts'
import type {Millis} from '../core/units.ts'
import {simplifyGlyphs} from '../core/width.ts'
import {type AlertsView, NO_ALERTS, foldAlerts} from './alert-view.ts'
import {type FaultView, foldFault, newFaultView, unknownFaultView} from './fault-view.ts'
import {type GroupView, foldGroups} from './group-view.ts'
import type {KeyScope} from './key-help.ts'
import {type PeerView, foldPeers} from './peer-view.ts'
import {type TargetEvent, type TargetView, foldTarget, newTargetView} from './target-view.ts'

export interface PhaseView {
  readonly phase: DrillPhase
  readonly since: Millis
  readonly ends: Millis | null
}

export interface ViewState {
  readonly run: RunInfo | null
  /** In the order of their start; a drill with repetitions has the same phase several times. */
  readonly phases: readonly PhaseView[]
  /** In the order of the document. */
  readonly targets: readonly TargetView[]
  readonly faults: readonly FaultView[]
  /** In the order of the document. */
  readonly groups: readonly GroupView[]
  readonly alerts: AlertsView
  /** In the order of the document. */
  readonly peers: readonly PeerView[]
  /** The last notable events, oldest first. */
  readonly log: readonly Told[]
  readonly story: Story
  readonly abortRequested: boolean
  readonly figures: readonly Figure[]
  readonly verdict: {readonly verdict: Verdict; readonly reasons: readonly string[]} | null
  readonly ended: boolean
  /** The end of what is planned, as far as it is known. */
  readonly horizon: Millis
  /** Shared by the views of a run until a target is removed: places never change before. */
  readonly targetPlaces: Map<string, number>
  readonly faultPlaces: ReadonlyMap<string, number>
}

const MOST_LOG_LINES = 200

export function emptyView(): ViewState {
  return {
    run: null,
    phases: [],
    targets: [],
    faults: [],
    groups: [],
    alerts: NO_ALERTS,
    peers: [],
    log: [],
    story: emptyStory(),
    abortRequested: false,
    figures: [],
    verdict: null,
    ended: false,
    horizon: 0,
    targetPlaces: new Map(),
    faultPlaces: new Map(),
  }
}

/** Takes one event in. Never throws: an event about something unknown makes a stand-in for it. */
export function foldView(view: ViewState, event: RunEvent): ViewState {
  return foldDetails(foldLog(view, event), event)
}

function foldLog(view: ViewState, event: RunEvent): ViewState {
  const story = foldStory(view.story, event)
  if (story === view.story) return view
  if (story.told.length === 0) return {...view, story}
  const lines = story.told.map((told) => ({
    ...told,
    subject: simplifyGlyphs(told.subject),
    text: simplifyGlyphs(told.text),
  }))
  return {...view, story, log: [...view.log, ...lines].slice(-MOST_LOG_LINES)}
}

function foldDetails(view: ViewState, event: RunEvent): ViewState {
  switch (event.type) {
    case 'run-started':
      return {...view, run: event.run}
    case 'phase-started': {
      const phases = [...view.phases, {phase: event.phase, since: event.at, ends: event.ends}]
      // Recovery has a longest time, not a planned one.
      const planned = event.phase === 'recover' ? 0 : (event.ends ?? 0)
      return {...view, phases, horizon: Math.max(view.horizon, planned)}
    }
    case 'target-added':
      return updateTarget(view, event.target.name, event.at, (old) => ({...old, info: event.target}))
    case 'target-removed':
      return removeTarget(view, event.target)
    case 'sample':
    case 'state-changed':
    case 'attempt-scheduled':
    case 'attempt-denied':
    case 'breaker-changed':
    case 'strategy-step':
    case 'attempt':
    case 'slot-missed':
    case 'reply-extra':
      return foldIntoTarget(view, event)
    case 'fault-added':
      return addFault(view, event)
    case 'fault-applied':
    case 'fault-measured':
    case 'fault-removed':
    case 'fault-failed':
      return foldIntoFault(view, event)
    case 'abort-requested':
      return {...view, abortRequested: true}
    case 'figures':
      return {...view, figures: event.figures}
    case 'verdict':
      return {...view, verdict: {verdict: event.verdict, reasons: event.reasons}}
    case 'run-ended':
      return {...view, ended: true}
    default:
      return foldLists(view, event)
  }
}

/** What the views of groups, alerts and peers show; everything else is told in the log only. */
function foldLists(view: ViewState, event: RunEvent): ViewState {
  switch (event.type) {
    case 'group-added':
    case 'group-removed':
    case 'group-changed':
    case 'path-switched':
    case 'switch-held':
      return {...view, groups: foldGroups(view.groups, event)}
    case 'alert-rule-added':
    case 'alert-rule-removed':
    case 'alert-rule-failed':
    case 'alert':
    case 'notified':
      return {...view, alerts: foldAlerts(view.alerts, event)}
    case 'peer-added':
    case 'peer-removed':
    case 'peer-state':
    case 'peer-step':
    case 'peer-check':
      return {...view, peers: foldPeers(view.peers, event)}
    default:
      return view
  }
}

function foldIntoTarget(view: ViewState, event: TargetEvent): ViewState {
  return updateTarget(view, event.target, event.at, (old) => foldTarget(old, event))
}

function updateTarget(
  view: ViewState,
  name: string,
  at: Millis,
  change: (old: TargetView) => TargetView,
): ViewState {
  const place = view.targetPlaces.get(name)
  const old = place === undefined ? undefined : view.targets[place]
  if (place !== undefined && old) return {...view, targets: view.targets.with(place, change(old))}
  view.targetPlaces.set(name, view.targets.length)
  return {...view, targets: [...view.targets, change(newTargetView(name, at))]}
}

/** The places of the others move up. */
function removeTarget(view: ViewState, name: string): ViewState {
  const place = view.targetPlaces.get(name)
  if (place === undefined) return view
  const targetPlaces = new Map(
    [...view.targetPlaces.keys()].filter((one) => one !== name).map((one, index) => [one, index]),
  )
  return {...view, targetPlaces, targets: view.targets.toSpliced(place, 1)}
}

function addFault(view: ViewState, event: RunEvent & {type: 'fault-added'}): ViewState {
  const horizon = Math.max(view.horizon, event.fault.until)
  return {...updateFault(view, event.fault.id, event.at, () => newFaultView(event.fault)), horizon}
}

function foldIntoFault(view: ViewState, event: FaultEvent & {readonly at: Millis}): ViewState {
  const next = updateFault(view, event.fault, event.at, (old) => foldFault(old, event))
  return event.type === 'fault-applied' ? {...next, horizon: Math.max(view.horizon, event.until)} : next
}

function updateFault(
  view: ViewState,
  id: string,
  at: Millis,
  change: (old: FaultView) => FaultView,
): ViewState {
  const place = view.faultPlaces.get(id)
  const old = place === undefined ? undefined : view.faults[place]
  if (place !== undefined && old) return {...view, faults: view.faults.with(place, change(old))}
  const faultPlaces = new Map(view.faultPlaces).set(id, view.faults.length)
  return {...view, faultPlaces, faults: [...view.faults, change(unknownFaultView(id, at))]}
}

/** A watch has no phases and no verdict: it goes on until somebody ends it. */
export function isWatch(view: ViewState): boolean {
  return view.run?.purpose === 'monitor'
}

/** Where the time axis begins: what came before the first baseline is preparation. */
export function axisStart(view: ViewState): Millis {
  return view.phases.find(({phase}) => phase === 'baseline')?.since ?? 0
}

/** Which keys mean something. */
export function keyScope(view: ViewState): KeyScope {
  return {
    watch: isWatch(view),
    lists: view.groups.length > 0 || view.alerts.rules.length > 0,
    peers: view.peers.length > 0,
  }
}

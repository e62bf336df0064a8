/** What the person at the keyboard has chosen, and what each key does. Pure: the mount carries out the effect. */
import type {Millis} from '../core/units.ts'
import {chooseTargets} from './choose-targets.ts'
import {type SortKey, nextSortKey} from './sort-targets.ts'
import {type ViewState, isWatch} from './view-state.ts'

export type Urgency = 'orderly' | 'immediate'
type Pane = 'overview' | 'groups' | 'alerts' | 'peers' | 'detail' | 'help'

export interface ScreenState {
  readonly pane: Pane
  readonly sort: SortKey
  /** What was searched for; empty shows all targets. */
  readonly filter: string
  /** Keys are letters of the filter. */
  readonly typing: boolean
  /** The selected target; null selects the first one. */
  readonly selected: string | null
  /** The selected peer; null selects the first one. */
  readonly peer: string | null
  /** The first line of a list that is longer than the screen. */
  readonly scroll: number
  /** While paused: what was on the screen. The run goes on. */
  readonly frozen: {readonly view: ViewState; readonly now: Millis} | null
  /** `q` was pressed once and waits to be confirmed. */
  readonly quitAsked: boolean
  /** The strongest abort that was asked for. */
  readonly abort: Urgency | null
}

export type KeyName =
  | 'pause'
  | 'sort'
  | 'up'
  | 'down'
  | 'first'
  | 'last'
  | 'detail'
  | 'targets'
  | 'groups'
  | 'alerts'
  | 'peers'
  | 'next-view'
  | 'search'
  | 'mark'
  | 'back'
  | 'abort'
  | 'help'
  | 'quit'
  | 'other'

export interface KeyContext {
  readonly view: ViewState
  readonly now: Millis
}

export interface KeyResult {
  readonly screen: ScreenState
  /** The caller has to be told, once. */
  readonly abort: Urgency | null
  /** A watch has to end: nothing is in force, so nobody is asked. */
  readonly quit?: true
  /** The moment is to be marked in the run. */
  readonly mark?: true
}

export function initialScreen(): ScreenState {
  return {
    pane: 'overview',
    sort: 'document',
    filter: '',
    typing: false,
    selected: null,
    peer: null,
    scroll: 0,
    frozen: null,
    quitAsked: false,
    abort: null,
  }
}

/**
 * Decides what a key does. `quit` while the drill runs asks once, then aborts in order: leaving without undoing
 * isn't offered. After an abort was asked for, only a second `abort` does more: it undoes at once.
 */
export function decideKey(screen: ScreenState, key: KeyName, context: KeyContext): KeyResult {
  const calm = {...screen, quitAsked: false}
  switch (key) {
    case 'abort':
      return decideAbort(calm, context.view)
    case 'quit':
      return decideQuit(screen, context.view)
    case 'pause':
      return stay({...calm, frozen: screen.frozen ? null : {view: context.view, now: context.now}})
    case 'sort':
      return stay({...calm, sort: nextSortKey(screen.sort)})
    case 'up':
    case 'down':
    case 'first':
    case 'last':
      return stay(move(calm, context.view, STEPS[key]))
    case 'targets':
      return stay({...calm, pane: 'overview', scroll: 0})
    case 'groups':
    case 'alerts':
    case 'peers':
      return stay({...calm, pane: key, scroll: 0})
    case 'next-view':
      return stay({...calm, pane: nextView(screen.pane, context.view), scroll: 0})
    case 'detail':
      return stay({...calm, pane: screen.pane === 'detail' ? 'overview' : 'detail'})
    case 'help':
      return stay({...calm, pane: screen.pane === 'help' ? 'overview' : 'help'})
    case 'search':
      return stay({...calm, pane: 'overview', typing: true})
    case 'mark':
      return {screen: calm, abort: null, mark: true}
    case 'back':
      return stay(calm.pane === 'overview' ? {...calm, filter: ''} : {...calm, pane: 'overview'})
    case 'other':
      return stay(calm)
  }
}

const STEPS = {up: -1, down: 1, first: Number.NEGATIVE_INFINITY, last: Number.POSITIVE_INFINITY} as const

const NEXT_VIEW: Readonly<Record<Pane, Pane>> = {
  overview: 'groups',
  groups: 'alerts',
  alerts: 'peers',
  peers: 'overview',
  detail: 'groups',
  help: 'overview',
}

/** The view of peers is left out where there are none. */
function nextView(pane: Pane, {peers}: ViewState): Pane {
  const next = NEXT_VIEW[pane]
  return next === 'peers' && peers.length === 0 ? NEXT_VIEW.peers : next
}

/** What was typed while a filter is entered: its text, or what ends it. */
export type Typed =
  {readonly kind: 'text'; readonly text: string} | {readonly kind: 'erase' | 'accept' | 'cancel'}

/** More lines than any list has; the screen stops at its end. */
const MOST_LINES = 10_000
/** Long enough for any name; a paste of a page is not meant. */
const LONGEST_FILTER = 60

export function decideTyped(screen: ScreenState, typed: Typed): ScreenState {
  switch (typed.kind) {
    case 'text':
      return {...screen, filter: (screen.filter + typed.text).slice(0, LONGEST_FILTER)}
    case 'erase':
      return {...screen, filter: [...screen.filter].slice(0, -1).join('')}
    case 'accept':
      return {...screen, typing: false}
    case 'cancel':
      return {...screen, typing: false, filter: ''}
  }
}

/** The place of the selected target in the order shown; 0 when it is gone or nothing was selected. */
export function selectedPlace(screen: ScreenState, names: readonly string[]): number {
  return Math.max(0, screen.selected === null ? 0 : names.indexOf(screen.selected))
}

function stay(screen: ScreenState): KeyResult {
  return {screen, abort: null}
}

/** The display goes on, so that the undo can be watched. */
function decideAbort(screen: ScreenState, view: ViewState): KeyResult {
  if (isOver(view) || screen.abort === 'immediate') return stay(screen)
  const abort: Urgency = screen.abort === 'orderly' ? 'immediate' : 'orderly'
  return {screen: {...screen, abort, frozen: null, pane: 'overview'}, abort}
}

function decideQuit(screen: ScreenState, view: ViewState): KeyResult {
  if (screen.pane !== 'overview') return stay({...screen, pane: 'overview', quitAsked: false})
  if (isWatch(view)) return {screen, abort: null, quit: true}
  if (isOver(view) || screen.abort !== null || view.abortRequested) return stay({...screen, quitAsked: false})
  return screen.quitAsked
    ? decideAbort({...screen, quitAsked: false}, view)
    : stay({...screen, quitAsked: true})
}

function isOver(view: ViewState): boolean {
  return view.verdict !== null || view.ended
}

/** In a list the keys scroll; everywhere else they select a target. */
function move(screen: ScreenState, view: ViewState, by: number): ScreenState {
  if (screen.pane === 'peers') return selectPeer(screen, view, by)
  if (screen.pane !== 'groups' && screen.pane !== 'alerts') return select(screen, view, by)
  return {...screen, scroll: Math.min(MOST_LINES, Math.max(0, screen.scroll + by))}
}

function select(screen: ScreenState, view: ViewState, by: number): ScreenState {
  const names = chooseTargets((screen.frozen?.view ?? view).targets, screen).map((target) => target.name)
  const place = selectedPlace(screen, names) + by
  const next = names[Math.min(names.length - 1, Math.max(0, place))]
  return next === undefined ? screen : {...screen, selected: next}
}

function selectPeer(screen: ScreenState, view: ViewState, by: number): ScreenState {
  const names = (screen.frozen?.view ?? view).peers.map(({info}) => info.name)
  const place = Math.max(0, screen.peer === null ? 0 : names.indexOf(screen.peer)) + by
  const next = names[Math.min(names.length - 1, Math.max(0, place))]
  return next === undefined ? screen : {...screen, peer: next}
}

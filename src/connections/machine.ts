/**
 * The state machine of one watched connection. Pure and total: every event has an answer in every state.
 *
 *     idle ─start→ connecting ─success→ connected ⇄ degraded (poor, fine)
 *                      │                   │ failure
 *                      │ failure        suspect ─success→ connected
 *                      ▼                   │ lost (`fall` failures in a row, or a detector trips)
 *                 reconnecting ◀───────────┘
 *                      │ restored (`rise` successes in a row) → connected
 *                      ├─ given-up → exhausted (the policy has no attempt left)
 *                      └─ rejected → failed (retrying can't help)        stop → disconnected, from anywhere
 */
import type {ConnectionState} from '../core/events.ts'

/** What is told to the machine. */
export type MachineEvent =
  | {readonly type: 'start'}
  /** A sample or an attempt succeeded. */
  | {readonly type: 'success'}
  | {readonly type: 'failure'}
  /** A failure after which retrying is pointless or harmful. */
  | {readonly type: 'rejected'}
  /** The policy allows no further attempt. */
  | {readonly type: 'given-up'}
  /** Works, but worse than wanted; and well again. */
  | {readonly type: 'poor'}
  | {readonly type: 'fine'}
  /** A detector is sure without counting failures. */
  | {readonly type: 'tripped'}
  /** The user ends the watch. */
  | {readonly type: 'stop'}

/** An event after counting: `lost` is the failure that makes `fall` in a row, `restored` the success that makes `rise`. */
export type Signal = Exclude<MachineEvent['type'], 'tripped'> | 'lost' | 'restored'

export interface Thresholds {
  readonly fall: number
  readonly rise: number
  /** Signals that are not obeyed yet, since the state is held; a detector that trips doesn't ask. */
  readonly held?: ReadonlySet<Signal>
}

export interface MachineState {
  readonly state: ConnectionState
  /** In a row; one of both is 0. */
  readonly failures: number
  readonly successes: number
}

export const IDLE: MachineState = {state: 'idle', failures: 0, successes: 0}

const SIGNALS: readonly Signal[] = [
  'start',
  'success',
  'failure',
  'rejected',
  'given-up',
  'poor',
  'fine',
  'stop',
  'lost',
  'restored',
]

type Row = Readonly<Record<Signal, ConnectionState>>

/** All signals of a state: those that aren't named leave it as it is, and `stop` means the same everywhere. */
function row(state: ConnectionState, moves: Readonly<Partial<Record<Signal, ConnectionState>>>): Row {
  const stay = Object.fromEntries(SIGNALS.map((signal) => [signal, state])) as Record<Signal, ConnectionState>
  return {...stay, stop: 'disconnected', ...moves}
}

/** The whole machine. */
export const TRANSITIONS: Readonly<Record<ConnectionState, Row>> = {
  idle: row('idle', {start: 'connecting'}),
  // The first success is enough: nothing is known that would have to be outweighed.
  connecting: row('connecting', {
    success: 'connected',
    restored: 'connected',
    failure: 'reconnecting',
    lost: 'reconnecting',
    rejected: 'failed',
    'given-up': 'exhausted',
  }),
  connected: row('connected', {
    failure: 'suspect',
    lost: 'reconnecting',
    rejected: 'failed',
    poor: 'degraded',
  }),
  // A lost sample is no news here, so it doesn't flicker between degraded and suspect.
  degraded: row('degraded', {lost: 'reconnecting', rejected: 'failed', fine: 'connected'}),
  suspect: row('suspect', {
    success: 'connected',
    restored: 'connected',
    lost: 'reconnecting',
    rejected: 'failed',
  }),
  reconnecting: row('reconnecting', {restored: 'connected', rejected: 'failed', 'given-up': 'exhausted'}),
  exhausted: row('exhausted', {start: 'connecting', rejected: 'failed'}),
  failed: row('failed', {start: 'connecting'}),
  disconnected: row('disconnected', {start: 'connecting'}),
}

/** The next state; counts begin anew with every change of state. */
export function advance(current: MachineState, event: MachineEvent, thresholds: Thresholds): MachineState {
  const failures = event.type === 'failure' ? current.failures + 1 : 0
  const successes = event.type === 'success' ? current.successes + 1 : 0
  const counted = event.type === 'failure' || event.type === 'success'
  const signal = signalOf(event, {failures, successes}, thresholds)
  const next = TRANSITIONS[current.state][signal]
  // A suspect was made by failures that go on counting towards `fall`.
  const keeps = next === current.state || next === 'suspect'
  if (!keeps) return {state: next, failures: 0, successes: 0}
  return counted ? {state: next, failures, successes} : {...current, state: next}
}

function signalOf(
  event: MachineEvent,
  counts: {readonly failures: number; readonly successes: number},
  {fall, rise, held}: Thresholds,
): Signal {
  const signal = countedSignal(event, counts.failures >= fall, counts.successes >= rise)
  const isHeld = event.type !== 'tripped' && held?.has(signal)
  return isHeld ? (WHILE_HELD[signal] ?? signal) : signal
}

function countedSignal({type}: MachineEvent, isDown: boolean, isBack: boolean): Signal {
  if (type === 'tripped' || (type === 'failure' && isDown)) return 'lost'
  return type === 'success' && isBack ? 'restored' : type
}

/** What remains of a signal that isn't obeyed yet. */
const WHILE_HELD: Readonly<Partial<Record<Signal, Signal>>> = {
  lost: 'failure',
  restored: 'success',
  fine: 'poor',
}

/** In these states the connection is thought to carry traffic. */
export function isUp(state: ConnectionState): boolean {
  return state === 'connected' || state === 'degraded' || state === 'suspect'
}

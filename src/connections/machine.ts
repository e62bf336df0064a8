/**
 * The state machine of one watched connection. Pure and total: every event has an answer in every state.
 *
 *     idle ─start→ connecting ─success→ connected ⇄ degraded (poor, fine)
 *                      │                   │ failure
 *                      │ failure        suspect ─success→ connected
 *                      ▼                   │ lost (`fall` failures in a row)
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
  /** The user ends the watch. */
  | {readonly type: 'stop'}

/** An event after counting: `lost` is the failure that makes `fall` in a row, `restored` the success that makes `rise`. */
export type Signal = MachineEvent['type'] | 'lost' | 'restored'

export interface Thresholds {
  readonly fall: number
  readonly rise: number
}

export interface MachineState {
  readonly state: ConnectionState
  /** In a row; one of both is 0. */
  readonly failures: number
  readonly successes: number
}

export const IDLE: MachineState = {state: 'idle', failures: 0, successes: 0}

type Row = Readonly<Partial<Record<Signal, ConnectionState>>>

/** Signals that aren't in a row leave the state as it is; `stop` is in none, since it means the same everywhere. */
const TABLE: Readonly<Record<ConnectionState, Row>> = {
  idle: {start: 'connecting'},
  // The first success is enough: nothing is known that would have to be outweighed.
  connecting: {
    success: 'connected',
    restored: 'connected',
    failure: 'reconnecting',
    lost: 'reconnecting',
    rejected: 'failed',
    'given-up': 'exhausted',
  },
  connected: {failure: 'suspect', lost: 'reconnecting', rejected: 'failed', poor: 'degraded'},
  // A lost sample is no news here, so it doesn't flicker between degraded and suspect.
  degraded: {lost: 'reconnecting', rejected: 'failed', fine: 'connected'},
  suspect: {success: 'connected', restored: 'connected', lost: 'reconnecting', rejected: 'failed'},
  reconnecting: {restored: 'connected', rejected: 'failed', 'given-up': 'exhausted'},
  exhausted: {start: 'connecting', rejected: 'failed'},
  failed: {start: 'connecting'},
  disconnected: {start: 'connecting'},
}

/** The next state; counts begin anew with every change of state. */
export function advance(current: MachineState, event: MachineEvent, thresholds: Thresholds): MachineState {
  const failures = event.type === 'failure' ? current.failures + 1 : 0
  const successes = event.type === 'success' ? current.successes + 1 : 0
  const counted = event.type === 'failure' || event.type === 'success'
  const signal = signalOf(event, {failures, successes}, thresholds)
  const next = signal === 'stop' ? 'disconnected' : (TABLE[current.state][signal] ?? current.state)
  // A suspect was made by failures that go on counting towards `fall`.
  const keeps = next === current.state || next === 'suspect'
  if (!keeps) return {state: next, failures: 0, successes: 0}
  return counted ? {state: next, failures, successes} : {...current, state: next}
}

function signalOf(
  event: MachineEvent,
  counts: {readonly failures: number; readonly successes: number},
  {fall, rise}: Thresholds,
): Signal {
  if (event.type === 'failure' && counts.failures >= fall) return 'lost'
  if (event.type === 'success' && counts.successes >= rise) return 'restored'
  return event.type
}

/** In these states the connection is thought to carry traffic. */
export function isUp(state: ConnectionState): boolean {
  return state === 'connected' || state === 'degraded' || state === 'suspect'
}

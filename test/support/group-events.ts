/** Events for tests of groups, and what groups said in short lines. */
import {makeFailure} from '../../src/core/codes/index.ts'
import type {ConnectionState, RunEvent} from '../../src/core/events.ts'

/** `from` is what matters to few: `connected` for what is lost, otherwise `connecting`. */
export function stateOf(target: string, to: ConnectionState, at: number, from?: ConnectionState): RunEvent {
  const lost = to === 'reconnecting' || to === 'suspect'
  return {
    at,
    type: 'state-changed',
    target,
    from: from ?? (lost ? 'connected' : 'connecting'),
    to,
    because: 'told',
  }
}

/** Null is a sample that failed. */
export function sampleOf(target: string, rtt: number | null, at: number): RunEvent {
  const reading = {rtt: rtt ?? 0, phase: {}}
  const outcome =
    rtt === null
      ? {
          status: 'failed' as const,
          failure: makeFailure('TCP_TIMEOUT', 'told'),
          partial: {phase: {}},
          took: 0,
        }
      : {status: 'ok' as const, reading, took: rtt}
  return {at, type: 'sample', target, sample: {seq: 0, sentAt: at, outcome}}
}

/** `600 relay down`, `600 degraded`, `700 held`, `800 flapping a`. */
export function tellGroups(events: readonly RunEvent[]): readonly string[] {
  return events.map((event) => {
    switch (event.type) {
      case 'path-switched':
        return `${event.at} ${event.to ?? 'none'} ${event.kind}`
      case 'group-changed':
        return `${event.at} ${event.to}`
      case 'switch-held':
        return `${event.at} held`
      case 'own-network':
        return `${event.at} own network ${event.suspected ? 'suspected' : 'trusted'}`
      case 'flapping':
        return `${event.at} ${event.flapping ? 'flapping' : 'steady'} ${event.target}`
      default:
        return `${event.at} ${event.type}`
    }
  })
}

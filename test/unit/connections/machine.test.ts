import {describe, expect, it} from 'vitest'
import {advance, IDLE, type MachineEvent, type MachineState} from '../../../src/connections/machine.ts'

const thresholds = {fall: 3, rise: 2}

function run(events: readonly MachineEvent['type'][], limits = thresholds): string[] {
  let machine: MachineState = IDLE
  return events.map((type) => {
    machine = advance(machine, {type}, limits)
    return machine.state
  })
}

describe('the connection state machine', () => {
  it.each<[string, MachineEvent['type'][], string[]]>([
    ['is up after the first success', ['start', 'success'], ['connecting', 'connected']],
    ['reconnects when the first attempt fails', ['start', 'failure'], ['connecting', 'reconnecting']],
    [
      'suspects until fall failures in a row',
      ['start', 'success', 'failure', 'failure', 'failure'],
      ['connecting', 'connected', 'suspect', 'suspect', 'reconnecting'],
    ],
    [
      'clears a suspicion at one success and counts anew',
      ['start', 'success', 'failure', 'failure', 'success', 'failure'],
      ['connecting', 'connected', 'suspect', 'suspect', 'connected', 'suspect'],
    ],
    [
      'is restored by rise successes in a row',
      ['start', 'failure', 'success', 'failure', 'success', 'success'],
      ['connecting', 'reconnecting', 'reconnecting', 'reconnecting', 'reconnecting', 'connected'],
    ],
    [
      'stays exhausted whatever the samples say, until it is started again',
      ['start', 'failure', 'given-up', 'success', 'success', 'start', 'success'],
      ['connecting', 'reconnecting', 'exhausted', 'exhausted', 'exhausted', 'connecting', 'connected'],
    ],
    [
      'stays failed after a rejection',
      ['start', 'success', 'rejected', 'success', 'success', 'given-up'],
      ['connecting', 'connected', 'failed', 'failed', 'failed', 'failed'],
    ],
    [
      'stays degraded while it works poorly and loses a sample now and then',
      ['start', 'success', 'poor', 'failure', 'success', 'poor', 'fine'],
      ['connecting', 'connected', 'degraded', 'degraded', 'degraded', 'degraded', 'connected'],
    ],
    [
      'is disconnected by the user from any state',
      ['start', 'failure', 'stop'],
      ['connecting', 'reconnecting', 'disconnected'],
    ],
  ])('%s', (_name, events, states) => {
    expect(run(events)).toEqual(states)
  })

  it('goes down at the first failure with fall 1', () => {
    expect(run(['start', 'success', 'failure'], {fall: 1, rise: 1}).at(-1)).toBe('reconnecting')
  })
})

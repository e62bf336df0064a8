import fc from 'fast-check'
import {expect, it} from 'vitest'
import {
  advance,
  IDLE,
  type MachineEvent,
  type MachineState,
  type Signal,
  TRANSITIONS,
  type Thresholds,
} from '../../../src/connections/machine.ts'

const COUNTED: readonly MachineEvent['type'][] = [
  'start',
  'success',
  'failure',
  'rejected',
  'given-up',
  'poor',
  'fine',
  'stop',
]
const events = fc.array(fc.constantFrom(...COUNTED, 'tripped' as const), {maxLength: 200})
const counted = fc.array(fc.constantFrom(...COUNTED), {maxLength: 200})
const heldSignals = fc.uniqueArray(fc.constantFrom<Signal>('lost', 'restored', 'fine'))
const thresholds = fc.record({fall: fc.integer({min: 1, max: 5}), rise: fc.integer({min: 1, max: 5})})

it('answers every event in every state with a state of the table, and keeps at most one count above zero', () => {
  fc.assert(
    fc.property(events, thresholds, heldSignals, (types, limits, held) => {
      let machine = IDLE
      for (const type of types) {
        machine = advance(machine, {type}, {...limits, held: new Set(held)})
        expect(Object.keys(TRANSITIONS)).toContain(machine.state)
        expect(Math.min(machine.failures, machine.successes)).toBe(0)
        expect(machine.failures).toBeGreaterThanOrEqual(0)
      }
    }),
  )
})

it('has an entry for every signal in every state, none of which leads nowhere', () => {
  const states = Object.keys(TRANSITIONS)
  const sizes = new Set(Object.values(TRANSITIONS).map((row) => Object.keys(row).length))
  expect(sizes).toEqual(new Set([10]))
  for (const row of Object.values(TRANSITIONS))
    for (const to of Object.values(row)) expect(states).toContain(to)
})

/** Every machine that a handful of events can lead to, and the moves between their states. */
function explore(limits: Thresholds): ReadonlySet<string> {
  const seen = new Map<string, MachineState>([[JSON.stringify(IDLE), IDLE]])
  const moves = new Set<string>()
  for (const machine of seen.values()) {
    for (const type of [...COUNTED, 'tripped' as const]) {
      const next = advance(machine, {type}, limits)
      if (next.state !== machine.state) moves.add(`${machine.state} > ${next.state}`)
      const small = next.failures <= limits.fall && next.successes <= limits.rise
      if (small) seen.set(JSON.stringify(next), next)
    }
  }
  return moves
}

it('can make every move that is in the table', () => {
  const inTable = Object.entries(TRANSITIONS).flatMap(([from, row]) =>
    Object.values(row).flatMap((to) => (to === from ? [] : [`${from} > ${to}`])),
  )
  expect([...explore({fall: 2, rise: 2})].toSorted()).toEqual([...new Set(inTable)].toSorted())
})

it('never goes from up to reconnecting with fewer than fall failures in a row', () => {
  fc.assert(
    fc.property(counted, thresholds, (types, limits) => {
      let machine = IDLE
      let inARow = 0
      for (const type of types) {
        const before = machine.state
        machine = advance(machine, {type}, limits)
        // Only a success comes between: poor or fine are no answers to a check.
        if (type === 'success') inARow = 0
        if (type === 'failure') inARow += 1
        const wasUp = before === 'connected' || before === 'degraded' || before === 'suspect'
        const went = wasUp && machine.state === 'reconnecting'
        expect(went && inARow < limits.fall).toBe(false)
      }
    }),
  )
})

it('does not leave a held state by what is put off, but by a rejection and the end', () => {
  fc.assert(
    fc.property(counted, thresholds, (types, limits) => {
      const held: ReadonlySet<Signal> = new Set<Signal>(['lost'])
      let machine = advance(advance(IDLE, {type: 'start'}, limits), {type: 'success'}, limits)
      for (const type of types.filter((one) => one !== 'rejected' && one !== 'stop')) {
        machine = advance(machine, {type}, {...limits, held})
        expect(machine.state).not.toBe('reconnecting')
      }
      expect(advance(machine, {type: 'rejected'}, {...limits, held}).state).toBe('failed')
      expect(advance(machine, {type: 'stop'}, {...limits, held}).state).toBe('disconnected')
    }),
  )
})

it('leaves failed only by a new start or the end of the watch', () => {
  fc.assert(
    fc.property(events, thresholds, (types, limits) => {
      let machine = advance(advance(IDLE, {type: 'start'}, limits), {type: 'rejected'}, limits)
      for (const type of types.filter((one) => one !== 'start' && one !== 'stop')) {
        machine = advance(machine, {type}, limits)
        expect(machine.state).toBe('failed')
      }
    }),
  )
})

import fc from 'fast-check'
import {expect, it} from 'vitest'
import {advance, IDLE, type MachineEvent} from '../../../src/connections/machine.ts'

const TYPES: readonly MachineEvent['type'][] = [
  'start',
  'success',
  'failure',
  'rejected',
  'given-up',
  'poor',
  'fine',
  'stop',
]
const events = fc.array(fc.constantFrom(...TYPES), {maxLength: 200})
const thresholds = fc.record({fall: fc.integer({min: 1, max: 5}), rise: fc.integer({min: 1, max: 5})})

it('answers every event in every state, and keeps at most one count above zero', () => {
  fc.assert(
    fc.property(events, thresholds, (types, limits) => {
      let machine = IDLE
      for (const type of types) {
        machine = advance(machine, {type}, limits)
        expect(machine.state).toEqual(expect.any(String))
        expect(Math.min(machine.failures, machine.successes)).toBe(0)
        expect(machine.failures).toBeGreaterThanOrEqual(0)
      }
    }),
  )
})

it('never goes from up to reconnecting with fewer than fall failures in a row', () => {
  fc.assert(
    fc.property(events, thresholds, (types, limits) => {
      let machine = IDLE
      let inARow = 0
      for (const type of types) {
        const before = machine.state
        machine = advance(machine, {type}, limits)
        inARow = type === 'failure' ? inARow + 1 : 0
        const wasUp = before === 'connected' || before === 'degraded' || before === 'suspect'
        const went = wasUp && machine.state === 'reconnecting'
        expect(went && inARow < limits.fall).toBe(false)
      }
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

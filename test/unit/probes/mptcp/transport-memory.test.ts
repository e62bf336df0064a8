import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {TransportMemory} from '../../../../src/probes/mptcp/transport-memory.ts'

const DELAYS = {first: 1000, most: 5000}

describe('what is remembered of a destination', () => {
  it('tries MPTCP first, and after each fallback later, up to the most', () => {
    const memory = new TransportMemory(DELAYS)
    expect(memory.ask(0)).toEqual({mptcp: true, trigger: 'first'})
    const waits = [0, 1000, 3000, 7000, 12_000].map((at) => {
      memory.failed(at)
      return memory.retryIn(at)
    })
    expect(waits).toEqual([1000, 2000, 4000, 5000, 5000])
    expect(memory.ask(16_999).mptcp).toBe(false)
    expect(memory.ask(17_000)).toEqual({mptcp: true, trigger: 'timer'})
  })

  it('begins anew after a success', () => {
    const memory = new TransportMemory(DELAYS)
    memory.failed(0)
    memory.failed(1000)
    memory.succeeded(3000)
    expect([memory.waits, memory.retryIn(3000)]).toEqual([false, null])
    memory.failed(4000)
    expect(memory.retryIn(4000)).toBe(1000)
  })

  it('tries at once when something has changed, with the first reason, but not in a storm of changes', () => {
    const memory = new TransportMemory({first: 60_000, most: 60_000})
    memory.failed(0)
    memory.wake('address added')
    memory.wake('carrier on eth1')
    expect(memory.ask(500).mptcp).toBe(false)
    expect(memory.ask(1000)).toEqual({mptcp: true, trigger: 'address added'})
    memory.failed(1000)
    expect(memory.ask(2500).mptcp).toBe(false)
  })

  it('is of no use to be woken while MPTCP works', () => {
    const memory = new TransportMemory(DELAYS)
    memory.succeeded(0)
    memory.wake('address added')
    memory.failed(10)
    expect(memory.ask(1009).mptcp).toBe(false)
  })

  it('never waits longer than the most, whatever happens', () => {
    const step = fc.constantFrom('failed', 'succeeded', 'wake')
    fc.assert(
      fc.property(fc.array(step, {maxLength: 50}), (steps) => {
        const memory = new TransportMemory(DELAYS)
        steps.forEach((each, index) => {
          if (each === 'wake') memory.wake('told')
          else memory[each](index * 100)
          expect(memory.retryIn(index * 100) ?? 0).toBeLessThanOrEqual(DELAYS.most)
        })
      }),
    )
  })
})

import {describe, expect, it} from 'vitest'
import type {RunEvent} from '../../../src/core/events.ts'
import {seededRandom} from '../../../src/core/random.ts'
import {LoopLag} from '../../../src/probes/loop-lag.ts'
import type {Prober} from '../../../src/probes/probe.ts'
import {runSession} from '../../../src/probes/session.ts'
import {FakeClock} from '../../support/fake-clock.ts'

describe('the lag of this process', () => {
  it('is nothing while every timer fires in time', async () => {
    const clock = new FakeClock()
    const lag = new LoopLag(clock)
    lag.start()
    await clock.advance(1000)
    expect(lag.take()).toBe(0)
    lag.stop()
    expect(clock.pending).toBe(0)
  })

  it('is that of the longest block, to a beat', async () => {
    const clock = new FakeClock()
    const lag = new LoopLag(clock)
    lag.start()
    await clock.advance(25)
    clock.stall(70)
    await clock.advance(100)
    clock.stall(40)
    await clock.advance(100)
    const longest = lag.take()
    expect(longest).toBeGreaterThanOrEqual(50)
    expect(longest).toBeLessThanOrEqual(70)
    expect(lag.take()).toBe(0)
    lag.stop()
  })

  it('is seen before the timer that is late has fired', () => {
    const clock = new FakeClock()
    const lag = new LoopLag(clock)
    lag.start()
    clock.stall(100)
    expect(lag.take()).toBe(80)
    lag.stop()
  })

  it('does not count what was before the start', async () => {
    const clock = new FakeClock()
    const lag = new LoopLag(clock)
    clock.stall(500)
    expect(lag.take()).toBe(0)
    lag.start()
    await clock.advance(100)
    expect(lag.take()).toBe(0)
    lag.stop()
  })
})

describe('a series of samples', () => {
  it('admits that this process was late, but not for what the first sample loads', async () => {
    const clock = new FakeClock()
    const lag = new LoopLag(clock)
    const stalls = [300, 0, 90, 0]
    const prober: Prober = {
      method: null,
      measure: async () => {
        const stalled = stalls.shift() ?? 0
        await clock.sleep(1)
        clock.stall(stalled)
        return {status: 'ok', reading: {rtt: 1, phase: {}}, took: 1}
      },
      close: async () => Promise.resolve(),
    }
    const events: RunEvent[] = []
    const info = {
      name: 't',
      url: 'tcp://h:1',
      kind: 'tcp',
      role: 'target',
      interval: 1000,
      timeout: 3000,
      policy: null,
    } as const
    const signal = new AbortController().signal
    const run = {origin: 0, emit: (event: RunEvent) => events.push(event), signal, lag}
    const done = runSession(
      {info, count: 4, duration: null, policy: null},
      prober,
      {clock, random: seededRandom(1)},
      run,
    )
    await clock.advance(4000)
    await done
    lag.stop()
    const lags = events.flatMap((event) => (event.type === 'sample' ? [event.sample.lag ?? 0] : []))
    expect(lags).toEqual([0, 0, expect.any(Number), 0])
    expect(lags[2]).toBeGreaterThanOrEqual(70)
  })
})

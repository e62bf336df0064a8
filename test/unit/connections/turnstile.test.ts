import {describe, expect, it} from 'vitest'
import {Turnstile} from '../../../src/connections/turnstile.ts'

/** A clock whose turns happen when the test says so, and on which work takes time. */
class SteppedClock {
  time = 0
  #waiting: (() => void)[] = []

  now(): number {
    return this.time
  }

  async turn(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  async step(): Promise<void> {
    for (const resolve of this.#waiting.splice(0)) resolve()
    for (let micro = 0; micro < 5; micro++) await Promise.resolve()
  }
}

function rig(cost: number): {
  clock: SteppedClock
  turnstile: Turnstile
  begun: number[]
  pass: (id: number) => () => void
} {
  const clock = new SteppedClock()
  const turnstile = new Turnstile(clock)
  const begun: number[] = []
  const pass = (id: number): (() => void) =>
    turnstile.pass(() => {
      begun.push(id)
      clock.time += cost
    })
  return {clock, turnstile, begun, pass}
}

describe('a turnstile', () => {
  it('begins at once what is alone', () => {
    const {begun, pass} = rig(1)
    pass(1)
    expect(begun).toEqual([1])
  })

  it('begins a bit at a time, in order, when much is due at once', async () => {
    const {clock, begun, pass} = rig(3)
    for (let id = 0; id < 10; id++) pass(id)
    expect(begun).toEqual([0, 1, 2, 3])
    await clock.step()
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    await clock.step()
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('lets nobody in before those who wait', async () => {
    const {clock, begun, pass} = rig(20)
    for (const id of [1, 2]) pass(id)
    await clock.step()
    pass(3)
    expect(begun).toEqual([1, 2])
    await clock.step()
    expect(begun).toEqual([1, 2, 3])
  })

  it('forgets what was cancelled', async () => {
    const {clock, begun, pass} = rig(20)
    pass(1)
    const cancel = pass(2)
    pass(3)
    cancel()
    await clock.step()
    await clock.step()
    expect(begun).toEqual([1, 3])
  })

  it('begins at once again when nobody waits any more', async () => {
    const {clock, begun, pass} = rig(20)
    for (const id of [1, 2]) pass(id)
    for (let turn = 0; turn < 3; turn++) await clock.step()
    pass(3)
    expect(begun).toEqual([1, 2, 3])
  })

  it('goes on when nothing is due for a while', async () => {
    const {clock, begun, pass} = rig(1)
    pass(1)
    await clock.step()
    await clock.step()
    clock.time += 1000
    pass(2)
    expect(begun).toEqual([1, 2])
  })
})

import {describe, expect, it} from 'vitest'
import {whenQuiet} from '../../../../src/scenarios/check/when-quiet.ts'
import {FakeClock} from '../../../support/fake-clock.ts'

/** A clock whose turns take so long, one after the other; the last one for ever. */
class BusyClock extends FakeClock {
  readonly #lengths: number[]
  turns = 0

  constructor(...lengths: number[]) {
    super()
    this.#lengths = lengths
  }

  override async turn(): Promise<void> {
    this.stall(this.#lengths[Math.min(this.turns++, this.#lengths.length - 1)] ?? 0)
    await Promise.resolve()
  }
}

describe('whenQuiet', () => {
  it.each([
    ['at once while there is nothing to do', [0.01], 3],
    ['after the work that was there', [2, 1, 0.01], 5],
    ['after an answer that came meanwhile', [0.01, 0.01, 3, 0.01], 6],
    ['although there is always something to do', [0.5], 20],
  ])('goes on %s', async (_, lengths, turns) => {
    const clock = new BusyClock(...lengths)
    await whenQuiet(clock)
    expect(clock.turns).toBe(turns)
  })
})

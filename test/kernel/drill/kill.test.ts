import {fileURLToPath} from 'node:url'
import {describe, expect, it} from 'vitest'
import {seededRandom} from '../../../src/core/random.ts'
import {kernelState} from '../../support/kernel-state.ts'
import {countWithFault, killDrills} from '../../support/kill-drill.ts'

const DRILL = fileURLToPath(new URL('../../fixtures/drills/short-partition.yaml', import.meta.url))
/** From before the lab stands to after the fault is gone. */
const LATEST = 6000

describe('a drill that is killed', () => {
  it('leaves no process, no rule and nothing to recover, whenever it happens', async (context) => {
    if (process.getuid?.() !== 0) context.skip('needs root to compare the state of the kernel')
    const random = seededRandom(20)
    const before = kernelState()
    let withFault = 0
    for (let turn = 0; turn < 3; turn++) {
      const after = Array.from({length: 3}, () => ({wait: Math.round(200 + random.next() * LATEST)}))
      const killed = await killDrills({drill: DRILL, after, goneWithin: 3000})
      expect(killed.left).toEqual([])
      expect(killed.recovered.map((one) => one.code)).toEqual([0, 0])
      expect(killed.recovered[1]?.text).toMatch(/nothing to/i)
      withFault += countWithFault(killed)
    }
    expect(kernelState()).toEqual(before)
    // Otherwise every kill came too early to prove anything.
    expect(withFault).toBeGreaterThan(0)
  })
})

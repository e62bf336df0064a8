import {fileURLToPath} from 'node:url'
import {describe, expect, it} from 'vitest'
import {seededRandom} from '../../../src/core/random.ts'
import {kernelState} from '../../support/kernel-state.ts'
import {killDrill} from '../../support/kill-drill.ts'

const DRILL = fileURLToPath(new URL('../../fixtures/drills/short-partition.yaml', import.meta.url))
/** From before the lab stands to after the fault is gone. */
const MOMENTS = 8
const LATEST = 6000

describe('a drill that is killed', () => {
  it('leaves no process, no rule, no namespace and nothing to recover, whenever it happens', async (context) => {
    if (process.getuid?.() !== 0) context.skip('needs root to compare the state of the kernel')
    const random = seededRandom(20)
    const before = kernelState()
    let withFault = 0
    for (let turn = 0; turn < MOMENTS; turn += 2) {
      const moments = [0, 1].map(() => Math.round(200 + random.next() * LATEST))
      const killed = await Promise.all(moments.map(async (after) => killDrill(DRILL, after)))
      for (const {left, recovered, events} of killed) {
        expect(left).toEqual([])
        expect(recovered.map((one) => one.code)).toEqual([0, 0])
        expect(recovered[1]?.text).toMatch(/nothing to/i)
        if (events?.some((event) => event.type === 'fault-applied')) withFault += 1
      }
    }
    expect(kernelState()).toEqual(before)
    // Otherwise every kill came too early to prove anything.
    expect(withFault).toBeGreaterThan(0)
  })
})

import {fileURLToPath} from 'node:url'
import {expect, it} from 'vitest'
import {seededRandom} from '../../src/core/random.ts'
import {kernelState} from '../support/kernel-state.ts'
import {countWithFault, killDrills} from '../support/kill-drill.ts'

const SHORT = fileURLToPath(new URL('../fixtures/drills/short-lossy.yaml', import.meta.url))
/** So many at the same time: more take longer to start on an emulated processor, but most of their time is waiting. */
const AT_ONCE = 5
/** A start takes a minute there when five are under way: one round of them. NETDRILL_KILLS asks for more. */
const KILLS = Number(process.env['NETDRILL_KILLS'] ?? 5)

it(`leaves the kernel as it was after kill -9 at ${KILLS} random moments of a drill with netem`, async () => {
  const random = seededRandom(21)
  const before = kernelState()
  let withFault = 0
  for (let turn = 0; turn < KILLS; turn += AT_ONCE) {
    // Every other one is killed while faults come and go, the others anywhere before.
    const after = Array.from({length: Math.min(AT_ONCE, KILLS - turn)}, (_, index) => ({
      says: index % 2 === 0 ? /slow: in force/ : /phase setup/,
      wait: Math.round(random.next() * 6000),
    }))
    const killed = await killDrills({drill: SHORT, after, goneWithin: 60_000})
    expect(killed.left).toEqual([])
    expect(killed.recovered.map((one) => one.code)).toEqual([0, 0])
    withFault += countWithFault(killed)
  }
  expect(kernelState()).toEqual(before)
  expect(withFault).toBeGreaterThan(0)
}, 1_500_000)

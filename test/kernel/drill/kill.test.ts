import {fileURLToPath} from 'node:url'
import {describe, expect, it} from 'vitest'
import {seededRandom} from '../../../src/core/random.ts'
import {kernelState} from '../../support/kernel-state.ts'
import {type Victim, countWithFault, killDrills} from '../../support/kill-drill.ts'

const DRILL = fileURLToPath(new URL('../../fixtures/drills/short-partition.yaml', import.meta.url))
/** From before the lab stands to after the fault is gone. */
const LATEST = 6000
const AT_ONCE = 5
/** NETDRILL_KILLS asks for more, and takes all of these drills. */
const KILLS = Number(process.env['NETDRILL_KILLS'] ?? 9)
/** One of each way to break something: rules, links, addresses, proxies, fronts, limits. */
const ALL = [
  DRILL,
  'bonding-link-loss',
  'mobility-address-change',
  'demo',
  'relay-slow-direct',
  'tunnel-dns-errors',
  'tunnel-tls-errors',
  'tunnel-connection-limit',
  'relay-fallback',
  'bonding-carrier-loss',
  'webrtc-ice-restart',
]
const DRILLS = process.env['NETDRILL_KILLS'] === undefined ? ALL.slice(0, 3) : ALL
const VICTIMS: readonly Victim[] = ['main', 'guard', 'both']

describe('a drill of which main process, guard or both are killed', () => {
  it(`leaves no process, no rule and nothing to recover, at ${KILLS} random moments`, async (context) => {
    if (process.getuid?.() !== 0) context.skip('needs root to compare the state of the kernel')
    const random = seededRandom(20)
    const before = kernelState()
    let withFault = 0
    for (let turn = 0; turn < KILLS; turn += AT_ONCE) {
      const after = Array.from({length: Math.min(AT_ONCE, KILLS - turn)}, (_, index) => ({
        wait: Math.round(200 + random.next() * LATEST),
        victim: VICTIMS[(turn + index) % VICTIMS.length] ?? 'main',
        drill: DRILLS[Math.floor((turn + index) / VICTIMS.length) % DRILLS.length] ?? DRILL,
      }))
      const killed = await killDrills({drill: DRILL, after, goneWithin: 3000})
      expect(killed.left, JSON.stringify(after)).toEqual([])
      expect(killed.recovered.map((one) => one.code)).toEqual([0, 0])
      expect(killed.recovered[1]?.text).toMatch(/nothing to/i)
      withFault += countWithFault(killed)
    }
    expect(kernelState()).toEqual(before)
    // Otherwise every kill came too early to prove anything.
    expect(withFault).toBeGreaterThan(0)
  }, 1_800_000)
})

/** The drills that come with netdrill. A new one adds its YAML file and one line to the file of its topic. */
import {BONDING_DRILLS} from './bonding-drills.ts'
import {MOBILITY_DRILLS} from './mobility-drills.ts'
import {RELAY_DRILLS} from './relay-drills.ts'
import {RETRY_DRILLS} from './retry-drills.ts'
import {START_DRILLS} from './start-drills.ts'
import {TUNNEL_DRILLS} from './tunnel-drills.ts'

export {DRILL_TOPICS, type BundledDrill} from './bundled-drill.ts'

export const BUNDLED_DRILLS = {
  ...START_DRILLS,
  ...BONDING_DRILLS,
  ...RELAY_DRILLS,
  ...MOBILITY_DRILLS,
  ...TUNNEL_DRILLS,
  ...RETRY_DRILLS,
} as const

export type BundledName = keyof typeof BUNDLED_DRILLS

export function isBundled(name: string): name is BundledName {
  return Object.hasOwn(BUNDLED_DRILLS, name)
}

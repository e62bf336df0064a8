/** Early signs of an interface that still works. Pure. */
import type {InterfaceFacts} from '../../core/network-events.ts'

/** More than this share of the packets since the last look is no accident, */
const SHARE = 0.01
/** nor are so many; fewer may be. */
const LEAST = 5

/** What got worse between two looks; empty when nothing did. */
export function interfaceSigns(before: InterfaceFacts, now: InterfaceFacts): readonly string[] {
  const packets = Math.max(1, now.packets - before.packets)
  const grown = (key: 'errors' | 'dropped'): number => now[key] - before[key]
  const signs: string[] = []
  for (const [key, what] of [
    ['errors', 'errors'],
    ['dropped', 'drops'],
  ] as const) {
    const more = grown(key)
    if (more >= LEAST && more / packets > SHARE) signs.push(`${more} ${what} beside ${packets} packets`)
  }
  const flaps = now.carrierChanges - before.carrierChanges
  if (flaps >= 2) signs.push(`its carrier changed ${flaps} times`)
  return [...signs, ...bondSigns(before, now)]
}

function bondSigns({bond: old}: InterfaceFacts, {bond}: InterfaceFacts): readonly string[] {
  if (!bond) return []
  const down = bond.members.filter(({up}) => !up).map(({device}) => `${device} of the bond is down`)
  const failed = bond.members.flatMap(({device, up, failures}) => {
    const known = old?.members.find((member) => member.device === device)
    return known && up && failures > known.failures ? [`${device} of the bond has failed and is back`] : []
  })
  const moved = old && old.active !== bond.active ? [`the bond works on ${bond.active ?? 'nothing'} now`] : []
  return [...down, ...failed, ...moved]
}

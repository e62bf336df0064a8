/** Changes of a bond, in words and as events. Pure. */
import type {BondFacts, BondMember, NetworkEvent} from '../../core/network-events.ts'

/** Whether the kernel uses a member whose MII status is this: `going down` still is, `going back` not yet (bond_main.c). */
export function countsAsUp(mii: string): boolean {
  return mii === 'up' || mii === 'going down'
}

type BondChange = Extract<NetworkEvent, {type: 'bond-switched' | 'bond-member'}>

/** What a look at a bond tells that the one before did not; at first where it works, and who is down. */
export function bondChanges(device: string, before: BondFacts | null, now: BondFacts): readonly BondChange[] {
  const from = before?.active ?? null
  const changed = now.members.filter(({device: name, up}) => up !== (memberNamed(before, name)?.up ?? true))
  return [
    ...changed.map((member): BondChange => {
      const {up, device: name, failures} = member
      return {type: 'bond-member', device, member: name, up, because: whyMember(member, now), failures}
    }),
    ...(before && from === now.active
      ? []
      : [
          {
            type: 'bond-switched' as const,
            device,
            mode: now.mode,
            from,
            to: now.active,
            because: before ? whySwitched(before, now) : 'that is how it is at the start',
          },
        ]),
  ]
}

function memberNamed(bond: BondFacts | null, name: string | null): BondMember | undefined {
  return bond?.members.find(({device}) => device === name)
}

function whyMember({up, mii = ''}: BondMember, {monitor}: BondFacts): string {
  if (up) return monitor === 'arp' ? 'it is answered again' : 'its link is back'
  if (mii === 'going back') return 'its link is back, and not used yet'
  return monitor === 'arp' ? 'nobody answers through it' : 'it has no link'
}

function whySwitched(before: BondFacts, now: BondFacts): string {
  if (now.active === null) return 'no member can be used'
  if (before.active === null) return `${now.active} can be used`
  const left = memberNamed(now, before.active)
  if (!left) return `${before.active} is no member any more`
  if (!left.up) return `${before.active} is down`
  if (now.active === now.primary) return `${now.active} is the primary, and can be used again`
  const failures = memberNamed(before, before.active)?.failures ?? 0
  return left.failures > failures
    ? `${before.active} has failed, and is back`
    : `${before.active} is not down: somebody has chosen`
}

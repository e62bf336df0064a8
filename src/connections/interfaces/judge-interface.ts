/** Early signs of an interface that still works. Pure. */
import type {BondMember, Duplex, InterfaceFacts} from '../../core/network-events.ts'
import {type BitsPerSecond, formatRate} from '../../core/units.ts'

/** More than this share of the packets since the last look is no accident, */
const SHARE = 0.01
/** nor are so many; fewer may be. */
const LEAST = 5

export interface InterfaceSign {
  /** Names the sign; what it says in numbers may change from look to look. */
  readonly what: string
  readonly text: string
}

/** How fast an interface and the members of its bond can be: the best that was seen of each, by name. */
export type KnownSpeeds = ReadonlyMap<string, LinkSpeed>

interface LinkSpeed {
  readonly speed: BitsPerSecond | null
  readonly duplex: Duplex | null
}

/** What got worse between two looks, or is worse than it was; empty when nothing is. */
export function interfaceSigns(
  before: InterfaceFacts,
  now: InterfaceFacts,
  known: KnownSpeeds,
): readonly InterfaceSign[] {
  return [...counterSigns(before, now), ...speedSigns(now, known), ...bondSigns(before, now)]
}

/** The best of what was known and what is there now. A link without a carrier has no speed, and tells nothing. */
export function bestSpeeds(known: KnownSpeeds, now: InterfaceFacts): KnownSpeeds {
  const best = new Map(known)
  for (const [name, {speed, duplex}] of speedsOf(now)) {
    const old = best.get(name)
    best.set(name, {
      speed: speed === null ? (old?.speed ?? null) : Math.max(speed, old?.speed ?? 0),
      duplex: old?.duplex === 'full' ? 'full' : (duplex ?? old?.duplex ?? null),
    })
  }
  return best
}

function counterSigns(before: InterfaceFacts, now: InterfaceFacts): readonly InterfaceSign[] {
  const packets = Math.max(1, now.packets - before.packets)
  const signs = (
    [
      ['errors', 'errors'],
      ['dropped', 'drops'],
    ] as const
  ).flatMap(([key, what]) => {
    const more = now[key] - before[key]
    const isMany = more >= LEAST && more / packets > SHARE
    return isMany ? [{what, text: `${more} ${what} beside ${packets} packets`}] : []
  })
  const flaps = now.carrierChanges - before.carrierChanges
  return flaps < 2 ? signs : [...signs, {what: 'carrier', text: `its carrier changed ${flaps} times`}]
}

/** A cable that is damaged, or a port that was set wrong, is often seen in what was negotiated first. */
function speedSigns(now: InterfaceFacts, known: KnownSpeeds): readonly InterfaceSign[] {
  return [...speedsOf(now)].flatMap(([name, {speed, duplex}]) => {
    const best = known.get(name)
    const who = name === now.device ? 'it' : `${name} of the bond`
    const slower = speed !== null && best?.speed !== null && best !== undefined && speed < best.speed
    const half = duplex === 'half' && best?.duplex === 'full'
    return [
      ...(slower
        ? [
            {
              what: `speed of ${name}`,
              text: `${who} runs at ${formatRate(speed)}, at ${formatRate(best.speed ?? 0)} before`,
            },
          ]
        : []),
      ...(half
        ? [{what: `duplex of ${name}`, text: `${who} runs at half duplex, at full duplex before`}]
        : []),
    ]
  })
}

/** A bond's own speed is that of its members: it says nothing more. */
function speedsOf({device, speed, duplex, bond}: InterfaceFacts): readonly (readonly [string, LinkSpeed])[] {
  if (!bond) return [[device, {speed: speed ?? null, duplex: duplex ?? null}]]
  return bond.members
    .filter(({up}) => up)
    .map((member) => [member.device, {speed: member.speed ?? null, duplex: member.duplex ?? null}])
}

function bondSigns({bond: old}: InterfaceFacts, {bond}: InterfaceFacts): readonly InterfaceSign[] {
  return (bond?.members ?? []).flatMap((member) => {
    const {device, up} = member
    if (!up) return [{what: `${device} down`, text: `${device} of the bond is down`}]
    return hasFailed(old?.members, member)
      ? [{what: `${device} failed`, text: `${device} of the bond has failed and is back`}]
      : []
  })
}

function hasFailed(members: readonly BondMember[] | undefined, {device, failures}: BondMember): boolean {
  const known = members?.find((member) => member.device === device)
  return known !== undefined && failures > known.failures
}

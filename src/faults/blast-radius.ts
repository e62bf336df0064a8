/** What a fault hits and what it spares, in words. Pure. */
import {describePlace} from '../core/place.ts'
import {isEverything} from './backends/nft-part.ts'
import {type Scope, describeScope} from './scope.ts'
import type {Blueprint, DeviceFacts, PacketMatch, Situation, Verdict} from './situation.ts'

export function blastRadius(situation: Situation, blueprint: Blueprint): readonly string[] {
  if (blueprint.backend === 'proxy') {
    return ['hit: connections through the proxy', 'not hit: everything that does not use the proxy']
  }
  if ('act' in blueprint) return blueprint.act.hit
  if (blueprint.backend === 'carrier' && blueprint.arriving) {
    const {place, scope} = situation
    return [
      `hit: what arrives at ${describePlace(place)} from ${describeScope(scope)}`,
      'not hit: everything else that arrives, what leaves, and other links',
    ]
  }
  if (blueprint.backend === 'ip') return [...blueprint.change.hit, 'not hit: other namespaces']
  return packetsHit(situation, blueprint)
}

function packetsHit({place, device, scope}: Situation, blueprint: Blueprint): readonly string[] {
  const where = describePlace(place)
  const link = device ? ` by ${device.name}` : ''
  if (device?.partOf !== undefined) return partHit(device, scope, blueprint)
  if (device?.ingress) {
    return [
      `hit: what arrives at ${where} by ${device.ingress.of} from ${describeScope(scope)}`,
      'not hit: everything else that arrives, what leaves, and other namespaces',
    ]
  }
  const hit =
    blueprint.backend === 'nft'
      ? blockedTraffic(blueprint.verdict, scope, `${where}${link}`)
      : [`hit: what leaves ${where}${link} towards ${describeScope(scope)}, ${whose(scope)}`]
  const spared =
    scope.to.length === 0 && scope.port === null && scope.protocol === null
      ? ['not hit: ARP, other devices and other namespaces']
      : [`not hit: everything else${link ? ' on the device' : ''}, and other namespaces`]
  const arriving = blueprint.backend === 'nft' ? [] : ['not hit: what arrives']
  return [...hit, ...spared, ...arriving]
}

/** At a part of a bond or bridge all frames are seen, and who forwards them does not matter. */
function partHit(device: DeviceFacts, scope: Scope, blueprint: Blueprint): readonly string[] {
  const name = device.ingress?.of ?? device.name
  const match = 'verdict' in blueprint ? blueprint.verdict.match : undefined
  const direction =
    'verdict' in blueprint ? blueprint.verdict.direction : device.ingress === undefined ? 'out' : 'in'
  const all = isEverything({scope, match})
  const {hit, more} = whichPackets(match)
  const packets = (way: string, where: string): string =>
    `hit: ${all ? 'every frame that' : hit} ${way} ${name}${all ? ', ARP and what a bond asks its neighbours too' : ` ${where} ${describeScope(scope)}`}`
  const [out, arriving] = [packets('leaves by', 'towards'), packets('arrives at', 'from')]
  return [
    ...(direction === 'in' ? ['not hit: what leaves'] : [out]),
    ...(direction === 'out' || scope.sender ? ['not hit: what arrives'] : [arriving]),
    ...more,
    `not hit: ${all ? '' : 'everything else on the device, '}the carrier of ${name}, other parts of ${device.partOf ?? ''}, and other namespaces`,
  ]
}

/** What is forwarded has no sender here. */
function whose({sender}: Scope): string {
  return sender === undefined ? 'its own and forwarded' : 'its own only'
}

function blockedTraffic({direction, match}: Verdict, asked: Scope, where: string): readonly string[] {
  const which = whichPackets(match)
  const scope = describeScope(asked)
  const out = `hit: ${which.hit} leaves ${where} towards ${scope}, ${whose(asked)}`
  const arriving = `hit: ${which.hit} arrives at ${where} from ${scope}`
  if (asked.sender) return [out, 'not hit: what arrives', ...which.more]
  if (direction === 'both') return [out, arriving, ...which.more]
  return direction === 'out'
    ? [out, `not hit: what arrives from ${scope}`, ...which.more]
    : [arriving, `not hit: what leaves towards ${scope}`, ...which.more]
}

/** Which packets of the scope, and what is hit or spared beside them. */
function whichPackets(match: PacketMatch | undefined): {
  readonly hit: string
  readonly more: readonly string[]
} {
  switch (match?.type) {
    case undefined:
      return {hit: 'what', more: []}
    case 'new':
      return {hit: 'what opens a TCP connection and', more: ['not hit: TCP connections that are there']}
    case 'established':
      return {
        hit: 'what belongs to a TCP connection from before and',
        more: ['not hit: TCP connections that are opened from now on'],
      }
    case 'over':
      return {hit: 'what opens one TCP connection too many and', more: []}
    case 'bigger':
      return {
        hit: `what is larger than ${match.bytes} bytes and`,
        more: ['hit: ICMP answers that say too big, about packets to the scope'],
      }
    case 'mptcp':
      return {hit: 'what carries the MPTCP option and', more: ['not hit: plain TCP']}
  }
}

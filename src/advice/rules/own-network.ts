/** Link, addresses, routes and gateway: whether a packet can leave this machine and its network at all. */
import type {FindingCode, FailureCode} from '../../core/codes/index.ts'
import type {GatewaySeen, Observed, OwnLink, RefusingRoute} from '../observed.ts'
import {
  type Destination,
  blockedDestinations,
  hasGlobal,
  isAbsent,
  outwardLinks,
  usableLinks,
} from '../reach.ts'
import {type Finding, type Rule, makeFinding} from '../rule.ts'

export const link: Rule = {
  name: 'link',
  dependsOn: [],
  find: (observed) => {
    const {links} = observed
    if (links === null || !isCutOff(observed)) return []
    const down = downDevices(observed, links)
    const [first] = down
    if (!first) return []
    const why = first.up ? 'has no carrier' : 'is switched off'
    const remedy = first.up
      ? `check the cable, the Wi-Fi or the other end of ${first.name}`
      : `ip link set ${first.name} up`
    return [
      makeFinding('NET_DOWN', {
        layer: 'link',
        text: `${first.name} ${why}, and there is no other way out`,
        evidence: down.map((each) => `${each.name}: ${each.up ? 'up, no carrier' : 'down'}`),
        next: [remedy],
      }),
    ]
  },
}

/** Nothing gets out: destinations are blocked, or the name service on this very machine has nobody to ask. */
function isCutOff(observed: Observed): boolean {
  if (blockedDestinations(observed).length > 0) return true
  return observed.addresses.length === 0 && observed.names !== null
}

/** The devices that the routes lead to and that are down; all of them, when there is no route and none is usable. */
function downDevices(observed: Observed, links: readonly OwnLink[]): readonly OwnLink[] {
  const routes = blockedDestinations(observed).map(({route}) => route)
  const used = routes.flatMap((route) => (route.status === 'found' && !route.local ? [route.device] : []))
  const usable = usableLinks(links)
  const broken = links.filter(({name}) => used.includes(name) && !usable.some((each) => each.name === name))
  const named = links.filter(({loopback}) => !loopback)
  if (broken.length > 0 && broken.length === new Set(used).size) return broken
  return used.length === 0 && usable.length === 0 && named.length > 0 ? outwardLinks(named) : []
}

export const address: Rule = {
  name: 'address',
  dependsOn: ['link'],
  find: (observed) => {
    const {links} = observed
    if (links === null || !isCutOff(observed)) return []
    const usable = outwardLinks(usableLinks(links))
    const [first] = usable
    if (!first || usable.some((each) => hasGlobal(each))) return []
    if (blockedDestinations(observed).some(({route}) => route.status === 'found')) return []
    const has = first.addresses.map((each) => `${each.address}/${each.prefix}`).join(', ')
    return [
      makeFinding('NET_NO_ADDRESS', {
        layer: 'link',
        text: `${first.name} is up, but has no address${has === '' ? '' : ` beyond ${has}`}`,
        evidence: usable.map(({name}) => `${name}: up, no global address`),
        next: [`ip address show dev ${first.name}`],
      }),
    ]
  },
}

const ROUTE_CODES: Readonly<Record<RefusingRoute, FindingCode | FailureCode>> = {
  none: 'NET_NO_ROUTE',
  unreachable: 'ROUTE_UNREACHABLE',
  prohibit: 'ROUTE_PROHIBIT',
  blackhole: 'ROUTE_BLACKHOLE',
}

export const route: Rule = {
  name: 'route',
  dependsOn: ['link', 'address', 'hosts'],
  find: (observed) => {
    const blocked = blockedDestinations(observed)
    // A family that this machine does not have is no trouble while the other one has a route.
    if (blocked.length === 0 || blocked.some((each) => each.route.status !== 'refused')) return []
    const kinds = blocked.flatMap(({route: seen}) => (seen.status === 'refused' ? [seen.kind] : []))
    const kind = kinds.find((each) => each !== 'none') ?? 'none'
    const chosen = blocked.find(({route: seen}) => seen.status === 'refused' && seen.kind === kind)
    return chosen ? [refusedRoute(kind, chosen, blocked, observed)] : []
  },
}

function refusedRoute(
  kind: RefusingRoute,
  chosen: Destination,
  blocked: readonly Destination[],
  observed: Observed,
): Finding {
  const entry = chosen.route.status === 'refused' ? chosen.route.entry : null
  const six = chosen.address.includes(':') ? '-6 ' : ''
  const to = observed.addresses.length === 0 ? `the resolver ${chosen.address}` : chosen.address
  const device = outwardLinks(usableLinks(observed.links ?? []))[0]?.name
  const add = `ip ${six}route add default via GATEWAY${device === undefined ? '' : ` dev ${device}`}`
  const isNone = kind === 'none'
  return makeFinding(ROUTE_CODES[kind], {
    layer: 'route',
    addresses: blocked.map((each) => each.address),
    text: isNone
      ? `there is no route to ${to}, nor a default route`
      : `the route ${kind} ${entry ?? ''} of this machine covers ${to}`.replace('  ', ' '),
    evidence: [`ip ${six}route get ${chosen.address}: ${isNone ? 'network is unreachable' : kind}`],
    next: isNone ? [add] : entry === null ? [] : [`ip ${six}route del ${kind} ${entry}`],
  })
}

export const gateway: Rule = {
  name: 'gateway',
  dependsOn: ['link', 'address', 'route', 'hosts'],
  find: (observed) => {
    const blocked = blockedDestinations(observed).filter(({route: seen}) => seen.status !== 'refused')
    const dead = blocked.flatMap((each) => deadHop(each, observed.gateways))
    const [first] = dead
    if (!first || dead.length < blocked.length) return []
    const {address: hop, device, state, ping} = first.hop
    const said = ping.status === 'failed' ? `ping: ${ping.failure.code}` : 'ping: not possible here'
    return [
      makeFinding('GATEWAY_DEAD', {
        layer: 'gateway',
        addresses: dead.map(({destination}) => destination.address),
        text: `the gateway ${hop} on ${device} does not answer: nothing leaves the own network`,
        evidence: [`${hop} ${said}`, `${hop} in the neighbour table: ${state ?? 'not listed'}`],
        next: [`ip neigh show dev ${device}`],
      }),
    ]
  },
}

interface DeadHop {
  readonly destination: Destination
  readonly hop: GatewaySeen
}

/** The gateway on the way there, or the destination itself where that is the gateway, as of many a home's resolver. */
function deadHop(destination: Destination, gateways: readonly string[]): readonly DeadHop[] {
  const {address: own, gateway: via, route: way, ping, neighbour} = destination
  if (via !== null) return isDead(via) ? [{destination, hop: via}] : []
  if (!gateways.includes(own) || way.status !== 'found' || ping === null || !isAbsent(destination)) return []
  return [{destination, hop: {address: own, device: way.device, ping, state: neighbour}}]
}

/** Silence alone proves nothing, since routers may drop ping; an unanswered ARP request does. */
export function isDead({ping, state}: GatewaySeen): boolean {
  if (ping.status === 'reply') return false
  return state === 'FAILED' || state === 'INCOMPLETE'
}

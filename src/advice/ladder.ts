/** The walk as one line per layer, with its figures. */
import type {DiagnosisLayer, DiagnosisStep, StepState} from '../core/diagnosis.ts'
import type {Outcome} from '../core/outcome.ts'
import {formatDuration} from '../core/units.ts'
import type {
  AddressWalk,
  GatewaySeen,
  NamesSeen,
  Observed,
  OwnLink,
  PingSeen,
  ResolverSeen,
} from './observed.ts'
import {failureOf, hasGlobal, isAbsent, isAlive, outwardLinks, usableLinks} from './reach.ts'
import {isDead} from './rules/own-network.ts'
import {serviceSteps} from './service-steps.ts'

/** All layers that this target has, in order; those that were not measured are there as well. */
export function describeSteps(observed: Observed): readonly DiagnosisStep[] {
  return [
    linkStep(observed),
    ...nameSteps(observed.names),
    routeStep(observed),
    gatewayStep(observed),
    pingStep(observed),
    ...mtuStep(observed),
    ...tcpStep(observed),
    ...serviceSteps(observed),
  ]
}

function step(
  layer: DiagnosisLayer,
  status: StepState,
  text: string,
  ms: number | null = null,
): DiagnosisStep {
  return {layer, status, text, ms}
}

function linkStep({links, addresses}: Observed): DiagnosisStep {
  if (links === null) return step('link', 'unseen', 'could not be looked at')
  const devices = addresses.flatMap(({route}) => (route.status === 'found' ? [route.device] : []))
  const used = links.filter(({name}) => devices.includes(name))
  const usable = usableLinks(links)
  const shown = used.length > 0 ? used : outwardLinks(usable.length > 0 ? usable : links)
  const isLocal = used.length > 0 && used.every(({loopback}) => loopback)
  const works = isLocal || shown.some((each) => usable.includes(each) && hasGlobal(each))
  return step('link', works ? 'ok' : 'failed', shown.slice(0, 2).map(linkText).join('; ') || 'no link')
}

function linkText({name, up, carrier, addresses, loopback}: OwnLink): string {
  const state = up ? (carrier ? 'up' : 'no carrier') : 'down'
  const wanted = addresses.filter(({scope}) => loopback || scope === 'global')
  const shown = wanted.slice(0, 2).map(({address, prefix}) => `${address}/${prefix}`)
  return [`${name} ${state}`, shown.join(', ') || 'no address'].join(', ')
}

function nameSteps(names: NamesSeen | null): readonly DiagnosisStep[] {
  return names === null ? [] : [resolverStep(names), nameStep(names)]
}

function nameStep(names: NamesSeen): DiagnosisStep {
  const looked = [names.system[4], names.system[6]].flatMap((seen) => (seen ? [seen] : []))
  const found = looked.flatMap((seen) => (seen.status === 'found' ? seen.addresses : []))
  const isSlow = looked.some(({status}) => status === 'slow')
  const took = Math.max(0, ...looked.map((seen) => seen.took))
  const list = [...new Set(found)]
  if (list.length === 0) {
    const text = isSlow ? `no answer of the system within ${formatDuration(took)}` : nameFailure(names)
    return step('name', 'failed', text)
  }
  const more = list.length > 3 ? ` and ${list.length - 3} more` : ''
  const source = names.hosts.length > 0 ? ', from /etc/hosts' : ''
  const text = `${list.slice(0, 3).join(', ')}${more} in ${formatDuration(took)}${source}`
  return step('name', isSlow ? 'warning' : 'ok', text, took)
}

function nameFailure({host, system}: NamesSeen): string {
  const failures = [system[4], system[6]].flatMap((seen) =>
    seen?.status === 'failed' ? [seen.failure.code] : [],
  )
  return `${host}: ${failures[0] ?? 'not resolved'}`
}

function resolverStep({resolvers, configuration}: NamesSeen): DiagnosisStep {
  if (configuration.servers.length === 0) return step('resolver', 'failed', 'none in /etc/resolv.conf')
  if (resolvers.length === 0) return step('resolver', 'skipped', 'not needed for a name of this machine')
  const alive = resolvers.filter(isAlive)
  const state = alive.length === resolvers.length ? 'ok' : alive.length > 0 ? 'warning' : 'failed'
  const asked = resolvers.some(({answers}) => answers.length > 0)
  const times = resolvers.flatMap(quickest)
  const text = resolvers.map(resolverText).join('; ')
  return step('resolver', asked ? state : 'skipped', text, times.length > 0 ? Math.min(...times) : null)
}

function quickest({answers}: ResolverSeen): readonly number[] {
  return answers.flatMap(({outcome}) => {
    const reading =
      outcome.status === 'ok' ? outcome.reading : outcome.status === 'failed' ? outcome.partial : null
    return reading?.rtt === undefined ? [] : [reading.rtt]
  })
}

function resolverText(resolver: ResolverSeen): string {
  const {address, answers} = resolver
  const [fastest] = quickest(resolver).toSorted((one, other) => one - other)
  if (isAlive(resolver))
    return `${address} answers${fastest === undefined ? '' : ` in ${formatDuration(fastest)}`}`
  const failure = answers.map(({outcome}) => failureOf(outcome)).find((each) => each !== null)
  return `${address} ${failure?.code ?? 'not asked'}`
}

function routeStep({addresses, names, links}: Observed): DiagnosisStep {
  if (links === null) return step('route', 'unseen', 'could not be looked at')
  const all = addresses.length > 0 ? addresses : (names?.resolvers ?? [])
  if (all.length === 0) return step('route', 'skipped', 'no address to look for')
  const texts = all.map(routeText)
  const found = all.filter(({route}) => route.status === 'found')
  const state = found.length === all.length ? 'ok' : found.length > 0 ? 'warning' : 'failed'
  return step('route', state, `${addresses.length > 0 ? '' : 'to the resolver '}${shortList(texts)}`)
}

function routeText({address, route}: AddressWalk | ResolverSeen): string {
  if (route.status === 'unseen') return `${address} could not be asked`
  if (route.status === 'refused') {
    return route.kind === 'none'
      ? `${address} no route`
      : `${address} ${route.kind} ${route.entry ?? ''}`.trim()
  }
  if (route.local) return `${address} is this machine`
  return `${address} ${route.gateway === null ? '' : `via ${route.gateway} `}dev ${route.device}`
}

function gatewayStep({addresses, names, gateways}: Observed): DiagnosisStep {
  const all = addresses.length > 0 ? addresses : (names?.resolvers ?? [])
  const absent = all.find((each) => gateways.includes(each.address) && isAbsent(each))
  if (absent) {
    return step(
      'gateway',
      'failed',
      `${absent.address} no ping reply, neighbour ${absent.neighbour ?? 'not listed'}`,
    )
  }
  const seen = all.flatMap(({gateway}) => (gateway ? [gateway] : []))
  const distinct = [...new Map(seen.map((each) => [each.address, each])).values()]
  if (distinct.length === 0) {
    const why = all.some(({route}) => route.status === 'found')
      ? 'none needed: on the own link'
      : 'not reached'
    return step('gateway', 'skipped', why)
  }
  const dead = distinct.filter(isDead)
  const state = dead.length === distinct.length ? 'failed' : dead.length > 0 ? 'warning' : 'ok'
  return step(
    'gateway',
    state,
    distinct.map(gatewayText).join('; '),
    fastestPing(distinct.map(({ping}) => ping)),
  )
}

function gatewayText({address, ping, state}: GatewaySeen): string {
  if (ping.status === 'reply') return `${address} answers in ${formatDuration(ping.rtt)}`
  return `${address} no ping reply, neighbour ${state ?? 'not listed'}`
}

function fastestPing(pings: readonly (PingSeen | null)[]): number | null {
  const times = pings.flatMap((ping) => (ping?.status === 'reply' ? [ping.rtt] : []))
  return times.length > 0 ? Math.min(...times) : null
}

function pingStep({addresses, target}: Observed): DiagnosisStep {
  const pings = addresses.flatMap(({address, ping}) => (ping ? [{address, ping}] : []))
  if (pings.length === 0) return step('ping', 'skipped', 'not reached')
  if (pings.every(({ping}) => ping.status === 'unseen')) return step('ping', 'unseen', 'not possible here')
  const good = pings.filter(({ping}) => ping.status === 'reply')
  // Silence is no failure by itself where something else is the target.
  const bad = target.kind === 'ping' ? 'failed' : 'warning'
  const state = good.length === pings.length ? 'ok' : good.length > 0 ? 'warning' : bad
  return step('ping', state, shortList(pings.map(pingText)), fastestPing(pings.map(({ping}) => ping)))
}

function pingText({address, ping}: {readonly address: string; readonly ping: PingSeen}): string {
  if (ping.status === 'reply') return `${address} ${formatDuration(ping.rtt)}`
  return `${address} ${ping.status === 'failed' ? ping.failure.code : 'not possible'}`
}

function mtuStep({addresses}: Observed): readonly DiagnosisStep[] {
  const all = addresses.flatMap(({address, mtu}) => (mtu ? [{address, mtu}] : []))
  const [first] = all
  if (!first) {
    const isLocal =
      addresses.length > 0 && addresses.every(({route}) => route.status === 'found' && route.local)
    return [step('mtu', 'skipped', isLocal ? 'none: no link in between' : 'needs a ping reply')]
  }
  const silent = all.find(({mtu}) => mtu.status === 'silent') ?? first
  const {mtu} = silent
  switch (mtu.status) {
    case 'full':
      return [step('mtu', 'ok', `${mtu.mtu} octets pass unfragmented`)]
    case 'reported':
      return [step('mtu', 'ok', `${mtu.mtu} octets, and a router says so (own link ${mtu.link})`)]
    case 'silent':
      return [step('mtu', 'failed', `${mtu.passes} octets pass, ${mtu.lost} vanish without a word`)]
  }
}

function tcpStep({addresses, target}: Observed): readonly DiagnosisStep[] {
  if (!['tcp', 'tls', 'http'].includes(target.kind)) return []
  const tried = addresses.flatMap(({address, tcp}) => (tcp ? [{address, tcp}] : []))
  if (tried.length === 0) return [step('tcp', 'skipped', 'not reached')]
  const good = tried.filter(({tcp}) => tcp.status === 'ok')
  const state = good.length === tried.length ? 'ok' : good.length > 0 ? 'warning' : 'failed'
  const times = good.flatMap(({tcp}) => (tcp.status === 'ok' ? [tcp.reading.rtt ?? tcp.took] : []))
  return [step('tcp', state, shortList(tried.map(tcpText)), times.length > 0 ? Math.min(...times) : null)]
}

function tcpText({address, tcp}: {readonly address: string; readonly tcp: Outcome}): string {
  if (tcp.status === 'ok') return `${address} open in ${formatDuration(tcp.reading.rtt ?? tcp.took)}`
  return `${address} ${tcp.status === 'failed' ? tcp.failure.code : 'not measured'}`
}

function shortList(texts: readonly string[]): string {
  const more = texts.length > 3 ? `; ${texts.length - 3} more` : ''
  return `${texts.slice(0, 3).join('; ')}${more}`
}

/** What several rules want to know about a walk. */
import type {Failure} from '../core/failure.ts'
import type {Outcome} from '../core/outcome.ts'
import type {AddressWalk, Observed, OwnLink, PingSeen, ResolverSeen, RouteSeen} from './observed.ts'

export function failureOf(outcome: Outcome | null): Failure | null {
  return outcome?.status === 'failed' ? outcome.failure : null
}

/** Connections to it succeed; of a target that is no stream, its own probe did. Null when that was not measured. */
export function works(observed: Observed, walk: AddressWalk): boolean | null {
  const {target, service} = observed
  if (target.kind === 'ping') return answersPing(walk.ping)
  const isStream = target.kind === 'tcp' || target.kind === 'tls' || target.kind === 'http'
  const outcome = isStream ? walk.tcp : (service?.other ?? null)
  return outcome === null || outcome.status === 'skipped' ? null : outcome.status === 'ok'
}

export function answersPing(ping: PingSeen | null): boolean | null {
  return ping === null || ping.status === 'unseen' ? null : ping.status === 'reply'
}

/** Nothing came back from it, not even a refusal by somebody else. */
function isSilent({answers}: ResolverSeen): boolean {
  return (
    answers.length > 0 &&
    answers.every(({outcome}) => outcome.status === 'failed' && SILENCE.test(outcome.failure.code))
  )
}
const SILENCE = /^(DNS_TIMEOUT|DNS_UNREACHABLE|NET_.*)$/

/** An answer that a working resolver gives, be it that there is no such name. */
export function isAlive({answers}: ResolverSeen): boolean {
  return answers.some(
    ({outcome}) =>
      outcome.status === 'ok' ||
      (outcome.status === 'failed' && ['DNS_NXDOMAIN', 'DNS_NODATA'].includes(outcome.failure.code)),
  )
}

/** Where packets have to go: the target's addresses, or the silent resolvers while there are none. */
export interface Destination {
  readonly address: string
  readonly route: RouteSeen
  readonly gateway: AddressWalk['gateway']
  readonly ping: PingSeen | null
  readonly neighbour: string | null
}

/** On the own link, where nobody answers for the address. */
export function isAbsent({neighbour, ping}: Pick<Destination, 'neighbour' | 'ping'>): boolean {
  return (neighbour === 'FAILED' || neighbour === 'INCOMPLETE') && answersPing(ping) !== true
}

export function blockedDestinations(observed: Observed): readonly Destination[] {
  const {addresses, names} = observed
  if (addresses.length > 0) {
    return addresses.some((walk) => works(observed, walk) !== false) ? [] : addresses
  }
  const resolvers = names?.resolvers ?? []
  return resolvers.length > 0 && resolvers.every(isSilent) ? resolvers : []
}

/** Links that could carry traffic to others. */
export function usableLinks(links: readonly OwnLink[]): readonly OwnLink[] {
  return links.filter(({loopback, up, carrier}) => !loopback && up && carrier)
}

/** Devices that exist without anybody having plugged them in. */
const VIRTUAL = /^(tunl|sit|gre|gretap|erspan|ip6|ip_vti|ifb|dummy|docker|br-|virbr|veth|teql)/

/** The links that a person would look at first. */
export function outwardLinks(links: readonly OwnLink[]): readonly OwnLink[] {
  const candidates = links.filter(({loopback}) => !loopback)
  const real = candidates.filter(({name, addresses}) => addresses.length > 0 || !VIRTUAL.test(name))
  const shown = real.length > 0 ? real : candidates
  return shown.toSorted((one, other) => Number(hasGlobal(other)) - Number(hasGlobal(one)))
}

export function hasGlobal({addresses}: OwnLink, family?: 4 | 6): boolean {
  return addresses.some(
    (each) => each.scope === 'global' && !each.tentative && (family === undefined || each.family === family),
  )
}

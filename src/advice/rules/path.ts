/** From the own network to the open port: some addresses or all of them, small packets and large ones. */
import type {Blame, Failure} from '../../core/failure.ts'
import {formatDuration} from '../../core/units.ts'
import type {AddressWalk, ControlSeen, Observed} from '../observed.ts'
import {answersPing, failureOf, isAbsent, works} from '../reach.ts'
import {type Finding, type Rule, fromFailure, makeFinding} from '../rule.ts'

const OWN_NETWORK = ['link', 'address', 'route', 'gateway'] as const

export const partial: Rule = {
  name: 'partial',
  dependsOn: [],
  find: (observed) => {
    const good = observed.addresses.filter((walk) => works(observed, walk) === true)
    const bad = observed.addresses.filter((walk) => works(observed, walk) === false)
    if (good.length === 0) return []
    return ([4, 6] as const).flatMap((family) => {
      const dead = bad.filter((walk) => walk.family === family)
      if (dead.length === 0) return []
      return good.some((walk) => walk.family === family)
        ? [oneDead(dead, good)]
        : familyBroken(observed, family, dead, good)
    })
  },
}

function oneDead(dead: readonly AddressWalk[], good: readonly AddressWalk[]): Finding {
  const list = dead.map(({address}) => address).join(', ')
  return makeFinding('ADDRESS_DEAD', {
    layer: 'tcp',
    severity: 'degraded',
    addresses: dead.map(({address}) => address),
    text: `${list} does not work (${whyOf(dead[0])}), ${good.map(({address}) => address).join(', ')} does`,
    evidence: [...dead.map(line), ...good.map(line)],
    next: dead.map(({address}) => `netdrill probe ping ${address}`).slice(0, 1),
  })
}

/** A machine without any IPv6 is no broken one: its programs do not try. */
function familyBroken(
  {links}: Observed,
  family: 4 | 6,
  dead: readonly AddressWalk[],
  good: readonly AddressWalk[],
): readonly Finding[] {
  const isAbsent =
    links !== null &&
    !links.some(({loopback, addresses}) =>
      addresses.some((each) => !loopback && each.family === family && each.scope === 'global'),
    )
  if (isAbsent && dead.every(({route}) => route.status !== 'found')) return []
  const other = family === 4 ? 6 : 4
  return [
    makeFinding('NET_FAMILY_BROKEN', {
      layer: dead.every(({route}) => route.status === 'refused') ? 'route' : 'tcp',
      severity: 'degraded',
      addresses: dead.map(({address}) => address),
      text: `IPv${family} does not work (${whyOf(dead[0])}), IPv${other} does`,
      evidence: [...dead.map(line), ...good.map(line)],
      next: [`find where IPv${family} ends: traceroute -${family} ADDRESS`],
    }),
  ]
}

function whyOf(walk: AddressWalk | undefined): string {
  const failure = walk && failureOf(walk.tcp)
  if (failure) return failure.code
  return walk?.ping?.status === 'failed' ? walk.ping.failure.code : 'no answer'
}

function line(walk: AddressWalk): string {
  const {address, tcp, ping} = walk
  if (tcp?.status === 'ok') return `${address}: connects in ${formatDuration(tcp.reading.rtt ?? tcp.took)}`
  if (tcp === null && ping?.status === 'reply') return `${address}: answers ping`
  return `${address}: ${whyOf(walk)}`
}

/** How far a connection attempt got, furthest first: the address that got furthest tells most. */
const FURTHEST = [
  'TCP_RESET',
  'TCP_CLOSED',
  'TCP_SILENT',
  'TCP_REFUSED',
  'NET_ADMIN_PROHIBITED',
  'TCP_TIMEOUT',
  'NET_UNREACHABLE',
  'NET_PMTU',
]

export const tcp: Rule = {
  name: 'tcp',
  dependsOn: [...OWN_NETWORK, 'hosts', 'partial', 'host'],
  find: (observed) => {
    const {addresses} = observed
    if (addresses.length === 0 || addresses.some((walk) => failureOf(walk.tcp) === null)) return []
    const ranked = addresses.toSorted((one, other) => rank(one) - rank(other))
    const [best] = ranked
    const failure = best && failureOf(best.tcp)
    return best && failure ? [explainTcp(observed, best, failure)] : []
  },
}

function rank(walk: AddressWalk): number {
  const index = FURTHEST.indexOf(failureOf(walk.tcp)?.code ?? '')
  return index === -1 ? FURTHEST.length : index
}

function explainTcp(observed: Observed, walk: AddressWalk, failure: Failure): Finding {
  const pings = answersPing(walk.ping)
  const evidence = [
    ...observed.addresses.map(line),
    ...(pings === null ? [] : [`${walk.address}: ${pings ? pingText(walk) : 'no ping reply'}`]),
    ...observed.controls.map(controlLine),
  ]
  const details = {layer: 'tcp', addresses: observed.addresses.map(({address}) => address), evidence} as const
  if (failure.code !== 'TCP_TIMEOUT') return fromFailure(failure, details)
  if (pings === true) {
    const text = `${failure.message}, though the host answers ping: a packet filter drops the port`
    const blame = walk.route.status === 'found' && walk.route.local ? 'local' : 'path'
    return makeFinding('PORT_FILTERED', {...details, text, blame})
  }
  const blame = blameSilence(walk, observed.controls)
  const hint = SILENCE_HINT[blame] ?? ''
  return {...fromFailure(failure, {...details, blame}), text: `${failure.message}${hint}`}
}

const SILENCE_HINT: Readonly<Partial<Record<Blame, string>>> = {
  target: '; the control answers, so the own network is fine: it is the target or its firewall',
  local: '; the controls are silent as well: it is not the target alone',
}

/** Controls tell whose trouble a silence is. */
function blameSilence(walk: AddressWalk, controls: readonly ControlSeen[]): Blame {
  if (controls.length === 0) return 'path'
  if (controls.some(({outcome}) => outcome.status === 'ok')) return 'target'
  return walk.gateway?.ping.status === 'reply' ? 'path' : 'local'
}

function pingText({ping}: AddressWalk): string {
  return ping?.status === 'reply' ? `answers ping in ${formatDuration(ping.rtt)}` : ''
}

export function controlLine({target, outcome}: ControlSeen): string {
  const said = outcome.status === 'ok' ? 'ok' : (failureOf(outcome)?.code ?? 'not measured')
  return `control ${target}: ${said}`
}

/** The host itself: on the own link without an answer to ARP, or a target that has nothing but ping. */
export const host: Rule = {
  name: 'host',
  dependsOn: [...OWN_NETWORK, 'hosts', 'partial'],
  find: (observed) => {
    const {addresses, target} = observed
    if (addresses.length === 0 || addresses.some((walk) => works(observed, walk) !== false)) return []
    const absent = addresses.filter(isAbsent)
    const all = addresses.map(({address}) => address)
    if (absent.length === addresses.length) {
      const text = `${all.join(', ')} should be on the own link, but nobody there answers for it`
      const evidence = absent.map(
        ({address, neighbour}) => `${address} in the neighbour table: ${neighbour ?? ''}`,
      )
      return [
        makeFinding('NET_UNREACHABLE', {layer: 'ping', addresses: all, text, evidence, blame: 'target'}),
      ]
    }
    if (target.kind !== 'ping') return []
    const failures = addresses.flatMap(({ping}) => (ping?.status === 'failed' ? [ping.failure] : []))
    const chosen = failures.find(({code}) => code !== 'NET_NO_ROUTE') ?? failures[0]
    const evidence = [...addresses.map(line), ...observed.controls.map(controlLine)]
    const next =
      chosen?.code === 'PING_TIMEOUT'
        ? [`many hosts drop ping: netdrill diagnose https://${target.host}`]
        : []
    return chosen ? [fromFailure(chosen, {layer: 'ping', addresses: all, evidence, next})] : []
  },
}

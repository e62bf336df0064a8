/** The layers above TCP and TLS. */
import type {HttpFacts} from '../../core/facts.ts'
import type {Outcome} from '../../core/outcome.ts'
import {formatDuration} from '../../core/units.ts'
import type {Observed} from '../observed.ts'
import {failureOf} from '../reach.ts'
import {type Finding, type Rule, makeFinding} from '../rule.ts'
import {controlLine} from './path.ts'
import {BELOW_SERVICE, serviceFinding} from './service-finding.ts'

function httpFacts(outcome: Outcome | null): HttpFacts | null {
  if (outcome === null || outcome.status === 'skipped') return null
  return (outcome.status === 'ok' ? outcome.reading : outcome.partial).http ?? null
}

export const portal: Rule = {
  name: 'portal',
  dependsOn: [...BELOW_SERVICE],
  find: ({service: seen}) => {
    const facts = seen ? httpFacts(seen.http) : null
    if (!seen?.portal?.answered || !facts) return []
    const {location: here = ''} = facts.header
    const {location: there} = seen.portal
    if (!isSamePlace(here, there ?? '') && facts.status !== NETWORK_LOGIN) return []
    return [portalFinding(`status ${facts.status}`, here === '' ? (there ?? '') : here)]
  },
}

function isSamePlace(here: string, there: string): boolean {
  return placeOf(here) !== null && placeOf(here) === placeOf(there)
}

/** RFC 6585 section 6: network authentication required. */
const NETWORK_LOGIN = 511

function portalFinding(status: string, page: string): Finding {
  const to = page === '' ? 'a page of its own' : page
  return makeFinding('CAPTIVE_PORTAL', {
    layer: 'http',
    text: `something on the way answers for everybody and sends browsers to ${to}`,
    evidence: [`the target: ${status}, to ${to}`, 'an address that nobody has answers the same way'],
    next: page === '' ? [] : [`open ${page} in a browser`],
  })
}

function placeOf(location: string): string | null {
  return URL.canParse(location) ? new URL(location).host : null
}

export const swap: Rule = {
  name: 'swap',
  dependsOn: [...BELOW_SERVICE],
  find: ({service: seen, target}) => {
    const other = seen?.tlsInstead ?? null
    if (!seen || other?.status !== 'ok') return []
    const right = target.text.replace(/^http:/i, 'https:')
    return [
      makeFinding('PORT_SPEAKS_TLS', {
        layer: 'http',
        addresses: [seen.address],
        text: `plain HTTP fails here (${failureOf(seen.http)?.code ?? ''}), but a TLS handshake succeeds`,
        evidence: [`TLS handshake: ${other.reading.tls?.version ?? 'ok'}`],
        next: [`netdrill diagnose ${right}`],
      }),
    ]
  },
}

export const http: Rule = {
  name: 'http',
  dependsOn: [...BELOW_SERVICE, 'clock', 'tls', 'portal', 'swap'],
  find: ({service: seen}) => {
    const failure = failureOf(seen?.http ?? null)
    if (!failure || !seen) return []
    const facts = httpFacts(seen.http)
    const status = facts?.status ? [`status ${facts.status} ${facts.reason}`.trim()] : []
    return [serviceFinding(failure, 'http', seen, status)]
  },
}

/** The last layer of targets that are no stream. */
export const service: Rule = {
  name: 'service',
  dependsOn: [...BELOW_SERVICE, 'host'],
  find: ({service: seen, target, controls}) => {
    const failure = failureOf(seen?.other ?? null)
    if (!failure || !seen) return []
    const layer = target.kind === 'dns' ? 'dns' : 'service'
    return [serviceFinding(failure, layer, seen, controls.map(controlLine))]
  },
}

const SLOW = 1000
/** Beyond so many round trips it is no longer the path. */
const SLOW_TRIPS = 10

export const slow: Rule = {
  name: 'slow',
  dependsOn: ['http', 'tls', 'tcp', 'portal'],
  find: (observed) => {
    const outcome = observed.service?.http ?? null
    if (outcome?.status !== 'ok') return []
    const wait = outcome.reading.phase.wait ?? 0
    const rtt = connectTime(observed)
    if (wait < SLOW || wait < SLOW_TRIPS * rtt) return []
    return [
      makeFinding('SERVER_SLOW', {
        layer: 'http',
        severity: 'degraded',
        text: `the first octet of the answer took ${formatDuration(wait)}; the path takes ${formatDuration(rtt)}`,
        evidence: [`connect ${formatDuration(rtt)}, wait ${formatDuration(wait)}`],
      }),
    ]
  },
}

/** The quicker of connect and ping: what either took longer was spent in a processor. */
function connectTime({addresses, service: seen}: Observed): number {
  const walk = addresses.find(({address}) => address === seen?.address)
  const connect = walk?.tcp?.status === 'ok' ? [walk.tcp.reading.rtt ?? 0] : []
  const echo = walk?.ping?.status === 'reply' ? [walk.ping.rtt] : []
  const [least = 0] = [...connect, ...echo].toSorted((one, other) => one - other)
  return least
}

/** The layers above TCP. */
import type {Failure} from '../../core/failure.ts'
import type {Outcome} from '../../core/outcome.ts'
import {formatDuration} from '../../core/units.ts'
import type {ClockSeen, Observed, ServiceSeen} from '../observed.ts'
import {failureOf} from '../reach.ts'
import {type Finding, type Rule, fromFailure, makeFinding} from '../rule.ts'
import {controlLine, isStall} from './path.ts'

const BELOW = ['link', 'address', 'route', 'gateway', 'tcp'] as const

export const tls: Rule = {
  name: 'tls',
  dependsOn: [...BELOW, 'clock'],
  find: ({service}) => {
    const outcome = service?.tls ?? null
    const failure = failureOf(outcome)
    if (!failure || !service) return []
    return [serviceFinding(failure, 'tls', service, tlsEvidence(outcome))]
  },
}

function serviceFinding(
  failure: Failure,
  layer: 'tls' | 'http' | 'dns' | 'service',
  {address}: ServiceSeen,
  evidence: readonly string[],
): Finding {
  const also = isStall(failure.code) ? {alsoDependsOn: ['mtu'] as const} : {}
  return fromFailure(failure, {
    layer,
    addresses: [address],
    evidence: [`${failure.code} at ${address}`, ...evidence],
    ...also,
  })
}

function tlsEvidence(outcome: Outcome | null): readonly string[] {
  const facts = outcome?.status === 'failed' ? outcome.partial.tls : undefined
  const [leaf] = facts?.chain ?? []
  if (!facts || !leaf) return []
  return [
    `certificate of ${leaf.subject}, issued by ${leaf.issuer}`,
    `valid ${leaf.valid_from.slice(0, 10)} to ${leaf.valid_to.slice(0, 10)}; names: ${leaf.names.join(', ') || 'none'}`,
    ...(facts.problems.length > 1 ? [`all defects: ${facts.problems.join(', ')}`] : []),
  ]
}

const DATES: ReadonlySet<string> = new Set(['TLS_CERT_EXPIRED', 'TLS_CERT_NOT_YET_VALID'])
/** Kerberos' limit; less than this breaks no certificate. */
const MOST_SKEW = 5 * 60_000

export const clock: Rule = {
  name: 'clock',
  dependsOn: [...BELOW],
  find: ({service, controls}) => {
    const failure = failureOf(service?.tls ?? null)
    const clocks = service?.clocks ?? null
    if (!service || !failure || !clocks || !DATES.has(failure.code)) return []
    const facts = service.tls?.status === 'failed' ? service.tls.partial.tls : undefined
    const [leaf] = facts?.chain ?? []
    const isOnlyDates = (facts?.problems ?? []).every((code) => DATES.has(code))
    const isValidThere =
      leaf !== undefined &&
      Date.parse(leaf.valid_from) <= clocks.server &&
      clocks.server <= Date.parse(leaf.valid_to)
    // Somebody else who shares our time: then it is the server's clock that is wrong, and its certificate too.
    const isContradicted = controls.some(({clocks: seen}) => seen !== null && skewOf(seen) < MOST_SKEW)
    if (skewOf(clocks) < MOST_SKEW || !isOnlyDates || !isValidThere || isContradicted) return []
    const confirmed = controls.filter(({clocks: seen}) => seen !== null && skewOf(seen) >= MOST_SKEW)
    const direction = clocks.own > clocks.server ? 'ahead of' : 'behind'
    return [
      makeFinding('CLOCK_SKEW', {
        layer: 'tls',
        addresses: [service.address],
        text: `this machine's clock is ${formatDuration(skewOf(clocks))} ${direction} the server's, by which the certificate is valid`,
        evidence: [
          `own clock ${iso(clocks.own)}, Date header ${iso(clocks.server)}`,
          `certificate valid ${leaf.valid_from.slice(0, 10)} to ${leaf.valid_to.slice(0, 10)}`,
          ...confirmed.map(({target}) => `control ${target}: its Date header says the same`),
        ],
      }),
    ]
  },
}

function skewOf({server, own}: ClockSeen): number {
  return Math.abs(own - server)
}

function iso(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`
}

export const portal: Rule = {
  name: 'portal',
  dependsOn: [...BELOW],
  find: ({service}) => {
    if (!service?.portal?.answered) return []
    const facts = httpFacts(service.http)
    const here = facts?.header['location'] ?? null
    const isSame = here !== null && hostOf(here) === hostOf(service.portal.location ?? '')
    if (!isSame && facts?.status !== 511) return []
    const page = here ?? service.portal.location ?? 'its page'
    return [
      makeFinding('CAPTIVE_PORTAL', {
        layer: 'http',
        text: `something on the way answers for everybody and sends browsers to ${page}`,
        evidence: [
          `the target: ${facts?.status ?? 'no'} status, to ${here ?? 'nowhere'}`,
          `an address that nobody has: sent to ${service.portal.location ?? 'a page'} as well`,
        ],
        next: [`open ${page} in a browser`],
      }),
    ]
  },
}

function hostOf(location: string): string | null {
  return URL.canParse(location) ? new URL(location).host : null
}

export const swap: Rule = {
  name: 'swap',
  dependsOn: [...BELOW],
  find: ({service, target}) => {
    const other = service?.tlsInstead ?? null
    if (!service || other?.status !== 'ok') return []
    const right = target.text.replace(/^http:/i, 'https:')
    return [
      makeFinding('PORT_SPEAKS_TLS', {
        layer: 'http',
        addresses: [service.address],
        text: `plain HTTP gets no answer here (${failureOf(service.http)?.code ?? ''}), but a TLS handshake succeeds`,
        evidence: [`TLS handshake: ${other.reading.tls?.version ?? 'ok'}`],
        next: [`netdrill diagnose ${right}`],
      }),
    ]
  },
}

export const http: Rule = {
  name: 'http',
  dependsOn: [...BELOW, 'clock', 'tls', 'portal', 'swap'],
  find: ({service}) => {
    const failure = failureOf(service?.http ?? null)
    if (!failure || !service) return []
    const facts = httpFacts(service.http)
    const status =
      facts?.status === null || facts === undefined ? [] : [`status ${facts.status} ${facts.reason}`.trim()]
    return [serviceFinding(failure, 'http', service, status)]
  },
}

function httpFacts(
  outcome: Outcome | null,
): NonNullable<Extract<Outcome, {status: 'ok'}>['reading']['http']> | undefined {
  if (outcome === null || outcome.status === 'skipped') return undefined
  return (outcome.status === 'ok' ? outcome.reading : outcome.partial).http
}

/** The last layer of targets that are no stream. */
export const service: Rule = {
  name: 'service',
  dependsOn: [...BELOW, 'host'],
  find: ({service: seen, target, controls}) => {
    const failure = failureOf(seen?.other ?? null)
    if (!failure || !seen) return []
    return [
      serviceFinding(failure, target.kind === 'dns' ? 'dns' : 'service', seen, controls.map(controlLine)),
    ]
  },
}

const SLOW = 1000

export const slow: Rule = {
  name: 'slow',
  dependsOn: ['http', 'tls', 'tcp', 'portal'],
  find: ({service: seen, addresses}: Observed) => {
    const outcome = seen?.http ?? null
    if (!seen || outcome?.status !== 'ok') return []
    const wait = outcome.reading.phase.wait ?? 0
    const walk = addresses.find(({address}) => address === seen.address)
    const rtt = walk?.tcp?.status === 'ok' ? (walk.tcp.reading.rtt ?? 0) : 0
    if (wait < SLOW || wait < 10 * rtt) return []
    return [
      makeFinding('SERVER_SLOW', {
        layer: 'http',
        severity: 'degraded',
        addresses: [seen.address],
        text: `the first octet of the answer took ${formatDuration(wait)}; the path takes ${formatDuration(rtt)}`,
        evidence: [`connect ${formatDuration(rtt)}, wait ${formatDuration(wait)}`],
      }),
    ]
  },
}

/** TLS and the clock, which decide about certificates together. */
import type {TlsFacts} from '../../core/facts.ts'
import type {Outcome} from '../../core/outcome.ts'
import {formatDuration} from '../../core/units.ts'
import type {ClockSeen, ControlSeen, ServiceSeen} from '../observed.ts'
import {failureOf} from '../reach.ts'
import {type Finding, type Rule, makeFinding} from '../rule.ts'
import {BELOW_SERVICE, serviceFinding} from './service-finding.ts'

export const tls: Rule = {
  name: 'tls',
  dependsOn: [...BELOW_SERVICE, 'clock'],
  find: ({service}) => {
    const outcome = service?.tls ?? null
    const failure = failureOf(outcome)
    if (!failure || !service) return []
    return [serviceFinding(failure, 'tls', service, evidenceOf(failedFacts(outcome)))]
  },
}

function failedFacts(outcome: Outcome | null): TlsFacts | undefined {
  return outcome?.status === 'failed' ? outcome.partial.tls : undefined
}

function evidenceOf(facts: TlsFacts | undefined): readonly string[] {
  const [leaf] = facts?.chain ?? []
  if (!facts || !leaf) return []
  return [
    `certificate of ${leaf.subject}, issued by ${leaf.issuer}`,
    `valid ${validity(leaf)}; names: ${leaf.names.slice(0, 4).join(', ') || 'none'}`,
    ...(facts.problems.length > 1 ? [`all defects: ${facts.problems.join(', ')}`] : []),
  ]
}

type Leaf = TlsFacts['chain'][number]

function validity({valid_from: from, valid_to: to}: Leaf): string {
  return `${from.slice(0, 10)} to ${to.slice(0, 10)}`
}

const DATES: ReadonlySet<string> = new Set(['TLS_CERT_EXPIRED', 'TLS_CERT_NOT_YET_VALID'])
/** Kerberos' limit (RFC 4120 section 7.5.1); less than this breaks no certificate. */
const MOST_SKEW = 5 * 60_000

export const clock: Rule = {
  name: 'clock',
  dependsOn: [...BELOW_SERVICE],
  find: ({service, controls}) => {
    const leaf = service ? outdatedLeaf(service) : null
    const clocks = service?.clocks ?? null
    if (!service || !leaf || !clocks || !isSkewed(clocks)) return []
    // Somebody else who shares our time: then the server's clock is wrong, and its certificate is out of date.
    if (!isValidAt(leaf, clocks.server) || controls.some((control) => agrees(control))) return []
    return [skewFinding(service.address, clocks, leaf, controls)]
  },
}

/** The certificate, when its dates are all that is wrong with it. */
function outdatedLeaf({tls: outcome}: ServiceSeen): Leaf | null {
  const facts = failedFacts(outcome)
  if (!facts || !DATES.has(failureOf(outcome)?.code ?? '')) return null
  return facts.problems.every((code) => DATES.has(code)) ? (facts.chain[0] ?? null) : null
}

function isValidAt({valid_from: from, valid_to: to}: Leaf, time: number): boolean {
  return Date.parse(from) <= time && time <= Date.parse(to)
}

function isSkewed(clocks: ClockSeen): boolean {
  return skewOf(clocks) >= MOST_SKEW
}

function agrees({clocks}: ControlSeen): boolean {
  return clocks !== null && !isSkewed(clocks)
}

function skewFinding(
  address: string,
  clocks: ClockSeen,
  leaf: Leaf,
  controls: readonly ControlSeen[],
): Finding {
  const confirmed = controls.filter(({clocks: seen}) => seen !== null && isSkewed(seen))
  const direction = clocks.own > clocks.server ? 'ahead of' : 'behind'
  const skew = formatDuration(Math.round(skewOf(clocks) / 60_000) * 60_000)
  return makeFinding('CLOCK_SKEW', {
    layer: 'tls',
    addresses: [address],
    text: `this machine's clock is ${skew} ${direction} the server's, by which the certificate is valid`,
    evidence: [
      `own clock ${iso(clocks.own)}, Date header ${iso(clocks.server)}`,
      `certificate valid ${validity(leaf)}`,
      ...confirmed.map(({target}) => `control ${target}: its Date header says the same`),
    ],
  })
}

function skewOf({server, own}: ClockSeen): number {
  return Math.abs(own - server)
}

function iso(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`
}

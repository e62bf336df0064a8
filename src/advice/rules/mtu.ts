/** Packets that are too large for the path and vanish. */
import type {DiagnosisCode} from '../../core/diagnosis.ts'
import type {Observed} from '../observed.ts'
import {failureOf} from '../reach.ts'
import {type Rule, type Severity, makeFinding} from '../rule.ts'

const STALLS: ReadonlySet<DiagnosisCode> = new Set<DiagnosisCode>([
  'TLS_HANDSHAKE_TIMEOUT',
  'HTTP_TIMEOUT',
  'HTTP_SEND_TIMEOUT',
  'HTTP_BODY_TIMEOUT',
  'HTTP_INCOMPLETE',
  'TCP_SILENT',
])

/** The connection was open, and then nothing more came. */
export function isStall(code: DiagnosisCode): boolean {
  return STALLS.has(code)
}

export const mtu: Rule = {
  name: 'mtu',
  dependsOn: ['link', 'address', 'route', 'gateway'],
  find: (observed) => {
    const seen = observed.addresses.flatMap(({address, mtu: each}) =>
      each?.status === 'silent' ? [{address, mtu: each}] : [],
    )
    const [first] = seen
    if (!first) return []
    const {passes, lost, link} = first.mtu
    return [
      makeFinding('MTU_BLACKHOLE', {
        layer: 'mtu',
        severity: severityOf(observed),
        addresses: seen.map(({address}) => address),
        text: `packets of ${passes} octets reach ${first.address}, those of ${lost} vanish without an ICMP message`,
        evidence: [
          `ping with ${passes} octets: reply; with ${lost} octets, not to be fragmented: silence`,
          `the own link takes ${link} octets`,
          ...stalls(observed),
        ],
        next: [`until it is mended: ip link set DEVICE mtu ${passes}`],
      }),
    ]
  },
}

function stalls({service}: Observed): readonly DiagnosisCode[] {
  const codes = [service?.tls ?? null, service?.http ?? null].flatMap((each) => failureOf(each)?.code ?? [])
  return codes.filter(isStall)
}

/**
 * Without a stalled service it is no more than a warning where a service was tried: a host may have its reasons to
 * drop large pings.
 */
function severityOf(observed: Observed): Severity {
  if (stalls(observed).length > 0) return 'fatal'
  const {kind} = observed.target
  return kind === 'tcp' || kind === 'ping' ? 'degraded' : 'warning'
}

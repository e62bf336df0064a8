/** The lines of the ladder above TCP. */
import type {DiagnosisLayer, DiagnosisStep} from '../core/diagnosis.ts'
import type {Outcome, Reading} from '../core/outcome.ts'
import {formatDuration} from '../core/units.ts'
import type {Observed} from './observed.ts'

export function serviceSteps({target, service}: Observed): readonly DiagnosisStep[] {
  const {tls = null, http = null, other = null} = service ?? {}
  switch (target.kind) {
    case 'tcp':
    case 'ping':
      return []
    case 'tls':
      return [outcomeStep('tls', tls, tlsText)]
    case 'http':
      return httpSteps(target.scheme === 'https', tls, http)
    case 'dns':
      return [outcomeStep('dns', other, dnsText)]
    default:
      return [outcomeStep('service', other, () => 'answers')]
  }
}

function httpSteps(isSecure: boolean, tls: Outcome | null, http: Outcome | null): readonly DiagnosisStep[] {
  const upper = outcomeStep('http', http, httpText)
  if (!isSecure) return [upper]
  const lower = outcomeStep('tls', tls, tlsText)
  // Without a handshake no request was sent: the same failure would stand there twice.
  const isLost = lower.status === 'failed' && upper.status === 'failed'
  return [lower, isLost ? {layer: 'http', status: 'skipped', text: 'not reached', ms: null} : upper]
}

function outcomeStep(
  layer: DiagnosisLayer,
  outcome: Outcome | null,
  describe: (reading: Reading) => string,
): DiagnosisStep {
  if (outcome === null) return {layer, status: 'skipped', text: 'not reached', ms: null}
  if (outcome.status === 'skipped') return {layer, status: 'unseen', text: outcome.because.text, ms: null}
  if (outcome.status === 'failed') {
    const {code, message} = outcome.failure
    return {layer, status: 'failed', text: `${code}: ${message}`, ms: null}
  }
  return {layer, status: 'ok', text: describe(outcome.reading), ms: outcome.reading.rtt ?? outcome.took}
}

function tlsText({tls, phase}: Reading): string {
  const days = tls?.days_left
  const left = days === null || days === undefined ? '' : `, ${days} days left`
  return `${tls?.version ?? ''} ${tls?.group ?? ''}${left}, in ${formatDuration(phase.tls ?? 0)}`
}

function httpText({http, phase}: Reading): string {
  const goal = http?.header['location']
  const to = goal === undefined ? '' : ` to ${goal}`
  return (
    `${http?.status ?? ''} ${http?.reason ?? ''}`.trim() +
    `${to}, first octet after ${formatDuration(phase.wait ?? 0)}`
  )
}

function dnsText({dns, rtt}: Reading): string {
  const answers = dns?.answers.slice(0, 3).join(', ') ?? ''
  return `${dns?.rcode ?? ''} ${answers}`.trim() + ` in ${formatDuration(rtt ?? 0)}`
}

/** What a person writes behind `diagnose`: a URL, `host:port`, or a host. */
import {addressFamily} from '../core/address.ts'
import {UserError} from '../core/errors.ts'
import {type TargetUrl, joinHostPort, parseTargetUrl} from '../core/target.ts'

/** Ports that say what is spoken there; every other one is taken as plain TCP. */
const SCHEMES: Readonly<Record<number, string>> = {
  80: 'http',
  443: 'https',
  853: 'tls',
  8080: 'http',
  8443: 'https',
}

/** Throws `USAGE_INVALID`. A host without a port is pinged. */
export function readDiagnoseTarget(text: string): TargetUrl {
  const parsed = parseTargetUrl(text.includes('://') ? text : urlOf(text.trim()))
  if (parsed.ok) return parsed.value
  const advice = ['such as https://example.org/health, example.org:443 or example.org']
  throw new UserError({code: 'USAGE_INVALID', message: parsed.because, advice})
}

function urlOf(text: string): string {
  if (addressFamily(text) === 6) return `ping://[${text}]`
  const match = /^(\[[^\]]*\]|[^:/]*)(?::(\d+))?$/.exec(text)
  const host = match?.[1] ?? text
  if (match?.[2] === undefined) return `ping://${host}`
  const port = Number(match[2])
  return `${SCHEMES[port] ?? 'tcp'}://${joinHostPort(host.replace(/^\[|\]$/g, ''), port)}`
}

/** The port that is dialled; null for kinds without one. */
export function portOf({kind, scheme, port}: TargetUrl): number | null {
  if (kind === 'http') return port ?? (scheme === 'https' ? 443 : 80)
  return kind === 'websocket' ? (port ?? (scheme === 'wss' ? 443 : 80)) : port
}

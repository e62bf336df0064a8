/** The target of a probe command: a host, `host:port`, or a whole URL of the command's kind. */
import {UserError} from '../core/errors.ts'
import {type ProbeKind, type TargetUrl, joinHostPort, parseTargetUrl} from '../core/target.ts'

/** Throws `USAGE_INVALID`. `server` is for DNS: the resolver to ask, in place of one in the URL. */
export function readTarget(kind: ProbeKind, text: string, server?: string): TargetUrl {
  const url = text.includes('://') ? text : urlOf(kind, text.trim(), server)
  const parsed = parseTargetUrl(url)
  if (!parsed.ok) throw usage(parsed.because, [`such as netdrill probe ${kind} ${EXAMPLES[kind]}`])
  const {value} = parsed
  if (value.kind !== kind) {
    throw usage(`"${text}" is ${value.kind === 'http' ? 'an' : 'a'} ${value.kind} target`, [
      `netdrill probe ${value.kind} ${text}`,
    ])
  }
  if (server !== undefined && text.includes('://') && value.host !== '') {
    throw usage(`--server ${server} contradicts the server in "${text}"`)
  }
  if (server === undefined || !text.includes('://')) return value
  return readTarget(kind, text.replace('://', `://${bracketed(server)}`))
}

const EXAMPLES: Readonly<Record<ProbeKind, string>> = {
  ping: 'example.org',
  dns: 'example.org',
  tcp: 'example.org:443',
  tls: 'example.org:443',
  http: 'https://example.org/health',
  udp: 'ntp.example.org:123',
  stun: 'stun.example.org:3478',
  turn: 'turn.example.org:3478',
  mptcp: 'example.org:443',
  websocket: 'wss://example.org/socket',
}

function urlOf(kind: ProbeKind, text: string, server: string | undefined): string {
  if (kind === 'dns') return `dns://${server === undefined ? '' : bracketed(server)}/${text}`
  return `${kind === 'websocket' ? 'ws' : kind}://${bracketed(text)}`
}

/** Puts an IPv6 address without brackets into them; everything else is left to the URL's own rules. */
function bracketed(text: string): string {
  const isBareIpv6 = !text.startsWith('[') && text.split(':').length > 2
  return isBareIpv6 ? `[${text}]` : text
}

function usage(message: string, advice: readonly string[] = []): UserError {
  return new UserError({code: 'USAGE_INVALID', message, advice})
}

/** How the target is named in results: the URL without what goes without saying. */
export function targetName({kind, host, port, path, query, text}: TargetUrl): string {
  // The query may be long, and is nobody's business in a list.
  if (kind === 'http' || kind === 'websocket') return text.replace(/\?.*$/, '')
  if (kind === 'dns') {
    const type = query['type'] === undefined ? '' : ` ${query['type']}`
    return `dns ${path}${type}${host === '' ? '' : ` @${port === null ? host : joinHostPort(host, port)}`}`
  }
  return `${kind} ${port === null ? host : joinHostPort(host, port)}`
}

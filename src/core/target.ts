/** What can be probed: a URL with a scheme, taken apart. */
import {hostProblem} from './host-name.ts'
import {suggest} from './text.ts'
import type {Parsed} from './units.ts'

export const PROBE_KINDS = [
  ...(['ping', 'dns', 'tcp', 'tls', 'http', 'udp', 'stun', 'turn'] as const),
  ...(['mptcp', 'websocket'] as const),
] as const
export type ProbeKind = (typeof PROBE_KINDS)[number]

export interface TargetUrl {
  readonly kind: ProbeKind
  /** As written, in lower case: `icmp` is a `ping`, `https` an `http`, `wss` a `websocket`, `turns` a `turn` target. */
  readonly scheme: string
  /** A name or a literal address without brackets; empty for `dns:` with the system's resolver. */
  readonly host: string
  readonly port: number | null
  /** Without the leading slash; for `dns` the name asked for. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly text: string
}

const ALIASES: Readonly<Record<string, ProbeKind>> = {
  icmp: 'ping',
  https: 'http',
  ws: 'websocket',
  wss: 'websocket',
  turns: 'turn',
}

/**
 * Takes `tcp://host:443`, `tls://[::1]:8443`, `dns://resolver/name?type=A`, `dns:///name`, `ping://host` and
 * `https://host/path` apart.
 */
export function parseTargetUrl(text: string): Parsed<TargetUrl> {
  // Not repeated: it may hold a password.
  if (/^[^/?#]*:\/\/[^/?#]*@/.test(text))
    return {ok: false, because: 'a target has no user or password in it'}
  return takeApart(text.trim())
}

function takeApart(text: string): Parsed<TargetUrl> {
  const match =
    /^([a-z][a-z0-9+.-]*):\/\/(\[[^\]]*\]|[^/:?#]*)(?::(\d*))?(?:\/([^?#]*))?(?:\?([^#]*))?$/i.exec(text)
  if (!match) return {ok: false, because: noTarget(text)}
  const scheme = (match[1] ?? '').toLowerCase()
  const kind = ALIASES[scheme] ?? PROBE_KINDS.find((known) => known === scheme)
  if (!kind) return {ok: false, because: noKind(scheme)}
  const host = (match[2] ?? '').replace(/^\[|\]$/g, '')
  const wrong = host === '' ? noHost(kind, text) : hostProblem(host)
  if (wrong !== null) return {ok: false, because: wrong}
  const port = parsePort(match[3])
  if (port === 'bad') return {ok: false, because: `"${match[3] ?? ''}" is not a port between 1 and 65535`}
  const query = Object.fromEntries(new URLSearchParams(match[5] ?? ''))
  return {ok: true, value: {kind, scheme, host, port, path: decode(match[4] ?? ''), query, text}}
}

/** A DNS target without a host asks the system's resolver. */
function noHost(kind: ProbeKind, text: string): string | null {
  return kind === 'dns' ? null : `"${text}" names no host`
}

function noKind(scheme: string): string {
  const near = suggest(scheme, [...PROBE_KINDS, ...Object.keys(ALIASES)])
  // Kinds are short, so that words of another meaning are near as well.
  const help = near?.[0] === scheme[0] ? `, did you mean ${near ?? ''}?` : ''
  return `"${scheme}" is not a probe kind${help}; known: ${PROBE_KINDS.join(', ')}`
}

function noTarget(text: string): string {
  const bare = /^([a-z]+):\/\/([0-9a-f]*:[0-9a-f:]*:[0-9a-f]*)(:\d+)?$/i.exec(text)
  if (bare)
    return `"${text}" is not a target: an IPv6 address needs brackets, as in ${bare[1] ?? ''}://[::1]:443`
  const plain = /^[\w.-]+(?::\d+)?$/.test(text) && text !== ''
  const help = plain
    ? `: write tcp://${text.includes(':') ? text : `${text}:443`}, or the scheme you mean`
    : ' such as tcp://host:443'
  return `"${text}" is not a target${help}`
}

function parsePort(text: string | undefined): number | null | 'bad' {
  if (text === undefined) return null
  const port = Number(text)
  return text !== '' && Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : 'bad'
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `host:port`, with brackets round an IPv6 literal. */
export function joinHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

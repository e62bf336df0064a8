/** A WebSocket target, checked and ready to be dialled. */
import {UserError} from '../../core/errors.ts'
import type {Family} from '../../core/outcome.ts'
import type {Ports} from '../../core/ports.ts'
import {hostOf} from '../http/request.ts'
import {type Secrets, readSecrets} from '../http/secrets.ts'
import type {ProbeRequest} from '../probe.ts'
import {agreedFamily} from '../shared/resolve-target.ts'
import {openMaterials} from '../tls/materials.ts'
import type {TlsTarget} from '../tls/measure.ts'
import {referenceName, serverName} from '../tls/name-matching.ts'
import type {WebSocketOptions} from './options.ts'

export interface WebSocketTarget {
  readonly url: URL
  readonly host: string
  readonly port: number
  readonly family: Family | 0
  readonly source: string | undefined
  readonly interface: string | undefined
  readonly options: WebSocketOptions
  readonly secrets: Secrets
  /** Null for `ws://`. */
  readonly tls: TlsTarget | null
}

/** Throws a `UserError` for what no network could mend. */
export async function openTarget(
  request: ProbeRequest<WebSocketOptions>,
  ports: Pick<Ports, 'files' | 'tls' | 'host'>,
): Promise<WebSocketTarget> {
  const {options, source, interface: device} = request
  const url = readUrl(request.url.text)
  checkOptions(options)
  const host = hostOf(url)
  const secure = url.protocol === 'wss:'
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
  const family = agreedFamily(host, request.family, source)
  const place = {host, port, family, source, interface: device}
  const secrets = await readSecrets(options, ports)
  return {...place, url, options, secrets, tls: secure ? await tlsTargetOf(place, options, ports) : null}
}

function readUrl(text: string): URL {
  const plain = text.trim().replace(/^websocket:/i, 'ws:')
  if (URL.canParse(plain)) return new URL(plain)
  throw usage(`"${text}" is not a URL such as wss://example.org/socket`)
}

function checkOptions({headers, expect_message: expected, keep, hold}: WebSocketOptions): void {
  const own = headers.find(([name]) => /^(sec-websocket-|origin$)/i.test(name))
  if (own) throw usage(`${own[0]} is set by netdrill itself: see protocols and origin`)
  if (keep && expected !== undefined) throw usage('keep and expect_message contradict each other')
  if (keep && hold > 0)
    throw usage('keep and hold contradict each other: a kept connection is watched anyway')
}

async function tlsTargetOf(
  place: Pick<TlsTarget, 'host' | 'port' | 'family' | 'source' | 'interface'>,
  options: WebSocketOptions,
  ports: Pick<Ports, 'files' | 'tls'>,
): Promise<TlsTarget> {
  const {strategy, sni, min, max, ca, cert, key, verify} = options
  // HTTP/2 would want another handshake (RFC 8441), which few servers have.
  const more = {alpn: ['http/1.1'], resume: false, enumerate: false}
  const own = {strategy, sni, min, max, ca, cert, key, verify, ...more}
  const reference = referenceName(sni === undefined || sni === '' ? place.host : sni)
  const materials = await openMaterials(own, ports)
  return {...place, options: own, reference, sni: sni === '' ? null : serverName(reference), materials}
}

function usage(message: string): UserError {
  return new UserError({code: 'USAGE_INVALID', message})
}

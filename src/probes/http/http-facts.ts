/** From the hops of a sample to its facts. Everything from the network is cleaned of control characters and secrets. */
import type {HttpFacts, HttpRedirect} from '../../core/facts.ts'
import type {Phases} from '../../core/outcome.ts'
import type {HttpExchangeResult, HttpHead, HttpHeaders} from '../../core/ports.ts'
import {stripControl} from '../../core/text.ts'
import {joinHostPort} from '../../core/target.ts'
import type {Hop} from './hop.ts'
import {headerOf, urlText} from './request.ts'
import {parseRetryAfter} from './status.ts'
import type {HttpTarget} from './target.ts'

export interface Journey {
  /** Redirects that were followed. */
  readonly followed: readonly (Hop & {readonly location: string})[]
  readonly last: Hop
}

/** `now` is wall time in milliseconds since the epoch. */
export function buildFacts({followed, last}: Journey, target: HttpTarget, now: number): HttpFacts {
  const clean = (text: string): string => target.secrets.redact(stripControl(text))
  const {exchange, request} = last
  const headers = exchange?.head?.headers ?? []
  return {
    method: request.method,
    url: clean(urlText(request.url)),
    ...statusFacts(exchange?.head ?? null, clean),
    alpn: last.tls?.alpn ?? null,
    header: headerMap(headers, clean),
    ...bodyFacts(exchange, request.method, clean),
    retry_after: parseRetryAfter(headerOf(headers, 'retry-after'), now),
    redirects: followed.map((hop) => redirectOf(hop, clean)),
    phase: withTotal(last.phase),
    proxy: target.proxy ? joinHostPort(target.proxy.host, target.proxy.port) : null,
  }
}

function statusFacts(
  head: HttpHead | null,
  clean: (text: string) => string,
): Pick<HttpFacts, 'status' | 'reason' | 'version'> {
  if (!head) return {status: null, reason: '', version: null}
  return {status: head.status, reason: clean(head.reason), version: head.version}
}

function headerMap(headers: HttpHeaders, clean: (text: string) => string): Readonly<Record<string, string>> {
  const map = new Map<string, string>()
  for (const [given, value] of headers) {
    const name = clean(given.toLowerCase())
    const before = map.get(name)
    // A comma may be part of a cookie (RFC 6265 section 3).
    const joint = name === 'set-cookie' ? '\n' : ', '
    map.set(name, before === undefined ? clean(value) : `${before}${joint}${clean(value)}`)
  }
  return Object.fromEntries(map)
}

type BodyFacts = Pick<HttpFacts, 'body' | 'body_cut' | 'size' | 'truncated'>

function bodyFacts(
  exchange: HttpExchangeResult | null,
  method: string,
  clean: (text: string) => string,
): BodyFacts {
  if (!exchange?.head) return {body: null, body_cut: false, size: null, truncated: false}
  const {head, body} = exchange
  const whole = exchange.status === 'complete' && !body.cut
  const promised = contentLength(head.headers)
  return {
    body: clean(decode(body.bytes, headerOf(head.headers, 'content-type'))),
    body_cut: body.bytes.length < body.received || !whole,
    size: whole && method !== 'HEAD' ? body.received : promised,
    truncated: body.cut,
  }
}

export function contentLength(headers: HttpHeaders): number | null {
  const text = headerOf(headers, 'content-length')?.trim()
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null
}

/** A character that was cut at the end of the excerpt is left out. */
function decode(bytes: Uint8Array, type: string | undefined): string {
  const charset = /;\s*charset="?([\w-]+)/i.exec(type ?? '')?.[1] ?? 'utf-8'
  return decoderFor(charset).decode(bytes, {stream: true})
}

function decoderFor(charset: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset)
  } catch {
    return new TextDecoder()
  }
}

function redirectOf(hop: Hop & {readonly location: string}, clean: (text: string) => string): HttpRedirect {
  const head = hop.exchange?.head
  return {
    url: clean(urlText(hop.request.url)),
    status: head?.status ?? 0,
    location: clean(hop.location),
    version: head?.version ?? '',
    address: hop.where.address ?? '',
    port: hop.where.port ?? 0,
    phase: withTotal(hop.phase),
  }
}

/** `total` is the sum of the steps. */
function withTotal(phase: Phases): Phases {
  const {total: _, ...steps} = phase
  return {...steps, total: Object.values(steps).reduce((sum, each) => sum + each, 0)}
}

const STEPS = ['resolve', 'connect', 'tls', 'request', 'wait', 'download'] as const

/** Each step over all hops; the total again is their sum. */
export function sumPhases(all: readonly Phases[]): Phases {
  const sums = STEPS.flatMap((step) => {
    const values = all.flatMap((phase) => phase[step] ?? [])
    return values.length === 0 ? [] : [[step, values.reduce((sum, each) => sum + each, 0)] as const]
  })
  return withTotal(Object.fromEntries(sums))
}

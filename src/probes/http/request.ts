/** One request of a sample, and the one that a redirect asks for. Pure. */
import type {HttpHead, HttpHeaders} from '../../core/ports.ts'

export interface HttpRequest {
  readonly url: URL
  readonly method: string
  /** Without the ones that are derived: host, length, authorization. */
  readonly headers: HttpHeaders
  readonly body: Uint8Array | null
  /** The credentials go along: the origin is still the one they are for. */
  readonly trusted: boolean
}

/** Without brackets, as names and addresses are written elsewhere. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1')
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port)
  return url.protocol === 'https:' ? 443 : 80
}

/** For texts and facts: what a fragment says is no part of the request. */
export function urlText(url: URL): string {
  return `${url.origin}${url.pathname}${url.search}`
}

export function headerOf(headers: HttpHeaders, name: string): string | undefined {
  return headers.find(([each]) => each.toLowerCase() === name)?.[1]
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

export type NextStep =
  | {readonly type: 'answer'}
  | {readonly type: 'follow'; readonly location: string; readonly request: HttpRequest}
  | {readonly type: 'invalid'; readonly location: string}

/**
 * What a response to `request` asks for (RFC 9110 section 15.4). A redirect without Location is an answer. The
 * method becomes GET after 303, and after 301 and 302 for a POST, as all user agents do; credentials stay with their origin.
 */
export function nextStep(request: HttpRequest, head: HttpHead): NextStep {
  const location = headerOf(head.headers, 'location')
  if (!REDIRECTS.has(head.status) || location === undefined) return {type: 'answer'}
  const url = locate(location, request.url)
  if (!url) return {type: 'invalid', location}
  const turns = becomesGet(head.status, request.method)
  const same = url.origin === request.url.origin
  const kept = request.headers.filter(([name]) => {
    const lower = name.toLowerCase()
    return !(turns && lower.startsWith('content-')) && !(lower === 'host' && !same)
  })
  return {
    type: 'follow',
    location,
    request: {
      url,
      method: turns ? 'GET' : request.method,
      headers: kept,
      body: turns ? null : request.body,
      trusted: request.trusted && same,
    },
  }
}

/** Null for what is no URL of HTTP, and for one with credentials, which are nobody's to hand out. */
function locate(location: string, base: URL): URL | null {
  const url = URL.canParse(location, base.href) ? new URL(location, base) : null
  const usable = url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
  return usable ? url : null
}

function becomesGet(status: number, method: string): boolean {
  return status === 303 ? method !== 'HEAD' : status < 303 && method === 'POST'
}

/** What a status means: as expected, or which failure. Pure. */
import {type FailureCode, makeFailure} from '../../core/codes/index.ts'
import type {Failure} from '../../core/failure.ts'

const CODES: Readonly<Record<number, FailureCode>> = {
  401: 'HTTP_UNAUTHORIZED',
  403: 'HTTP_FORBIDDEN',
  407: 'HTTP_PROXY_AUTH',
  408: 'HTTP_REQUEST_TIMEOUT',
  421: 'HTTP_MISDIRECTED',
  425: 'HTTP_REQUEST_TIMEOUT',
  426: 'HTTP_VERSION_REFUSED',
  429: 'HTTP_RATE_LIMITED',
  502: 'HTTP_BAD_GATEWAY',
  503: 'HTTP_UNAVAILABLE',
  504: 'HTTP_GATEWAY_TIMEOUT',
  505: 'HTTP_VERSION_REFUSED',
  507: 'HTTP_UNAVAILABLE',
  509: 'HTTP_UNAVAILABLE',
}

function statusCode(status: number): FailureCode {
  const known = CODES[status]
  if (known) return known
  if (status >= 500) return 'HTTP_SERVER_ERROR'
  return status >= 400 ? 'HTTP_CLIENT_ERROR' : 'HTTP_STATUS'
}

/** `expected` holds `200`, `2xx`, `200-204` or `any`. */
export function isExpected(status: number, expected: readonly string[]): boolean {
  return expected.some((word) => {
    if (word === 'any') return true
    if (word.endsWith('xx')) return Math.floor(status / 100) === Number(word[0])
    const [first, last = first] = word.split('-').map(Number)
    return first !== undefined && last !== undefined && status >= first && status <= last
  })
}

export interface Answered {
  readonly url: string
  readonly status: number
  readonly reason: string
  readonly expected: readonly string[]
  /** Seconds. */
  readonly retryAfter: number | null
}

/** Null when the status is an expected one. */
export function judgeStatus({url, status, reason, expected, retryAfter}: Answered): Failure | null {
  if (isExpected(status, expected)) return null
  const words = `${url} answered ${status}${reason === '' ? '' : ` ${reason}`}`
  const wanted = expected.join(',') === '2xx,3xx' ? '' : `, expected ${expected.join(' or ')}`
  const wait = retryAfter === null ? [] : [`the server asks to wait ${retryAfter} s before the next request`]
  return makeFailure(statusCode(status), `${words}${wanted}`, {advice: wait})
}

/** Seconds from a Retry-After, which is a number of them or a date (RFC 9110 section 10.2.3); null for anything else. */
export function parseRetryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null
  if (/^\d{1,9}$/.test(value.trim())) return Number(value)
  const date = /^[A-Z][a-z]+,? /.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(0, Math.round((date - now) / 1000))
}

/** The value that a condition names, from a result. */
import type {HttpFacts, TcpFacts, TlsEnumeration, TlsFacts} from '../core/facts.ts'
import {jsonValue} from './http/json-path.ts'
import type {Measured} from './summary.ts'

const ENUMERATION = 'tls.enumeration.'

/** The value of a condition's field; undefined when it was not measured, null when there is none. */
export function resultField(
  result: Measured,
  field: string,
): string | number | boolean | null | readonly string[] | undefined {
  if (field.startsWith('http.')) return httpField(result.http, field.slice('http.'.length))
  if (field.startsWith(ENUMERATION)) return enumerationField(result.tls, field.slice(ENUMERATION.length))
  if (field.startsWith('tcp.capture.')) return captureField(result.tcp, field.slice('tcp.capture.'.length))
  return factField(result, field)
}

/** Undefined where nothing was enumerated. */
function enumerationField(tls: TlsFacts | null, name: string): ReturnType<typeof resultField> {
  const value = tls?.enumeration?.[name as keyof TlsEnumeration]
  return value === undefined ? undefined : plain(value)
}

function factField(result: Measured, field: string): ReturnType<typeof resultField> {
  const [head = '', tail] = field.split('.')
  if (!Object.hasOwn(result, head)) return undefined
  const value: unknown = result[head as keyof Measured]
  if (tail === undefined) return plain(value)
  // Facts that were not measured are null as a whole; that says nothing about a single one.
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, tail)) return undefined
  return plain((value as Readonly<Record<string, unknown>>)[tail])
}

/** Undefined without a dialogue; null when its step was not reached or no expression has the name. */
function captureField(tcp: TcpFacts | null, name: string): string | null | undefined {
  if (!tcp?.dialogue) return undefined
  const {captures} = tcp.dialogue
  return Object.hasOwn(captures, name) ? captures[name] : null
}

/** Undefined without a response. A header that is not there is none; so is a JSON value that is not there. */
function httpField(http: HttpFacts | null, name: string): ReturnType<typeof resultField> {
  if (!http || http.status === null) return undefined
  if (name.startsWith('header.')) {
    const header = name.slice('header.'.length).toLowerCase()
    return Object.hasOwn(http.header, header) ? http.header[header] : null
  }
  if (name.startsWith('json.')) return jsonValue(http.body ?? '', name.slice('json.'.length))
  // How large it would have become is not known; a condition on it can't be told.
  if (name === 'size') return http.size ?? undefined
  return Object.hasOwn(http, name) ? plain(http[name as keyof HttpFacts]) : undefined
}

function plain(value: unknown): string | number | boolean | null | readonly string[] | undefined {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) {
    return value as string | number | boolean | null
  }
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined
}

import type {HttpHeaders} from '../core/ports.ts'

/** The fields of a response as undici gives them: names and values in turn for HTTP/1, an object for HTTP/2. */
export function headersOf(raw: unknown): HttpHeaders {
  if (Array.isArray(raw)) return pairsOf(raw)
  if (typeof raw !== 'object' || raw === null) return []
  return Object.entries(raw)
    .filter(([name]) => !name.startsWith(':'))
    .flatMap(([name, value]) => {
      const values: readonly unknown[] = Array.isArray(value) ? value : [value]
      return values.map((each) => [name, textOf(each)] as const)
    })
}

function pairsOf(raw: readonly unknown[]): HttpHeaders {
  const pairs: (readonly [string, string])[] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    pairs.push([textOf(raw[index]), textOf(raw[index + 1])])
  }
  return pairs
}

/** Field values are octets; those beyond ASCII are opaque (RFC 9110 section 5.5). */
function textOf(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)
}

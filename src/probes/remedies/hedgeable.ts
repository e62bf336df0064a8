import type {TargetUrl} from '../../core/target.ts'

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether the same may be asked twice at a time without changing anything on the server (RFC 9110 section 9.2.1). */
export function isHedgeable({kind}: TargetUrl, options: Readonly<Record<string, unknown>>): boolean {
  if (kind === 'http') {
    const {method, body, body_file: file} = options
    if (typeof method === 'string') return SAFE_METHODS.has(method.toUpperCase())
    return body === undefined && file === undefined
  }
  // What a dialogue or a payload does nobody knows.
  return (
    options['send'] === undefined && options['dialogue'] === undefined && options['payload'] === undefined
  )
}
